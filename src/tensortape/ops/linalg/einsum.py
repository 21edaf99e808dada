"""Einstein summation: ``tf.einsum``."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.families import differ
from tensortape.core.op import op
from tensortape.core.operators import same_dtype
from tensortape.core.registry import export

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORMAT = re.compile(r"^(?:[A-Za-z]|\.\.\.|,)*(?:->(?:[A-Za-z]|\.\.\.)*)?$")


def parse(equation: str, count: int) -> tuple[list[str], str]:
    """Input subscripts and output subscripts of an equation; implicit output made explicit."""
    text = equation.replace(" ", "")
    if not FORMAT.match(text):
        raise ValueError(f"Subscripts have incorrect format: {equation}")
    terms, arrow, out = text.partition("->")
    inputs = terms.split(",")
    if len(inputs) != count:
        raise ValueError(f'Got {count} inputs for equation "{equation}", expecting {len(inputs)}')
    if not arrow:
        seen = Counter(terms.replace("...", "").replace(",", ""))
        out = "..." * ("..." in terms) + "".join(sorted(x for x, n in seen.items() if n == 1))
    for label, n in Counter(out.replace("...", "")).items():
        if n > 1:
            raise ValueError(
                f"Output subscripts contain a label appearing more than once: {equation}"
            )
        if label not in terms:
            raise ValueError(
                f"Output subscripts contain the label {label} not present in the input subscripts."
            )
    return inputs, out


def without_ellipsis(inputs: list[str], out: str, ranks: list[int]) -> tuple[list[str], str]:
    """Unused letters in place of ``...``, aligned at the right as broadcasting is."""
    if not any("..." in term for term in inputs):
        return inputs, out.replace("...", "")
    used = set("".join(inputs) + out)
    free = [x for x in LETTERS if x not in used]
    extra = [r - len(t.replace("...", "")) for t, r in zip(inputs, ranks, strict=True)]
    widest = max(n for t, n in zip(inputs, extra, strict=True) if "..." in t)
    letters = "".join(free[: max(widest, 0)])
    filled = [
        t.replace("...", letters[len(letters) - n :] if n > 0 else "")
        for t, n in zip(inputs, extra, strict=True)
    ]
    return filled, out.replace("...", letters)


def check_sizes(inputs: list[str], dotted: list[str], shapes: list[Any]) -> None:
    """Refuse ranks and sizes that contradict the labels, as TensorFlow does."""
    sizes: dict[str, Any] = {}
    for position, (term, given, shape) in enumerate(zip(inputs, dotted, shapes, strict=True)):
        if len(term) != len(shape):
            at_least = "at least " if "..." in given else ""
            raise errors.InvalidArgumentError(
                None, None, f"Expected input {position} to have rank {at_least}{len(term)} but "
                f"got: {len(shape)} [Op:Einsum] name: ",
            )  # fmt: skip
        for axis, (label, n) in enumerate(zip(term, shape, strict=True)):
            known = sizes.setdefault(label, n)
            if known == n or known is None or n is None:
                continue
            if label in given:
                listed = ",".join(map(str, shape))
                raise errors.InvalidArgumentError(
                    None, None, f"Expected dimension {known} at axis {axis} of the input shaped "
                    f"[{listed}] but got dimension {n} [Op:Einsum] name: ",
                )  # fmt: skip
            sizes[label] = max(known, n)


def normalise(tensors: Any, attrs: dict[str, Any]) -> dict[str, Any]:
    """The equation with an explicit output and without ellipses or spaces."""
    equation = attrs["equation"]
    if "->" in equation and "." not in equation and " " not in equation:
        return attrs
    dotted, out = parse(equation, len(tensors))
    inputs, out = without_ellipsis(dotted, out, [t.ndim for t in tensors])
    return {"equation": ",".join(inputs) + "->" + out}


@op("Einsum", primitive="einsum", variadic=True, saves=("inputs",), normalise=normalise,
    samples=[(((2, 3), (3, 4)), {"equation": "ij,jk->ik"}), (((3, 3),), {"equation": "ii->i"}),
             (((3, 3),), {"equation": "ii->"}), (((2, 3),), {"equation": "ij->j"}),
             (((2, 1, 2, 3), (4, 3, 2)), {"equation": "...ij,...jk->...ik"}),
             (((2,), (2, 3), (3,)), {"equation": "i,ij,j->"})])  # fmt: skip
def einsum_op(xp, *inputs, equation):
    """The sum of products that ``equation`` describes."""
    return xp.einsum(equation, *inputs)


@einsum_op.vjp
def _(xp, g, y, *inputs, equation):
    terms, out = equation.split("->")
    labels = terms.split(",")
    return [input_cotangent(xp, g, out, inputs, labels, k) for k in range(len(inputs))]


def input_cotangent(xp: Any, g: Any, out: str, inputs: Any, labels: list[str], k: int) -> Any:
    """Cotangent of input ``k``: the product of the others with ``g``, laid out as the input."""
    others = [
        (term, xp.conj(x) if x.dtype.kind == "c" else x)
        for i, (term, x) in enumerate(zip(labels, inputs, strict=True))
        if i != k
    ]
    known = set(out).union(*(term for term, _ in others)) if others else set(out)
    own = "".join(dict.fromkeys(labels[k]))
    reached = "".join(x for x in own if x in known)
    equation = ",".join([out, *(term for term, _ in others)]) + "->" + reached
    d = xp.einsum(equation, g, *(x for _, x in others))
    sizes = dict(zip(labels[k], inputs[k].shape, strict=True))
    if reached != own:
        full = {x: d.shape[reached.index(x)] if x in reached else 1 for x in own}
        d = xp.reshape(d, tuple(full[x] for x in own))
        d = xp.broadcast_to(d, tuple(full[x] if x in reached else sizes[x] for x in own))
    d = on_diagonal(xp, d, own, labels[k], sizes)
    shape = tuple(inputs[k].shape)
    return xp.sum_to(d, shape) if differ(tuple(d.shape), shape) else d


def on_diagonal(xp: Any, d: Any, own: str, term: str, sizes: dict[str, int]) -> Any:
    """Spread ``d`` along the diagonals that repeated labels of ``term`` stand for."""
    fresh = iter(x for x in LETTERS if x not in term)
    seen: set[str] = set()
    names, eyes = "", []
    for label in term:
        name = next(fresh) if label in seen else label
        if label in seen:
            eyes.append((label + name, xp.eye(sizes[label], sizes[label], d.dtype)))
        seen.add(label)
        names += name
    if not eyes:
        return d
    return xp.einsum(
        ",".join([own, *(e for e, _ in eyes)]) + "->" + names, d, *(e for _, e in eyes)
    )


@export("einsum", "linalg.einsum")
def einsum(equation, *inputs, **kwargs):
    """Multiply and sum tensors as an equation over axis labels says.

    >>> import tensortape as tf
    >>> m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.einsum("ij,jk->ik", m, m).numpy().tolist()
    [[7.0, 10.0], [15.0, 22.0]]
    >>> tf.einsum("ii", m).numpy()
    np.float32(5.0)

    Args:
        equation: ``"ij,jk->ik"``: one label per axis of each input, then those of the result; a
            label that is missing there is summed over, ``...`` stands for axes that broadcast.
        inputs: tensors of one dtype.
        kwargs: ``optimize`` (how operands are paired; the result is the same) and ``name``.

    Raises ``ValueError`` for an equation that makes no sense, ``InvalidArgumentError`` for shapes
    that contradict it. Source: ``tf.einsum``.
    """
    unknown = set(kwargs) - {"optimize", "name"}
    if unknown:
        raise TypeError(f"einsum got unexpected keyword arguments: {', '.join(sorted(unknown))}")
    dotted, out = parse(equation, len(inputs))
    tensors = [convert_to_tensor(inputs[0])]
    for value in inputs[1:]:
        tensors.append(convert_to_tensor(value, dtype_hint=tensors[0].dtype))
        same_dtype(einsum_op, tensors[0], tensors[-1])
    shapes = [tuple(t.shape) for t in tensors]
    terms, out = without_ellipsis(dotted, out, [len(s) for s in shapes])
    check_sizes(terms, dotted, shapes)
    return execute(einsum_op, tuple(tensors), {"equation": ",".join(terms) + "->" + out})
