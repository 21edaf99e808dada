"""How operations are written as NumPy calls.

A :class:`Form` says for an operation type which expression computes it (``value``), and which
statements compute it into an array that is already there (``into``). Operations without a form are
written as calls of their kernels. Every form gives the bits that the kernel gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.eager.elementwise import MANY, positive, relu_slope, sigmoid, where
from tensortape.arrays.eager.indexing import check_range
from tensortape.arrays.shared_product import THREADED
from tensortape.graph.ir import Aval, Node, sizes

FORMS: dict[str, Form] = {}

UFUNCS = {
    "AddV2": ("+", np.add), "Sub": ("-", np.subtract), "Mul": ("*", np.multiply),
    "RealDiv": ("/", np.true_divide), "Maximum": ("", np.maximum), "Minimum": ("", np.minimum),
    "Equal": ("==", np.equal), "NotEqual": ("!=", np.not_equal), "Less": ("<", np.less),
    "LessEqual": ("<=", np.less_equal), "Greater": (">", np.greater),
    "GreaterEqual": (">=", np.greater_equal), "LogicalAnd": ("&", np.logical_and),
    "LogicalOr": ("|", np.logical_or), "BitwiseAnd": ("&", np.bitwise_and),
    "BitwiseOr": ("|", np.bitwise_or), "BitwiseXor": ("^", np.bitwise_xor),
    "Atan2": ("", np.arctan2), "Neg": ("-", np.negative), "Abs": ("", np.absolute),
    "Sqrt": ("", np.sqrt), "Exp": ("", np.exp), "Expm1": ("", np.expm1), "Log": ("", np.log),
    "Log1p": ("", np.log1p), "Sin": ("", np.sin), "Cos": ("", np.cos), "Tan": ("", np.tan),
    "Asin": ("", np.arcsin), "Acos": ("", np.arccos), "Atan": ("", np.arctan),
    "Sinh": ("", np.sinh), "Cosh": ("", np.cosh), "Tanh": ("", np.tanh),
    "Asinh": ("", np.arcsinh), "Acosh": ("", np.arccosh), "Atanh": ("", np.arctanh),
    "Sign": ("", np.sign), "Floor": ("", np.floor), "Ceil": ("", np.ceil), "Rint": ("", np.rint),
    "IsNan": ("", np.isnan), "IsInf": ("", np.isinf), "IsFinite": ("", np.isfinite),
    "LogicalNot": ("~", np.logical_not),
}  # fmt: skip
"""Operations whose kernel is one ufunc, and the operator that calls it quickest."""

HEAVY = frozenset(
    "Exp Expm1 Log Log1p Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Sigmoid "
    "Atan2".split()
)
"""Operations whose arithmetic takes longer than the way of the numbers through memory."""


class Form:
    """How one operation is written.

    Attributes:
        value: ``value(args, node, avals) -> str``, an expression.
        into: ``into(args, out, node, avals) -> [str]``, statements; ``None`` if there are none.
        accepts: whether the form holds for a node's dtypes and shapes.
        over: positions of inputs that ``into`` may overwrite; ``None`` for all.
        chain: whether the operation is elementwise.
        view: whether ``value`` may share memory with an input.
        static: whether the form is for known shapes alone.
    """

    def __init__(
        self,
        value: Callable[..., str],
        into: Callable[..., list[str]] | None = None,
        accepts: Callable[..., bool] | None = None,
        over: tuple[int, ...] | None = (),
        chain: bool = False,
        view: bool = False,
        static: bool = True,
    ) -> None:
        self.value, self.into, self.accepts = value, into, accepts
        self.over, self.chain, self.view, self.static = over, chain, view, static


NAMES: dict[str, Any] = {
    "where": where, "sigmoid": sigmoid, "relu_slope": relu_slope, "copyto": np.copyto,
    "positive": positive, "matmul": np.matmul, "concatenate": np.concatenate, "empty": np.empty,
    "reciprocal": np.reciprocal, "greater": np.greater, "swapaxes": np.swapaxes,
    "add_reduce": np.add.reduce, "maximum_reduce": np.maximum.reduce,
    "minimum_reduce": np.minimum.reduce, "multiply_reduce": np.multiply.reduce,
    "asarray": np.asarray,
}  # fmt: skip
"""What the written code calls."""


def form(*types: str, **fields: Any) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Decorator: enter a form whose ``value`` is the function."""

    def decorate(value: Callable[..., str]) -> Callable[..., str]:
        for type in types:
            FORMS[type] = Form(value, **fields)
        return value

    return decorate


def of_ufunc(type: str, symbol: str, ufunc: np.ufunc) -> Form:
    """The form of a ufunc: an operator or a call, with ``out`` as the last argument."""
    name = ufunc.__name__
    NAMES[name] = ufunc
    out_as = "out=" if ufunc in (np.maximum, np.minimum) else ""  # NumPy wants it by name

    def value(args: Any, node: Node, avals: Any) -> str:
        if symbol:
            return symbol + args[0] if len(args) == 1 else f"{args[0]} {symbol} {args[1]}"
        return f"{name}({', '.join(args)})"

    def into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
        return [f"{name}({', '.join(args)}, {out_as}{out})"]

    accepts = truths if type.startswith("Logical") else None
    return Form(value, into, accepts, over=None, chain=True)


