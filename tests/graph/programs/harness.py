"""Programs of TensorFlow as its users write them, and what they give in several modes.

`record.py` runs them on real TensorFlow, `test_programs.py` here.
"""

import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def load(path):
    """A file as a module: AutoGraph reads the source of functions, and needs their modules."""
    name = f"graph_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        if path.stem == "traced":
            sys.modules["traced"] = sys.modules[name]
        spec.loader.exec_module(sys.modules[name])
    return vars(sys.modules[name])


load(HERE / "traced.py")
SHARED = load(HERE.parents[1] / "autodiff" / "behaviour" / "harness.py")


def collect():
    """All programs by name, and why some differ on purpose and what they give."""
    cases, differs = {}, load(HERE / "differs.py")["DIFFERS"]
    for path in sorted(HERE.glob("programs_*.py")):
        names = load(path)
        theme = path.stem.removeprefix("programs_")
        for name, program in names.items():
            if SHARED["takes_tf"](name, program):
                cases[f"{theme}: {name}"] = program
    assert differs.keys() <= cases.keys(), differs.keys() - cases.keys()
    return cases, differs


def outcome(program, tf, mode="graph"):
    """What a program gives, as JSON: its value, or the class of its exception."""
    tf.config.run_functions_eagerly(mode == "eager")
    try:
        return encode(program(tf))
    except Exception as error:
        return {"raises": type(error).__name__}
    finally:
        tf.config.run_functions_eagerly(False)


def encode(value):
    """As the harness of eager programs, ragged tensors and shapes as well."""
    if hasattr(value, "row_splits"):
        return {"ragged": [value.dtype.name, str(value.shape), encode(value.to_list())]}
    if type(value).__name__ == "TensorShape":
        return str(value)
    if getattr(getattr(value, "dtype", None), "name", None) == "bfloat16":
        numbers = value.numpy()
        return SHARED["encode"](numbers.astype("float32")) | {"dtype": "bfloat16"}
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {"dict": {str(k): encode(v) for k, v in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"tuple" if isinstance(value, tuple) else "list": [encode(v) for v in value]}
    return SHARED["encode"](value)


class With:
    """A face whose functions have options of their own where a program gives none."""

    def __init__(self, tf, **options):
        self._tf, self._options = tf, options

    def __getattr__(self, name):
        return getattr(self._tf, name)

    def function(self, func=None, **options):
        return self._tf.function(func, **{**self._options, **options})
