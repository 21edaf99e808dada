"""``tf.debugging.enable_check_numerics``: infinities and NaN are errors where they arise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.dtypes import as_dtype
from tensortape.core.events import Observer, subscribe, unsubscribe
from tensortape.core.registry import PUBLIC, export

PASSING_ON = frozenset(
    "Identity IdentityN StopGradient PreventGradient Const Cast Concat ConcatV2 ExpandDims Fill "
    "Gather GatherV2 GatherNd Maximum Minimum Reshape Slice Squeeze Stack Pack StridedSlice "
    "Transpose Unpack Split Tile BroadcastTo ReadVariableOp ZerosLike OnesLike Bitcast".split()
)
"""Operations that give what they were given: whoever made that is to be named."""


class Checker(Observer):
    """Raises at the first operation, or derivative of one, whose result is not finite."""

    def record(self, op: Any, inputs: Any, outputs: Any, attrs: Any) -> None:
        """Check what an operation gave."""
        if op.type in PASSING_ON:
            return
        for number, output in enumerate(outputs):
            found = counts(output._a)
            if found:
                raise refusal(
                    f'output {number} of eagerly-executing op "{op.type}" '
                    f"(# of outputs: {len(outputs)})",
                    output._a,
                    found,
                    inputs,
                )

    def rule(self, call: Any, entry: Any, upstream: Any, downstream: Any) -> None:
        """Check what the derivative of an operation sends back."""
        for number, cotangent in enumerate(downstream):
            array = getattr(cotangent, "_a", cotangent)
            found = counts(array)
            if found:
                where = f'the gradient of input {number} of op "{entry.op.type}"'
                raise refusal(where, array, found, ())


def counts(array: Any) -> dict[str, int]:
    """How many elements are infinite or not a number, by kind; nothing for what is no number."""
    if not isinstance(array, (np.ndarray, np.generic)) or array.dtype.kind not in "fc":
        return {}
    if np.isfinite(array).all():
        return {}
    kinds: dict[str, Any] = {"-Inf": np.isneginf, "+Inf": np.isposinf, "+NaN": np.isnan}
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag])
    found = {name: int(test(array).sum()) for name, test in kinds.items()}
    return {name: count for name, count in found.items() if count}


def refusal(where: str, array: Any, found: dict[str, int], inputs: Any) -> Exception:
    """TensorFlow's error: where it was, how many there are, and of what it was computed."""
    lines = [
        f"\n\n!!! Detected Infinity or NaN in {where} !!!",
        f"  dtype: {as_dtype(array.dtype)!s}",
        f"  shape: {np.shape(array)}",
        *[f"  # of {kind} elements: {count}" for kind, count in found.items()],
    ]
    if len(inputs) == 1:
        lines += ["", f"  Input tensor: {inputs[0]!s}"]
    elif inputs:
        lines += ["", f"  Input tensors ({len(inputs)}):"]
        lines += [f"         {i}: {t!s}" for i, t in enumerate(inputs)]
    names = {"-Inf": "-Inf", "+Inf": "+Inf", "+NaN": "NaN"}
    had = listing([names[kind] for kind in found])
    message = "\n".join(lines) + f"\n\n : Tensor had {had} values [Op:CheckNumericsV2]"
    return errors.InvalidArgumentError(None, None, message)


def listing(words: Iterable[str]) -> str:
    """Words as English lists them."""
    *first, last = words
    comma = "," if len(first) > 1 else ""
    return f"{', '.join(first)}{comma} and {last}" if first else last


_checker = Checker()
_before: list[bool] = []


@export("debugging.enable_check_numerics")
def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """Raise ``tf.errors.InvalidArgumentError`` at the first operation that gives Inf or NaN.

    Derivatives are checked as well. Functions run as plain Python meanwhile, so that the error
    comes from the line that computes. The arguments are there for TensorFlow's sake.

    >>> import tensortape as tf
    >>> tf.debugging.enable_check_numerics()
    >>> try:
    ...     tf.math.log(0.0)
    ... except tf.errors.InvalidArgumentError as error:
    ...     print(str(error).strip().splitlines()[0])
    ... finally:
    ...     tf.debugging.disable_check_numerics()
    !!! Detected Infinity or NaN in output 0 of eagerly-executing op "Log" (# of outputs: 1) !!!

    Source: ``tf.debugging.enable_check_numerics``.
    """
    if not _before:
        _before.append(PUBLIC["config.functions_run_eagerly"]())
        PUBLIC["config.run_functions_eagerly"](True)
        subscribe(_checker)


@export("debugging.disable_check_numerics")
def disable_check_numerics() -> None:
    """Take ``enable_check_numerics`` back.

    >>> import tensortape as tf
    >>> tf.debugging.disable_check_numerics()
    >>> tf.math.log(0.0).numpy()
    np.float32(-inf)

    Source: ``tf.debugging.disable_check_numerics``.
    """
    if _before:
        unsubscribe(_checker)
        PUBLIC["config.run_functions_eagerly"](_before.pop())


_filtering = [True]


@export("debugging.enable_traceback_filtering")
def enable_traceback_filtering() -> None:
    """Say that tracebacks are to leave out the library's own lines, which are few here.

    >>> import tensortape as tf
    >>> tf.debugging.enable_traceback_filtering()

    Source: ``tf.debugging.enable_traceback_filtering``.
    """
    _filtering[0] = True


@export("debugging.disable_traceback_filtering")
def disable_traceback_filtering() -> None:
    """Say that tracebacks are to be whole, as they are here in any case.

    >>> import tensortape as tf
    >>> tf.debugging.disable_traceback_filtering()
    >>> tf.debugging.is_traceback_filtering_enabled()
    False
    >>> tf.debugging.enable_traceback_filtering()

    Source: ``tf.debugging.disable_traceback_filtering``.
    """
    _filtering[0] = False


@export("debugging.is_traceback_filtering_enabled")
def is_traceback_filtering_enabled() -> bool:
    """Which of the two was asked for last.

    >>> import tensortape as tf
    >>> tf.debugging.is_traceback_filtering_enabled()
    True

    Source: ``tf.debugging.is_traceback_filtering_enabled``.
    """
    return _filtering[0]