def truths(node: Node, avals: Any) -> bool:
    """Whether the inputs are bools: then the bitwise operators, which are quicker, do the same."""
    return all(np.dtype(avals[i].dtype).kind == "b" for i in node.inputs)


for _type, (_symbol, _ufunc) in UFUNCS.items():
    FORMS[_type] = of_ufunc(_type, _symbol, _ufunc)


def form_of(node: Node, avals: dict[int, Aval]) -> Form | None:
    """The form in which a node can be written, if there is one."""
    found = FORMS.get(node.op.type)
    if found is None or node.late or not known(node, avals, found.static):
        return None
    return found if found.accepts is None or found.accepts(node, avals) else None


def known(node: Node, avals: dict[int, Aval], static: bool) -> bool:
    """Whether dtypes are NumPy's own numbers, and shapes are known where they must be."""
    for i in (*node.inputs, *node.outputs):
        aval = avals[i]
        if (static and None in aval.shape) or np.dtype(aval.dtype).kind not in "fciub":
            return False
    return True


def real(node: Node, avals: Any) -> bool:
    """Whether the result is of a real floating dtype."""
    return np.dtype(avals[node.outputs[0]].dtype).kind == "f"


# -- elementwise ---------------------------------------------------------------------------


def _square_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [f"multiply({args[0]}, {args[0]}, {out})"]


@form("Square", into=_square_into, over=None, chain=True)
def _square(args: Any, node: Node, avals: Any) -> str:
    return f"{args[0]} * {args[0]}"


def _relu_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    if math.prod(avals[node.outputs[0]].shape) >= MANY:
        return [f"positive({args[0]}, {out})"]
    return [f"maximum({args[0]}, 0, out={out})"]


@form("Relu", into=_relu_into, over=None, chain=True)
def _relu(args: Any, node: Node, avals: Any) -> str:
    return f"maximum({args[0]}, 0)"


def _relu_slope_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [f"greater({args[0]}, 0, {out})"]


@form("ReluSlope", into=_relu_slope_into, accepts=real, chain=True)
def _relu_slope(args: Any, node: Node, avals: Any) -> str:
    return f"relu_slope({args[0]})"


def _sigmoid_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [
        f"negative({args[0]}, {out})",
        f"exp({out}, {out})",
        f"add({out}, 1, {out})",
        f"reciprocal({out}, {out})",
    ]


@form("Sigmoid", into=_sigmoid_into, accepts=real, over=None, chain=True)
def _sigmoid(args: Any, node: Node, avals: Any) -> str:
    return f"sigmoid({args[0]})"


def _inverse_root_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [f"sqrt({args[0]}, {out})", f"divide(1, {out}, {out})"]


@form("Rsqrt", into=_inverse_root_into, accepts=real, over=None, chain=True)
def _inverse_root(args: Any, node: Node, avals: Any) -> str:
    return f"1 / sqrt({args[0]})"


def _reciprocal_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [f"divide(1, {args[0]}, {out})"]


@form("Reciprocal", into=_reciprocal_into, accepts=real, over=None, chain=True)
def _reciprocal(args: Any, node: Node, avals: Any) -> str:
    return f"1 / {args[0]}"


def _select_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    condition, x, y = args
    start = [] if y == out else [f"copyto({out}, {y})"]
    return [*start, f"copyto({out}, {x}, where={condition})"]


@form("SelectV2", into=_select_into, over=(2,), chain=True)
def _select(args: Any, node: Node, avals: Any) -> str:
    return f"where({', '.join(args)})"


def _ordinary_cast(node: Node, avals: Any) -> bool:
    kinds = [np.dtype(avals[i].dtype).kind for i in (node.inputs[0], node.outputs[0])]
    return kinds[0] != "c" or kinds[1] == "c"


def _cast_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [f"copyto({out}, {args[0]}, casting='unsafe')"]


@form("Cast", into=_cast_into, accepts=_ordinary_cast, chain=True)
def _cast(args: Any, node: Node, avals: Any) -> str:
    return f"{args[0]}.astype({np.dtype(avals[node.outputs[0]].dtype).name!r})"


# -- products ------------------------------------------------------------------------------


def matrices(node: Node, avals: Any) -> bool:
    """A product of matrices or stacks of them, of real numbers; no outer products of stacks."""
    a, b = (avals[i] for i in node.inputs)
    if len(a.shape) < 2 or len(b.shape) < 2 or np.dtype(a.dtype).kind != "f":
        return False
    if a.shape[-2 if flags(node)[0] else -1] == 1:
        return outer(node, avals)
    return all(a.shape) and all(b.shape)


def by_dot(node: Node, avals: Any) -> bool:
    """Whether ``dot`` multiplies: it asks the BLAS after half the preparations of ``matmul``."""
    a, b = (avals[i] for i in node.inputs)
    return len(a.shape) == len(b.shape) == 2 and np.dtype(a.dtype).char in "fd"


