"""Operations that change the order of elements or axes."""

from __future__ import annotations

from typing import Any

from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.public import tensor
from tensortape.core.registry import PRIMITIVES, export
from tensortape.ops.layout.attributes import ints, invalid, linear, one_axis


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes ``axes``."""
    out = [0] * len(axes)
    for i, a in enumerate(axes):
        out[a] = i
    return tuple(out)


@op(
    "Transpose",
    primitive="transpose",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {"axes": (1, 0)}), (((2, 3, 4),), {"axes": (2, 0, 1)})],
)
def transpose_op(xp, x, *, axes=None):
    """Permute the axes; without ``axes`` reverse them."""
    return xp.transpose(x, axes)


@transpose_op.vjp
def _(xp, g, y, x, *, axes):
    return xp.transpose(g, None if axes is None else inverse(axes))


@op(
    "ReverseV2",
    primitive="flip",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {"axis": (1,)})],
)
def flip(xp, tensor, *, axis):
    """Reverse the order along axes."""
    return xp.flip(tensor, axis)


@flip.vjp
def _(xp, g, y, x, *, axis):
    return xp.flip(g, axis)


@op(
    "Roll",
    primitive="roll",
    saves=(),
    native_dtypes=True,
    samples=[(((2, 3),), {"shift": (1,), "axis": (1,)})],
)
def roll_op(xp, input, *, shift, axis):
    """Shift elements along axes; what falls off one end comes in at the other."""
    return xp.roll(input, shift, axis)


@roll_op.vjp
def _(xp, g, y, x, *, shift, axis):
    return xp.roll(g, tuple(-s for s in shift), axis)


@op(
    "ReverseSequence",
    saves=("inputs",),
    native_dtypes=True,
    samples=[(((4, 2), [3, 1]), {"seq_axis": 0, "batch_axis": 1})],
)
def reverse_sequence_op(xp, input, seq_lengths, *, seq_axis, batch_axis):
    """Reverse the first ``seq_lengths[i]`` elements of each row ``i``."""
    n = input.shape[seq_axis]
    front = (
        batch_axis,
        seq_axis,
        *(i for i in range(input.ndim) if i not in (batch_axis, seq_axis)),
    )
    steps = xp.arange(0, n, 1, seq_lengths.dtype)
    lengths = xp.expand_dims(seq_lengths, 1)
    indices = xp.where(steps < lengths, lengths - 1 - steps, steps)
    return xp.transpose(xp.take(xp.transpose(input, front), indices, 1, 1), inverse(front))


@reverse_sequence_op.vjp(0)
def _(xp, g, y, x, lengths, *, seq_axis, batch_axis):
    return reverse_sequence_op.kernel(xp, g, lengths, seq_axis=seq_axis, batch_axis=batch_axis)


for _op in (transpose_op, flip, roll_op, reverse_sequence_op):
    linear(_op)


@export("transpose")
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str = "transpose") -> Any:
    """Permute the axes of ``a`` by ``perm`` (default: reverse them), conjugating if asked.

    >>> import tensortape as tf
    >>> tf.transpose([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 3], [2, 4]]

    Raises ``tf.errors.InvalidArgumentError`` when ``perm`` is no permutation.
    Source: ``tf.transpose``.
    """
    x = tensor(a)
    rank = x._a.ndim
    if perm is None:
        axes = None
    else:
        given = ints(perm)
        axes = tuple(p + rank if p < 0 else p for p in given)
        if sorted(axes) != list(range(rank)):
            problem = (
                f"transpose expects a vector of size {rank}. But input(1) is a vector of size "
                f"{len(given)}"
                if len(given) != rank
                else f"{list(given)} is not a permutation of [0, ..., {rank - 1}]"
            )
            raise invalid(f"{problem} [Op:Transpose]")
    out = execute(transpose_op, (x,), {"axes": axes})
    if conjugate and x.dtype.is_complex:
        return execute(PRIMITIVES["conj"], (out,))
    return out


@export("reverse")
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """Reverse the order of the elements along each axis in ``axis``.

    >>> import tensortape as tf
    >>> tf.reverse([1, 2, 3], [0]).numpy().tolist()
    [3, 2, 1]

    Raises ``tf.errors.InvalidArgumentError`` for an axis out of range or given twice.
    Source: ``tf.reverse``.
    """
    x = _tensor(tensor)
    rank = x._a.ndim
    axes = tuple(one_axis(a, rank, "'axis'") for a in ints(axis))
    if len(set(axes)) != len(axes):
        raise invalid(f"axis {list(axes)} specified more than once [Op:ReverseV2]")
    return execute(flip, (x,), {"axis": axes})


_tensor = tensor


@export("roll")
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """Shift elements by ``shift`` places along ``axis``, around the end.

    >>> import tensortape as tf
    >>> tf.roll([1, 2, 3, 4], 1, 0).numpy().tolist()
    [4, 1, 2, 3]

    Raises ``tf.errors.InvalidArgumentError`` when ``shift`` and ``axis`` differ in length or an
    axis is out of range. Source: ``tf.roll``.
    """
    x = tensor(input)
    rank = x._a.ndim
    shifts, axes = ints(shift), ints(axis)
    if rank < 1:
        raise invalid("input must be 1-D or higher [Op:Roll]")
    if len(shifts) != len(axes):
        raise invalid(
            f"shift and axis must have the same size, got {list(shifts)} and {list(axes)} "
            "[Op:Roll]",
        )
    return execute(roll_op, (x,), {"shift": shifts, "axis": tuple(one_axis(a, rank) for a in axes)})


@export("reverse_sequence")
def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: Any = None,
    batch_axis: Any = None,
    name: str | None = None,
) -> Any:
    """Reverse the first ``seq_lengths[i]`` elements along ``seq_axis`` of batch entry ``i``.

    >>> import tensortape as tf
    >>> tf.reverse_sequence([[1, 2, 3]], [2], seq_axis=1, batch_axis=0).numpy().tolist()
    [[2, 1, 3]]

    Raises ``tf.errors.InvalidArgumentError`` for lengths that do not fit.
    Source: ``tf.reverse_sequence``.
    """
    x, lengths = tensor(input), tensor(seq_lengths)
    rank = x._a.ndim
    seq = one_axis(0 if seq_axis is None else seq_axis, rank, "seq_axis")
    batch = one_axis(0 if batch_axis is None else batch_axis, rank, "batch_axis")
    if seq == batch:
        raise invalid(f"batch_axis == seq_axis == {seq} [Op:ReverseSequence]")
    if tuple(lengths._a.shape) != (x._a.shape[batch],):
        raise invalid(
            f"Length of seq_lengths != input.dims({batch}), ({lengths.shape} vs. "
            f"{x._a.shape[batch]}) [Op:ReverseSequence]"
        )
    return execute(reverse_sequence_op, (x, lengths), {"seq_axis": seq, "batch_axis": batch})
