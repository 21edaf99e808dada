"""Arguments of the direct functions: which to differentiate, and tensors in place of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.registry import OPS
from tensortape.core.tensor import Tensor


def as_tensors(structure: Any) -> Any:
    """Leaves as tensors; variables stay, for they are differentiated as such."""

    def leaf(x: Any) -> Any:
        keep = isinstance(x, Tensor) or getattr(x, "_should_act_as_resource_variable", False)
        return x if keep else convert_to_tensor(x)

    return nest.map_structure(leaf, structure)


def as_arguments(structure: Any) -> Any:
    """As :func:`as_tensors`, each tensor one of its own.

    So two arguments that are the same tensor are differentiated apart, and a tensor that the
    function also reads from outside is constant there.
    """

    def leaf(x: Any) -> Any:
        return execute(OPS["Identity"], (x,)) if isinstance(x, Tensor) else x

    return nest.map_structure(leaf, as_tensors(structure))


def chosen(args: tuple[Any, ...], argnums: Any) -> Any:
    """The arguments to differentiate: one for an int, a tuple for several.

    Raises ``ValueError`` for a number that no argument has, or for leaves that are no floats.
    """
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise ValueError(
                f"argnums={argnums} asks for argument {n}, but {len(args)} were given."
            )
    for n in numbers:
        for leaf in nest.flatten(args[n]):
            if leaf.dtype.kind not in "fc":
                raise ValueError(
                    f"Argument {n} has dtype {leaf.dtype.name}, which has no derivative: give "
                    f"floats, "
                    "or choose others with argnums."
                )
    return args[argnums] if isinstance(argnums, int) else tuple(args[n] for n in numbers)


def split_aux(result: Any, has_aux: bool) -> tuple[Any, Any]:
    """``(value, auxiliary output)`` of what a function returned."""
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise ValueError(
            "With has_aux=True the function must return (value, auxiliary), received "
            f"{type(result).__name__}."
        )
    return result


def scalar_value(value: Any, what: str) -> Any:
    """``value`` as a tensor; ``ValueError`` unless it is one number."""
    value = convert_to_tensor(value)
    if value.ndim:
        raise ValueError(
            f"{what} needs a function with a scalar result, received shape {value.shape}: "
            f"reduce it "
            "(tf.reduce_sum), or take the jacobian."
        )
    return value


def need_callable(f: Any) -> Callable[..., Any]:
    """``f`` itself; ``TypeError`` if it cannot be called."""
    if not callable(f):
        raise TypeError(f"The first argument must be a function, received {f!r:.80}.")
    return f
