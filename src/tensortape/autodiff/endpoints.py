"""Both ends of a backward walk: targets with their cotangents, sources with their results."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from tensortape.arrays.recorded import recorded
from tensortape.core import errors, nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.indexed_slices import IndexedSlices
from tensortape.core.state import state
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import CompositeTensor
from tensortape.core.variable import Variable

_log = logging.getLogger("tensortape")

FLOATS = frozenset("fcV")
"""Kinds of the dtypes that have derivatives."""

FLOAT_NUMBERS = frozenset({np.float32, np.float64})
"""Types of single numbers that have; asking for the dtype of a number takes longer."""


def source_of(s: Any) -> Any:
    """What a tape knows a source by: itself, a variable's handle, a ragged tensor's values."""
    if getattr(s, "_should_act_as_resource_variable", False):
        return s.handle
    if isinstance(s, CompositeTensor) and hasattr(s, "flat_values"):
        return s.flat_values
    return s


def usual(values: Any) -> bool:
    """Whether all are tensors or variables of floating dtypes, which a tape knows by themselves."""
    for value in values:
        kind = type(value)
        if kind is EagerTensor:
            a = value._a
        elif kind is Variable:
            a = value._t._a
        else:
            return False
        if type(a) not in FLOAT_NUMBERS and a.dtype.kind not in FLOATS:
            return False
    return True


def parted(sources: list[Any]) -> list[Any] | None:
    """The tensors that each source consists of, where some consist of several; else ``None``.

    Linear operators and extension types do; the gradient of one is another of its kind.
    """
    for source in sources:
        if isinstance(source, CompositeTensor) and _in_parts(source):
            break
    else:
        return None
    return [nest.flatten(s, expand_composites=True) if _in_parts(s) else [s] for s in sources]


def _in_parts(source: Any) -> bool:
    return (
        isinstance(source, CompositeTensor)
        and not hasattr(source, "flat_values")
        and not hasattr(source, "_id")
    )


def joined(sources: Any, parts: list[Any], results: list[Any]) -> list[Any]:
    """One result for each source, from those of all parts."""
    flat = iter(results)
    out = []
    for source, own in zip(nest.flatten(sources), parts, strict=True):
        found = [next(flat) for _ in own]
        if not _in_parts(source):
            out += found
        elif all(g is None for g in found):
            out.append(None)
        else:
            out.append(nest.pack_sequence_as(source, found, expand_composites=True))
    return out


def target_of(t: Any) -> Any:
    """What a tape knows a target by; of a sparse gradient, its rows."""
    t = source_of(t)
    if isinstance(t, IndexedSlices):
        t = t.values
    if hasattr(t, "_id"):
        return t
    if hasattr(type(t), "_to_tensor") or hasattr(type(t), "__tf_tensor__"):
        return convert_to_tensor(t)
    return refuse(t, "target")


def checked_target(t: Any) -> Any:
    """What a tape knows a target by; warns where it has no derivative."""
    t = t if isinstance(t, Tensor) else target_of(t)
    return warned(t, "target", "the gradient will be None")


def checked_source(s: Any) -> Any:
    """What a tape knows a source by; warns where it has no derivative."""
    handle = source_of(s)
    if not hasattr(handle, "_id"):
        refuse(s, "source")
    return warned(handle, "source", "its gradient will be None")


def warned(value: Any, role: str, consequence: str) -> Any:
    """``value``; logs a warning unless its dtype has derivatives."""
    if value._a.dtype.kind not in FLOATS:
        _log.warning(
            "The dtype of the %s tensor must be floating (e.g. tf.float32) when calling "
            "GradientTape.gradient, got %r: %s.",
            role, value.dtype, consequence,
        )  # fmt: skip
    return value


def refuse(value: Any, role: str) -> Any:
    """Raise for what is no tensor, in TensorFlow's classes."""
    kind = TypeError if value is None or isinstance(value, str) else AttributeError
    raise kind(
        f"The {role} of a gradient must be a tf.Tensor or tf.Variable, or a nest of them; received "
        f"{value!r:.80} of type {type(value).__name__!r}, which no tape has seen. Keep what you "
        "differentiate as a tensor (no .numpy(), no float())."
    )


