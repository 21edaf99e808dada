import subprocess
import sys
import threading

import pytest

from tensortape.core import lazy
from tensortape.core.lazy import lazy_import


def test_a_module_is_imported_when_it_is_used():
    program = (
        "import sys; from tensortape.core.lazy import lazy_import; m = lazy_import('colorsys');"
        "assert 'colorsys' not in sys.modules; m.rgb_to_hls; assert 'colorsys' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_attributes_are_those_of_the_module():
    import fractions

    module = lazy_import("fractions")
    assert module.Fraction is fractions.Fraction
    assert "Fraction" in dir(module)
    assert repr(module) == "<lazy module 'fractions'>"
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = module.nothing_of_the_kind


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(lazy._INSTALL, "package_that_is_not_there", "'tensortape[extra]'")
    module = lazy_import("package_that_is_not_there.sub")
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'tensortape\[extra\]'"):
        _ = module.anything


def test_a_failure_inside_the_package_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("import package_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'package_that_is_not_there'$"):
        _ = lazy_import("broken_package").anything


def test_first_use_from_many_threads():
    module = lazy_import("wave")
    found = []
    threads = [threading.Thread(target=lambda: found.append(module.open)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
