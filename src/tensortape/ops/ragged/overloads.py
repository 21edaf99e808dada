"""Public functions that take ragged and sparse tensors too.

A function is tried first: plain tensors pay for one call. Where it refuses, and an argument is
ragged or sparse, the overload is asked; it may decline, and then the refusal stands.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from tensortape.core.generated import generate
from tensortape.core.registry import PUBLIC
from tensortape.core.tracking import CompositeTensor
from tensortape.ops import basic
from tensortape.ops.create import filled, onehot
from tensortape.ops.debugging import comparisons
from tensortape.ops.elementwise import (
    activation,
    arithmetic,
    casting,
    complex_numbers,
    division,
    exponential,
    extrema,
    logical,
    rounding,
    selection,
    sums,
)
from tensortape.ops.gather import counting
from tensortape.ops.gather import gather as gathering
from tensortape.ops.layout import inspect as layout_inspect
from tensortape.ops.layout import join as layout_join
from tensortape.ops.layout import order, padding, shaping
from tensortape.ops.nn import dropout, embedding, softmax
from tensortape.ops.ragged import join, reduce
from tensortape.ops.ragged.convert import coordinates
from tensortape.ops.ragged.elementwise import elementwise
from tensortape.ops.ragged.shape import shape_of
from tensortape.ops.ragged.tensor import RaggedTensor
from tensortape.ops.ragged.unplaced import counted_rows
from tensortape.ops.reduce import (
    cumulative,
    extremes,
    segment,
    statistics,
)
from tensortape.ops.reduce import (
    logical as reduce_logical,
)
from tensortape.ops.sparse.finding import unplaced
from tensortape.ops.sparse.tensor import SparseTensor

# Imported for the functions that they enter into PUBLIC, which must be there to be overloaded.
OVERLOADED = (
    activation, arithmetic, basic, casting, comparisons, complex_numbers, counting, cumulative,
    division,
    dropout, embedding, exponential, extrema, extremes, filled, gathering, layout_inspect,
    layout_join, logical, onehot, order, padding, reduce_logical, rounding, segment, selection,
    shaping, softmax, statistics, sums,
)  # fmt: skip
REFUSALS = (TypeError, ValueError, AttributeError, NotImplementedError)


def _involved(arguments: Any) -> bool:
    """Whether an argument, or an item of a list, is ragged or sparse."""
    return any(
        isinstance(a, CompositeTensor) or (isinstance(a, (list, tuple)) and _involved(a))
        for a in arguments
    )


def retry(overload: Callable[..., Any], refusal: Exception, arguments: Any) -> Any:
    """What the overload makes of the arguments; the refusal if it is not for them."""
    result = overload(*arguments) if _involved(arguments) else NotImplemented
    if result is NotImplemented:
        raise refusal
    return result


def overloaded(function: Callable[..., Any], overload: Callable[..., Any]) -> Any:
    """``function``, with ``overload`` for the arguments that it refuses.

    Made from the signature, as the generated functions are, so that a call costs little.
    """
    scope = {
        "_function": function, "_overload": overload, "_refusals": REFUSALS, "_retry": retry,
    }  # fmt: skip
    parameters, defaults = signature_of(function)
    names = ", ".join(parameters)
    body = (
        f"    try:\n        return _function({names})\n"
        "    except _refusals as error:\n        refusal = error\n"
        f"    return _retry(_overload, refusal, ({names},))"
    )
    wrapper = generate(function.__name__, parameters, defaults, body, scope)
    return functools.update_wrapper(wrapper, function)


def signature_of(function: Callable[..., Any]) -> tuple[list[str], tuple[Any, ...]]:
    """The parameters of a function, and the defaults of the last ones."""
    if not hasattr(function, "__wrapped__"):  # quickly: `inspect` takes most of the import here
        code: Any = function.__code__
        return [*code.co_varnames[: code.co_argcount]], function.__defaults__ or ()
    parameters = inspect.signature(function).parameters
    found = [p.default for p in parameters.values()]
    return [*parameters], tuple(d for d in found if d is not inspect.Parameter.empty)


class Names:
    """Under which names each function is public, looked up anew where names have come since."""

    def __init__(self) -> None:
        self.looked_at = 0
        self.of: dict[int, list[str]] = {}

    def __call__(self, function: Any) -> list[str]:
        """The names of one function."""
        if self.looked_at != len(PUBLIC):
            self.of.clear()
            for name, value in PUBLIC.items():
                self.of.setdefault(id(value), []).append(name)
            self.looked_at = len(PUBLIC)
        return self.of[id(function)]

    def replace(self, function: Any, wrapped: Any) -> None:
        """Let all names of a function mean what wraps it."""
        names = self(function)
        for name in names:
            PUBLIC[name] = wrapped
        self.of[id(wrapped)] = names


_names = Names()


def overload(path: str, handler: Callable[..., Any]) -> None:
    """Give ``tf.<path>``, under all its names, an overload."""
    function: Any = PUBLIC[path]
    wrapped = overloaded(function, handler)
    home, own_name = sys.modules[function.__module__], function.__name__
    if home.__dict__.get(own_name) is function:  # functions pickle by their home's name
        setattr(home, own_name, wrapped)
    _names.replace(function, wrapped)


def of_one(path: str, sparse: bool = True) -> Callable[..., Any]:
    """The overload of a function of the elements of its first argument."""
    function = PUBLIC[path]

    def handler(x: Any, *others: Any) -> Any:
        if isinstance(x, SparseTensor) and sparse:
            return x.with_values(function(x.values, *others))
        if isinstance(x, RaggedTensor):
            return x.with_flat_values(function(x.flat_values, *others))
        return NotImplemented

    return handler


def of_several(path: str, count: int = 2) -> Callable[..., Any]:
    """The overload of a function of corresponding elements of its first arguments."""
    function = PUBLIC[path]

    def handler(*arguments: Any) -> Any:
        operands, others = arguments[:count], arguments[count:]
        if not any(isinstance(x, RaggedTensor) for x in operands):
            return NotImplemented
        return elementwise(lambda *flat: function(*flat, *others), operands)

    return handler


def for_ragged(handler: Callable[..., Any], position: int = 0) -> Callable[..., Any]:
    """The overload for a ragged argument, or a list with one."""

    def checked(*arguments: Any) -> Any:
        given = arguments[position]
        items = given if isinstance(given, (list, tuple)) else (given,)
        if not any(isinstance(x, RaggedTensor) for x in items):
            return NotImplemented
        return handler(*arguments)

    return checked


ONE = (
    "identity stop_gradient cast saturate_cast bitcast nn.leaky_relu nn.silu nn.gelu math.abs "
    "math.sign math.real math.imag math.conj math.angle math.reciprocal_no_nan math.erfcinv "
    "math.log_sigmoid math.round zeros_like ones_like nn.dropout debugging.check_numerics"
)
RAGGED_ONLY = {"zeros_like", "ones_like"}
TWO = "math.add math.truediv math.divide math.divide_no_nan math.logical_xor complex"


def assertion(path: str) -> Callable[..., Any]:
    """The overload of an assertion about corresponding elements."""
    function = PUBLIC[path]

    def handler(x: Any, y: Any, *others: Any) -> Any:
        if not (isinstance(x, RaggedTensor) or isinstance(y, RaggedTensor)):
            return NotImplemented

        def check(a: Any, b: Any) -> Any:
            function(a, b, *others)
            return a

        elementwise(check, (x, y))
        return None

    return handler


def where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Any:
    """Places of what is true, or elements chosen from ``x`` and ``y``."""
    if x is None and y is None:
        return _true_places(condition)
    typed = next((v for v in (x, y) if hasattr(v, "dtype")), None)
    if typed is not None:
        convert = PUBLIC["convert_to_tensor"]
        x, y = [v if hasattr(v, "dtype") else convert(v, dtype=typed.dtype) for v in (x, y)]
    return elementwise(PUBLIC["where"], (condition, x, y))


def _true_places(condition: Any) -> Any:
    if not isinstance(condition, RaggedTensor):
        return NotImplemented
    flat = PUBLIC["where"](condition.flat_values)
    outer = PUBLIC["gather"](coordinates(condition), flat[:, 0])
    return PUBLIC["concat"]([outer, flat[:, 1:]], 1)


def softmax_of_rows(logits: Any, axis: Any = None, name: Any = None) -> Any:
    """Softmax along a ragged axis."""
    top = reduce.plain("max")(logits, -1 if axis is None else axis, True)
    powers = PUBLIC["math.exp"](logits - PUBLIC["stop_gradient"](top))
    return powers / reduce.plain("sum")(powers, -1 if axis is None else axis, True)


def log_of_sum(x: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    """The logarithm of the sum of exponentials."""
    if axis is None:
        return PUBLIC["math.reduce_logsumexp"](x.flat_values, None, keepdims)
    top = PUBLIC["stop_gradient"](reduce.plain("max")(x, axis, True))
    total = PUBLIC["math.log"](reduce.plain("sum")(PUBLIC["math.exp"](x - top), axis, True)) + top
    if keepdims:
        return total
    return (
        join.squeeze(total, axis)
        if isinstance(total, RaggedTensor)
        else (PUBLIC["squeeze"](total, axis))
    )


def one_hot(indices: Any, *arguments: Any) -> Any:
    """One more axis for the flat values."""
    depth, on_value, off_value, axis, dtype, _ = arguments
    if axis not in (None, -1):
        raise ValueError(
            f"axis ({axis}) must be greater than indices.ragged_rank ({indices.ragged_rank})."
        )
    flat = PUBLIC["one_hot"](indices.flat_values, depth, on_value, off_value, None, dtype)
    return indices.with_flat_values(flat)


def size(input: Any, out_type: Any = None, name: Any = None) -> Any:
    """The number of elements there are; of a sparse tensor, of the whole."""
    if isinstance(input, SparseTensor):
        return PUBLIC["cast"](PUBLIC["reduce_prod"](input.dense_shape), out_type or "int32")
    return PUBLIC["size"](input.flat_values, out_type)


def rank(input: Any, name: Any = None) -> Any:
    """The number of axes."""
    return PUBLIC["convert_to_tensor"](input.shape.rank)


def reshape(tensor: Any, shape: Any, name: Any = None) -> Any:
    """All values as a vector, for the shape ``[-1]``; other shapes are refused."""
    flat = [int(n) for n in shape] == [-1]
    return PUBLIC["reshape"](tensor.flat_values, [-1]) if flat else NotImplemented


def bincount(
    arr: Any,
    weights: Any,
    minlength: Any,
    maxlength: Any,
    dtype: Any,
    name: Any,
    axis: Any,
    *more: Any,
) -> Any:
    """How often each number occurs, overall or row by row."""
    if axis in (None, 0) and isinstance(arr, RaggedTensor):
        flat = weights.flat_values if isinstance(weights, RaggedTensor) else weights
        return PUBLIC["math.bincount"](
            arr.flat_values, flat, minlength, maxlength, dtype, name, axis, *more
        )
    if isinstance(arr, RaggedTensor) and unplaced(arr.row_splits):
        return counted_rows(arr, weights, minlength, maxlength, dtype, *more)
    counts = PUBLIC["sparse.bincount"](arr, weights, axis or 0, minlength, maxlength, *more)
    return PUBLIC["cast"](PUBLIC["sparse.to_dense"](counts), counts.dtype if weights else dtype)


def add_all(inputs: Any, name: Any = None) -> Any:
    """The sum of a list of tensors."""
    total, *others = inputs
    for other in others:
        total = total + other
    return total


def gather_nd(params: Any, indices: Any, *others: Any) -> Any:
    """Elements at places given by their rows and places in the rows."""
    depth = params.ragged_rank + 1
    where_ = PUBLIC["convert_to_tensor"](indices, dtype_hint="int64")
    if where_.shape[-1] < depth:
        raise ValueError(f"tf.gather_nd of this ragged tensor needs {depth} indices per place")
    return PUBLIC["gather_nd"](params.to_tensor(), where_)


def lookup(params: Any, ids: Any, *others: Any) -> Any:
    """Embeddings of ragged ids."""
    if not isinstance(ids, RaggedTensor):
        return NotImplemented
    return ids.with_flat_values(PUBLIC["nn.embedding_lookup"](params, ids.flat_values, *others))


def running_sum(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: Any = None
) -> Any:
    """Running totals within rows."""
    if axis not in (1, -1) or x.ragged_rank != 1 or x.shape.rank != 2:
        raise NotImplementedError("tf.cumsum of a ragged tensor takes a matrix and axis=1.")
    dense = PUBLIC["cumsum"](x.to_tensor(), 1, exclusive, reverse)
    return x.with_values(PUBLIC["gather_nd"](dense, coordinates(x)))


def segments(path: str) -> Callable[..., Any]:
    """The overload of an unsorted segment reduction: rows laid over each other."""
    name = path.rsplit("_", 1)[-1]

    def handler(data: Any, segment_ids: Any, num_segments: Any, name_: Any = None) -> Any:
        ids = PUBLIC["convert_to_tensor"](segment_ids)
        number = PUBLIC["reshape"]
        parts = [
            join.select(data, number(PUBLIC["where"](PUBLIC["math.equal"](ids, i)), [-1]))
            for i in range(int(num_segments))
        ]
        return join.stack([PUBLIC[f"math.reduce_{name}"](p, 0) for p in parts])

    return handler


def _install() -> None:
    for path in ONE.split():
        if path in PUBLIC:
            overload(path, of_one(path, path not in RAGGED_ONLY))
    for path in TWO.split():
        overload(path, of_several(path))
    for name in ("equal", "none_equal", "near", "less", "less_equal", "greater", "greater_equal"):
        overload(f"debugging.assert_{name}", assertion(f"debugging.assert_{name}"))
    overload("clip_by_value", of_several("clip_by_value", 3))
    overload("where", where)
    overload("size", size)
    overload("math.bincount", bincount)
    overload("shape", shape_of)
    overload("rank", rank)
    overload("gather", lambda *a: join.gather(*a))
    overload("nn.embedding_lookup", lookup)
    handlers: dict[str, Any] = {
        "concat": join.concat, "stack": join.stack, "expand_dims": join.expand_dims,
        "squeeze": join.squeeze, "tile": join.tile, "reverse": join.reverse, "split": join.split,
        "one_hot": one_hot, "reshape": reshape, "math.add_n": add_all, "gather_nd": gather_nd,
        "cumsum": running_sum,
        "nn.softmax": softmax_of_rows, "reduce_logsumexp": log_of_sum, "reduce_mean": reduce.mean,
        "math.reduce_variance": reduce.variance, "math.reduce_std": reduce.deviation,
        "reduce_any": reduce.truth("any", "max"), "reduce_all": reduce.truth("all", "min"),
    }  # fmt: skip
    for name in ("sum", "prod", "max", "min"):
        handlers[f"reduce_{name}"] = reduce.plain(name)
    for name in ("sum", "prod", "max", "min", "mean"):
        handlers[f"math.unsorted_segment_{name}"] = segments(f"math.unsorted_segment_{name}")
    for path, handler in handlers.items():
        overload(path, for_ragged(handler))


_install()
