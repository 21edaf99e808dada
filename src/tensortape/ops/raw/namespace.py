"""The namespace `tf.raw_ops`: one function for each operation type, made when asked for.

Most come from the record of the operation. Where TensorFlow's raw operation takes other
arguments, or is made of several operations here, a line of one of the tables says how:
`Type(arguments) = expression`.
"""

from __future__ import annotations

import difflib
import inspect
import re
import sys
import types
from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import apply
from tensortape.core.face import complete
from tensortape.core.op import Op
from tensortape.core.public import pair, tensor
from tensortape.core.registry import OPS
from tensortape.ops.raw import ragged, steps, structures
from tensortape.ops.raw.arrays_table import ARRAYS
from tensortape.ops.raw.math_table import MATH
from tensortape.ops.raw.names import tf
from tensortape.ops.raw.nn_table import NN
from tensortape.ops.raw.sparse_table import SPARSE

_LINE = re.compile(r"^(\w+)\((.*?)\)\s*= (.*?)(?=^\w+\(|\Z)", re.MULTILINE | re.DOTALL)


def read_tables() -> dict[str, tuple[str, str]]:
    """Operation type -> (arguments, expression)."""
    text = "\n".join((ARRAYS, MATH, NN, SPARSE, ragged.RAGGED))
    return {type: (given, value) for type, given, value in _LINE.findall(text)}


COMPOSED = read_tables()
"""Operation types that are called through other operations."""


def _composed(type: str) -> Any:
    given, value = COMPOSED[type]
    scope: dict[str, Any] = {**vars(steps), **vars(structures), **vars(ragged), "tf": tf}
    scope["convert"] = convert_to_tensor
    signature = f"*, {given}, name=None" if given else "*, name=None"
    exec(f"def {type}({signature}):\n    return (\n{value})", scope)
    return scope[type]


def _of_record(op: Op) -> Any:
    """The function of an operation whose arguments are TensorFlow's."""
    arrays, attributes, defaults = op.array_names, op.attribute_names, op.attribute_defaults
    keyword, required = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.empty

    def call(**given: Any) -> Any:
        bound = signature.bind(**given)
        bound.apply_defaults()
        values = bound.arguments
        items = values[arrays[0]] if op.variadic else [values[name] for name in arrays]
        if op.family == "elementwise" and len(items) == 2:
            items = pair(op, *items)
        attrs = {a: values[a] for a in attributes}
        return apply(op, tuple([tensor(item) for item in items]), attrs)

    parameters = [inspect.Parameter(name, keyword) for name in arrays]
    parameters += [
        inspect.Parameter(a, keyword, default=defaults.get(a, required)) for a in attributes
    ]
    parameters.append(inspect.Parameter("name", keyword, default=None))
    signature = inspect.Signature(parameters)
    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__name__ = call.__qualname__ = op.type
    return call


def explain_missing(type: str) -> str:
    """What to tell somebody who asked for a type that is not there."""
    near = difflib.get_close_matches(type, known_types(), 3, 0.75)
    hint = f" Types that exist: {', '.join(near)}." if near else ""
    return f"tf.raw_ops.{type} is not implemented in TensorTape.{hint}"


def known_types() -> list[str]:
    """Every type that can be called."""
    complete()
    return sorted({t for t in OPS if not t.startswith("_")} | set(COMPOSED))


class RawOps(types.ModuleType):
    """The module `tf.raw_ops`.

    >>> tf.raw_ops.AddV2(x=tf.constant(1.0), y=tf.constant(2.0)).numpy()
    np.float32(3.0)
    >>> tf.raw_ops.Sum(input=[[1, 2], [3, 4]], axis=0).numpy().tolist()
    [4, 6]
    """

    def __getattr__(self, name: str) -> Any:
        if name in COMPOSED:
            function = _composed(name)
        elif name in OPS:
            function = _of_record(OPS[name])
        elif name.startswith("__"):
            raise AttributeError(name)
        elif complete():
            return getattr(self, name)
        else:
            raise AttributeError(explain_missing(name))
        function.__module__ = "tensorflow.raw_ops"
        function.__doc__ = _describe(name)
        setattr(self, name, function)
        return function

    def __dir__(self) -> list[str]:
        return known_types()


def _describe(name: str) -> str:
    record = OPS.get(name)
    text = (record.doc if record else "").partition("\n\n")[0]
    return f"The operation {name}, called by keyword. {text}".strip()


def install() -> None:
    """Make `tf.raw_ops` such a module; it may be there already, with fewer names."""
    path = "tensortape.raw_ops"
    module = sys.modules.setdefault(path, RawOps(path))
    module.__class__ = RawOps
    module.__doc__ = "Operations by TensorFlow's type, called by keyword."


install()
