"""Versions of Keras that are not known are tried, with a warning."""

import subprocess
import sys
import warnings

import pytest

from tensortape.compat import keras_adapter
from tensortape.compat.keras_versions import NEWEST, OLDEST, warn_if_unknown


@pytest.mark.parametrize("version", ["2.15.0", "3.9.2", f"3.{NEWEST[1] + 1}.0", "4.0"])
def test_unknown_versions_are_named(version):
    with pytest.warns(RuntimeWarning, match=f"Keras {version} is not among .* It is tried"):
        warn_if_unknown(version)


@pytest.mark.parametrize("numbers", [OLDEST, NEWEST])
def test_known_versions_are_silent(numbers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_unknown(".".join(map(str, numbers)) + ".1")


def test_an_unknown_version_is_imported(tmp_path):
    """A package that calls itself Keras 9 is imported, after the warning."""
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras" / "__init__.py").write_text("__version__ = '9.0'\n")
    info = tmp_path / "keras-9.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keras\nVersion: 9.0\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import tensortape; tensortape.install()\n"
        "import keras; print(keras.__version__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "9.0", done.stderr
    assert "Keras 9.0 is not among the versions" in done.stderr


def test_initializers_of_another_version_are_left_as_they_are():
    class Module:
        random = object()

    before = Module.random
    keras_adapter.patch_initializers(Module)
    assert Module.random is before
