"""The tensors that a traced function is called with.

Arguments are all that was traced with, Python values included; or else, by position or name, the
tensors alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tensortape.core import errors, nest
from tensortape.core.containers import is_namedtuple
from tensortape.core.convert import convert_to_tensor
from tensortape.core.specs import TensorSpec, TypeSpec
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import TensorLike
from tensortape.graph.function_type import sanitised, type_of
from tensortape.graph.signature import describe


def bound(concrete: Any, args: Any, kwargs: Any) -> list[Any]:
    """The tensors of a call, one for each parameter; their shapes need not be the traced ones.

    Raises ``TypeError`` for arguments that are neither what was traced with nor the tensors
    alone, ``InvalidArgumentError`` for tensors of other dtypes.
    """
    try:
        return structured(concrete.signature, concrete.parameters, args, kwargs)
    except TypeError as exc:
        why = exc
    try:
        return flat(concrete, args, kwargs)
    except TypeError as exc:
        raise TypeError(
            f"Binding inputs to {concrete.label} failed due to `{why}`; and as the tensors alone "
            f"because {exc}. It takes {concrete.pretty_printed_signature(False)}."
        ) from None


def structured(signature: Any, names: list[str], args: Any, kwargs: Any) -> list[Any]:
    """The tensors of a call that gives all arguments that were traced.

    ``signature`` is ``(args, kwargs)`` of the trace, with a ``tf.TensorSpec`` for each tensor; the
    Python values in it must come again.
    """
    wanted, named = signature
    left = {sanitised(n): v for n, v in kwargs.items()}
    if len(args) > len(wanted):
        raise TypeError(f"too many positional arguments: {len(args)}")
    given = list(args)
    for name in [sanitised(n) for n in names[len(args) : len(wanted)]]:
        if name not in left:
            raise TypeError(f"missing a required argument: {name!r}")
        given.append(left.pop(name))
    if len(given) != len(wanted):
        raise TypeError(f"missing arguments: {len(given)} of {len(wanted)} by position")
    by_name = {sanitised(n): spec for n, spec in named.items()}
    if left.keys() != by_name.keys():
        odd = sorted(left.keys() ^ by_name.keys())
        raise TypeError(f"{'unexpected' if odd[0] in left else 'missing'} argument: {odd[0]!r}")
    tensors: list[Any] = []
    for spec, value in zip(wanted, given, strict=True):
        _cast(spec, value, tensors)
    for name in sorted(named):
        _cast(named[name], left[sanitised(name)], tensors)
    return tensors


def _cast(signature: Any, argument: Any, tensors: list[Any]) -> None:
    """Append the tensors in one argument, which must be what its signature says."""
    for spec, value in leaves(signature, argument):
        _cast_leaf(spec, value, tensors)


def _cast_leaf(spec: Any, value: Any, tensors: list[Any]) -> None:
    if isinstance(spec, TensorSpec):
        tensors.append(_tensor(spec, value))
    elif isinstance(spec, TypeSpec):
        if getattr(value, "_type_spec", None) is None or not spec.is_compatible_with(value):
            raise _no_cast(value, spec)
        describe(value, tensors)
    elif isinstance(spec, TensorLike):
        if value is not spec:
            raise TypeError(f"{value!r:.100} is another variable than the one it was traced with")
    elif not _equal(spec, value):
        raise _no_cast(value, type_of(spec))


def leaves(signature: Any, argument: Any) -> Iterator[tuple[Any, Any]]:
    """Each leaf of a signature, with what an argument of its structure has in that place.

    Raises ``TypeError`` for one of another structure.
    """
    if not nest.is_nested(signature):
        yield signature, argument
        return
    for part, its in _parts(signature, argument):
        yield from leaves(part, its)


def _parts(spec: Any, value: Any) -> list[tuple[Any, Any]]:
    """Pairs of what a container was traced with and what it has now, in the order of nests."""
    children: Any = nest.CONTAINERS[type(spec)].children  # type: ignore[union-attr]
    if isinstance(spec, dict):
        if not isinstance(value, Mapping) or value.keys() != spec.keys():
            raise _no_cast(value, type_of(spec))
        ordered = dict(spec)
        ordered.update((key, value[key]) for key in spec)
        return list(zip(children(spec), nest.CONTAINERS[dict].children(ordered), strict=True))  # type: ignore[union-attr]
    base = next((kind for kind in (list, tuple) if isinstance(spec, kind)), type(spec))
    same = not is_namedtuple(type(spec)) or getattr(value, "_fields", ()) == spec._fields
    if not isinstance(value, base) or not same:
        raise _no_cast(value, type_of(spec))
    if len(list(children(value))) != len(list(children(spec))):
        raise _no_cast(value, type_of(spec))
    return list(zip(children(spec), children(value), strict=True))


def _tensor(spec: TensorSpec, value: Any) -> Any:
    """An argument as a tensor of a specification."""
    if isinstance(value, TypeSpec):
        raise _no_cast(value, spec)
    try:
        tensor = value if isinstance(value, Tensor) else convert_to_tensor(value, dtype=spec.dtype)
    except (TypeError, ValueError, errors.InvalidArgumentError) as exc:
        raise TypeError(str(exc)) from None
    if tensor.dtype is not spec.dtype or not spec.shape.is_compatible_with(tensor.shape):
        raise _no_cast(tensor, type_of(spec))
    return tensor


def _no_cast(value: Any, kind: Any) -> TypeError:
    shown = type_of(value) if isinstance(value, TensorLike) else f"{value!r:.100}"
    return TypeError(f"Can not cast {shown} to {kind!r}")


def _equal(a: Any, b: Any) -> bool:
    """Whether a Python value is the one that was traced, which a tensor may equal, too."""
    try:
        return a is b or bool(a == b) or bool(a != a and b != b)
    except (TypeError, ValueError, errors.OpError):
        return False


def flat(concrete: Any, args: Any, kwargs: Any) -> list[Any]:
    """The tensors of a call with nothing but tensors, by position or name."""
    names = [sanitised(n) for n in concrete.flat_names]
    if concrete.takes_variables:
        raise TypeError("a variable is among the arguments")
    if len(args) > len(names):
        raise TypeError(f"it takes {len(names)} tensors ({', '.join(names)}), got {len(args)}")
    left = {sanitised(n): v for n, v in kwargs.items()}
    given = [*args, *(left.pop(n) for n in names[len(args) :] if n in left)]
    if len(given) < len(names):
        missing = [n for n in names[len(args) :] if n not in kwargs]
        raise TypeError(f"arguments are missing: {', '.join(missing)}")
    if left:
        raise TypeError(f"of unexpected keyword arguments: {', '.join(sorted(left))}")
    return [_alone(v, n, p) for v, n, p in zip(given, names, concrete._arguments, strict=True)]


def _alone(given: Any, name: str, parameter: Any) -> Any:
    """One of the tensors alone: of the traced dtype, and eagerly of any shape."""
    value: Any = given
    if not isinstance(given, TensorLike):
        raise TypeError(
            f"{name} is no tensor: received {value!r:.100} of type {type(value).__name__}"
        )
    tensor = value if isinstance(value, Tensor) else convert_to_tensor(value)
    fits = parameter.shape.is_compatible_with(tensor.shape)
    if tensor.dtype is parameter.dtype and (fits or type(value) is EagerTensor):
        return tensor
    text = f"{name}: {_no_cast(tensor, type_of(parameter))}"
    if tensor is not value or tensor.dtype is parameter.dtype:
        raise TypeError(text)
    raise errors.InvalidArgumentError(None, None, text)
