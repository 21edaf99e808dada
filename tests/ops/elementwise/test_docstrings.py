"""Every public elementwise function says where it comes from and shows an example that runs."""

import doctest

import pytest

import tensortape  # noqa: F401
from tensortape.core.registry import PUBLIC

FUNCTIONS = {
    id(value): (path, value)
    for path, value in PUBLIC.items()
    if ".ops.elementwise." in (getattr(value, "__module__", None) or "")
}
PARSER = doctest.DocTestParser()


@pytest.mark.parametrize(
    ("path", "function"), FUNCTIONS.values(), ids=[p for p, _ in FUNCTIONS.values()]
)
def test_docstring(path, function):
    doc = function.__doc__ or ""
    assert "Source: ``tf." in doc
    test = PARSER.get_doctest(doc, {}, path, None, 0)
    assert test.examples
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.failed == 0