def outer(node: Node, avals: Any) -> bool:
    """Whether a product is one of a column and a row, small enough to be left to the BLAS."""
    a, b = (avals[i] for i in node.inputs)
    if not len(a.shape) == len(b.shape) == 2 or np.dtype(a.dtype).char not in "fd":
        return False
    rows, columns = avals[node.outputs[0]].shape
    inner = a.shape[0 if flags(node)[0] else 1]
    return inner == 1 and rows > 1 < columns and rows * columns <= THREADED


def flags(node: Node) -> tuple[bool, bool]:
    """Whether the factors are transposed first."""
    get = node.attrs.get
    return (
        bool(get("transpose_a") or get("adj_x")),
        bool(get("transpose_b") or get("adj_y")),
    )


def factors(args: Any, node: Node, avals: Any) -> list[str]:
    """The factors as views."""
    out = []
    for arg, i, flip in zip(args, node.inputs, flags(node), strict=True):
        turned = f"{arg}.T" if len(avals[i].shape) == 2 else f"swapaxes({arg}, -1, -2)"
        out.append(turned if flip else arg)
    return out


def rows_at_once(node: Node, avals: Any) -> tuple[int, int, int] | None:
    """The sizes of a product of a stack and one matrix as a single one of all rows."""
    a, b = (sizes(avals[i]) for i in node.inputs)
    if not len(b) == 2 < len(a) or flags(node)[0]:
        return None
    return math.prod(a[:-1]), a[-1], b[0 if flags(node)[1] else 1]


def as_matrices(args: Any, out: str, flat: Any, node: Node, avals: Any) -> tuple[str, str, str]:
    """The factors and the result as matrices of all rows, whose sizes are ``flat``."""
    a, b = factors(args, node, avals)
    rows, inner, columns = flat
    return f"{a}.reshape({rows}, {inner})", b, f"{out}.reshape({rows}, {columns})"


def _matmul_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    a, b = factors(args, node, avals)
    if by_dot(node, avals):
        return [f"{a}.dot({b}, {out})"]
    flat = rows_at_once(node, avals)
    if flat is not None:
        a, b, out = as_matrices(args, out, flat, node, avals)
    return [f"matmul({a}, {b}, {out})"]


@form("MatMul", "BatchMatMulV2", into=_matmul_into, accepts=matrices)
def _matmul(args: Any, node: Node, avals: Any) -> str:
    a, b = factors(args, node, avals)
    if by_dot(node, avals):
        return f"{a}.dot({b})"
    flat = rows_at_once(node, avals)
    if flat is None:
        return f"matmul({a}, {b})"
    shape = sizes(avals[node.outputs[0]])
    return f"matmul({a}.reshape({flat[0]}, {flat[1]}), {b}).reshape({shape!r})"


# -- layout --------------------------------------------------------------------------------


@form("Reshape", view=True)
def _reshape(args: Any, node: Node, avals: Any) -> str:
    shape = tuple(avals[node.outputs[0]].shape)
    return f"{args[0]}.reshape({shape!r})" if shape else f"{args[0]}.reshape(())[()]"


@form("Transpose", view=True, accepts=lambda node, avals: bool(avals[node.inputs[0]].shape))
def _transpose(args: Any, node: Node, avals: Any) -> str:
    axes = node.attrs.get("axes")
    if axes is None:
        return f"{args[0]}.T"
    return f"{args[0]}.transpose({tuple(int(a) for a in axes)!r})"


def _one_row(node: Node, avals: Any) -> bool:
    x, index = (avals[i] for i in node.inputs)
    attrs = node.attrs
    plain_axis = not attrs.get("axis", 0) and not attrs.get("batch_dims", 0)
    return plain_axis and bool(x.shape) and not index.shape


def row_of(x: Any, index: Any) -> Any:
    """One row, or element; refuses an index out of range as the kernel does."""
    i = int(index)
    if not 0 <= i < len(x):
        check_range(index, len(x))
    return x[i]


NAMES["row_of"] = row_of


@form("GatherV2", view=True, accepts=_one_row, static=False)
def _row(args: Any, node: Node, avals: Any) -> str:
    return f"row_of({args[0]}, {args[1]})"


def _concatenate_into(args: Any, out: str, node: Node, avals: Any) -> list[str]:
    return [f"concatenate(({', '.join(args)},), {node.attrs.get('axis', 0)!r}, {out})"]


def _basic(node: Node, avals: Any) -> bool:
    index = node.attrs.get("index")
    return type(index) is tuple and all(
        i is None or i is Ellipsis or type(i) is int or (type(i) is slice and plain(i))
        for i in index
    )


def plain(part: slice) -> bool:
    """Whether a slice is made of ints."""
    return all(b is None or type(b) is int for b in (part.start, part.stop, part.step))


@form("StridedSlice", view=True, accepts=_basic)
def _getitem(args: Any, node: Node, avals: Any) -> str:
    return f"{args[0]}[{node.attrs['index']!r}]"


@form("ConcatV2", into=_concatenate_into)
def _concatenate(args: Any, node: Node, avals: Any) -> str:
    return f"concatenate(({', '.join(args)},), {node.attrs.get('axis', 0)!r})"