def seeds_of(output_gradients: Any, targets: list[Any]) -> list[Any]:
    """Cotangents the caller gives, one per target.

    Raises ``TypeError`` when there are fewer than targets.
    """
    seeds = nest.flatten(output_gradients)
    if len(seeds) < len(targets):
        raise TypeError(
            f"output_gradients has {len(seeds)} tensors for {len(targets)} targets: give one each."
        )
    return seeds


def start(targets: Any, seeds: Any, needed: Any, mode: Any) -> dict[int, Any]:
    """The first cotangents: ones, or what the caller gave."""
    grads: dict[int, Any] = {}
    if len(targets) == 1 and seeds is None and not mode.recorded:  # the usual case
        (t,) = targets
        a = t._a
        if type(a) in FLOAT_NUMBERS and t._id in needed:
            return {t._id: type(a)(1)}
        if t._id not in needed or a.dtype.kind not in FLOATS:
            return grads
        return {t._id: mode.xp.ones_like(a) if a.ndim else a.dtype.type(1)}
    for i, t in enumerate(targets):
        if t._id not in needed or t._a.dtype.kind not in FLOATS:
            continue
        if seeds is not None and seeds[i] is not None:
            seed = cotangent(seeds[i], t)
            g = seed if mode.recorded else seed._a
        elif mode.recorded:
            g = mode.xp.ones_like(t if isinstance(t, Tensor) else convert_to_tensor(t))
        else:
            a = t._a
            g = mode.xp.ones_like(a) if a.ndim else a.dtype.type(1)
        before = grads.get(t._id)
        grads[t._id] = g if before is None else before + g
    return grads


def cotangent(seed: Any, target: Any) -> Any:
    """What the caller gives for ``target``: its dtype, and a shape that extends to its own."""
    seed = convert_to_tensor(seed, dtype_hint=target.dtype)
    if any(getattr(t._a, "unranked", False) for t in (seed, target)):  # seen to when it runs
        return seed
    given, own = tuple(seed._a.shape), tuple(target._a.shape)
    pairs = zip(reversed(given), reversed(own), strict=False)
    fits = len(given) <= len(own) and all(a in (1, b, None) or b is None for a, b in pairs)
    if not fits or seed._a.dtype != target._a.dtype:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"output_gradients has {seed.dtype.name}{list(given)} for a target of "
            f"{target.dtype.name}{list(own)}: give it the target's dtype and shape.",
        )
    return seed


def of_floats(results: list[Any], handles: list[Any]) -> list[Any]:
    """``None`` in place of what reached sources that are no floating or complex numbers."""
    kinds = [h._a.dtype.kind for h in handles]
    return [g if k in FLOATS else None for g, k in zip(results, kinds, strict=True)]


def finish(results: list[Any], handles: list[Any]) -> list[Any]:
    """Zeros in place of ``None``."""
    return [zeros_for(h) if g is None else g for g, h in zip(results, handles, strict=True)]


def packed(sources: Any, results: list[Any]) -> Any:
    """Results in the nest of the sources."""
    kind = type(sources)
    if (kind is list or kind is tuple) and len(results) == len(sources):
        for source in sources:
            if isinstance(source, CompositeTensor):
                return kind(map(like_source, sources, results))
        return kind(results)
    if nest.CONTAINERS[type(sources)] is None:
        return like_source(sources, results[0])
    return nest.pack_sequence_as(sources, results)


def like_source(source: Any, result: Any) -> Any:
    """A gradient, with the rows of a ragged source."""
    if result is None or not isinstance(source, CompositeTensor):
        return result
    with_values = getattr(source, "with_flat_values", None)
    return result if with_values is None else with_values(result)


def zeros(shape: Any, dtype: Any) -> Any:
    """Zeros as a tensor."""
    if state.graph is not None:
        return recorded.zeros(shape, dtype)
    return state.tensor(state.xp.zeros(shape, dtype))


def zeros_for(handle: Any) -> Any:
    """Zeros like a source."""
    if state.graph is not None:  # an operation of it
        return recorded.zeros_like(convert_to_tensor(handle))
    return state.tensor(state.xp.zeros_like(handle._a))
