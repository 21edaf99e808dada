"""`import tensorflow` and everything below it resolve to TensorTape once the alias is on."""

from __future__ import annotations

import pytest

INSTALL = "import tensortape; tensortape.install()\n"


def test_import_forms_resolve_to_the_face(python):
    code = INSTALL + (
        "import tensorflow as tf, tensorflow.math as m\n"
        "from tensorflow import add, float32\n"
        "from tensorflow.math import multiply\n"
        "assert tf.math is m and m.multiply is multiply is tensortape.math.multiply\n"
        "assert add is tensortape.add and float32 is tensortape.float32\n"
        "assert tf.__version__ == '2.21.0' and tensortape.__version__ == '0.1.0'\n"
        "assert tf.__name__ == 'tensorflow' and tf.__spec__.name == 'tensorflow'\n"
        "assert 'add' in dir(tf) and 'core' not in dir(tf)\n"
        "tensortape.install()\n"
        "import sys; assert sys.modules['tensorflow'] is tf\n"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr


def test_migration_name_and_version(python):
    code = INSTALL + (
        "import tensorflow as tf, tensorflow.compat.v2 as v2\n"
        "from tensorflow.compat.v2.math import multiply\n"
        "from tensorflow.version import VERSION\n"
        "assert v2 is tf is tf.compat.v2 and multiply is tf.math.multiply\n"
        "assert VERSION == tf.version.VERSION == tf.__version__\n"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr


def test_private_modules_offer_public_names(python):
    code = INSTALL + (
        "from tensorflow.python.framework import ops\n"
        "from tensorflow.python.ops import math_ops, gen_math_ops\n"
        "import tensorflow.python.ops.math_ops as again\n"
        "assert again is math_ops and math_ops.multiply is tensortape.multiply\n"
        "assert gen_math_ops.mul is tensortape.multiply\n"
        "assert ops.NotDifferentiable is tensortape.no_gradient\n"
        "assert 'Mul' in ops._gradient_registry._registry.keys()\n"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("statement", "error", "nearest"),
    [
        ("tf.multiplly", "AttributeError", "tf.multiply"),
        ("tf.math.multiplly", "AttributeError", "tf.math.multiply"),
        ("from tensorflow.math import multiplly", "ModuleNotFoundError", "tf.math.multiply"),
        ("import tensorflow.mathe", "ModuleNotFoundError", ""),
        ("import tensorflow.math.multiply", "ModuleNotFoundError", "is not a module"),
        (
            "from tensorflow.python.ops.math_ops import multiplly",
            "ModuleNotFoundError",
            "tensorflow.python.ops.math_ops.multiply",
        ),
        ("from tensorflow.python.ops import math_op", "ModuleNotFoundError", "math_ops"),
    ],
)
def test_unknown_name_is_told_with_the_nearest(python, statement, error, nearest):
    result = python(INSTALL + "import tensorflow as tf\n" + statement)
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(f"{error}: ") and nearest in last
    assert "TensorTape" in last or nearest == "is not a module"


def test_hasattr_and_optional_imports_work(python):
    code = INSTALL + (
        "import tensorflow as tf\n"
        "assert not hasattr(tf, 'no_such_name')\n"
        "try:\n    import tensorflow.no_such_module\n"
        "except ImportError:\n    print('optional')\n"
    )
    assert python(code).stdout == "optional\n"


def test_real_tensorflow_already_imported_is_refused(python, tmp_path):
    (tmp_path / "tensorflow.py").write_text("__version__ = '2.19.1'\n")
    code = (
        "import tensorflow, sys, os, tensortape\n"
        "before = list(sys.meta_path), dict(os.environ)\n"
        "try:\n    tensortape.install()\n"
        "except RuntimeError as error:\n    print(error)\n"
        "assert (list(sys.meta_path), dict(os.environ)) == before\n"
        "assert sys.modules['tensorflow'] is tensorflow\n"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr
    assert "real TensorFlow 2.19.1" in result.stdout and "changed nothing" in result.stdout


def test_installed_tensorflow_not_yet_imported_is_passed_over(python, tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('the real one')\n")
    result = python(INSTALL + "import tensorflow as tf; print(tf.__version__)")
    assert result.stdout == "2.21.0\n", result.stderr


def test_uninstall_gives_the_name_back(python, tmp_path):
    (tmp_path / "tensorflow.py").write_text("__version__ = 'real'\n")
    code = INSTALL + (
        "import tensorflow.math\n"
        "tensortape.uninstall()\n"
        "import tensorflow; print(tensorflow.__version__)\n"
    )
    assert python(code).stdout == "real\n"


def test_another_keras_backend_is_told(python):
    result = python("import tensortape\n" + INSTALL, KERAS_BACKEND="jax")
    assert result.returncode == 0
    assert "KERAS_BACKEND=jax" in result.stderr and "will not run on TensorTape" in result.stderr


def test_keras_backend_is_chosen(python):
    code = INSTALL + "import os; print(os.environ['KERAS_BACKEND'])"
    assert python("import os; os.environ.pop('KERAS_BACKEND', 0)\n" + code).stdout == "tensorflow\n"
