"""The rule of Einstein sums, which is the rule of all products.

A tied batch axis shares the label of the logical axis it is tied to. Where the result has that
label the tie goes on; where it is summed over, the label becomes that of the batch axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tensortape.arrays.batched.structure import untied
from tensortape.arrays.batched.value import Batched, rule

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@rule
def einsum(ns: Any, equation: str, *arrays: Any) -> Any:
    """Einstein sum; ties become shared labels."""
    if not any(type(a) is Batched for a in arrays):
        return ns.base.einsum(equation, *arrays)
    terms, out = equation.split("->")
    labels = terms.split(",")
    values, names = batch_labels(ns, list(arrays), labels, equation)
    operands, written = [], []
    for x, term in zip(values, labels, strict=True):
        data, label = stripped(ns, x, term, names) if type(x) is Batched else (x, term)
        operands.append(data)
        written.append(label)
    return result(ns, out, names, operands, written)


def batch_labels(
    ns: Any, arrays: list[Any], labels: list[str], equation: str
) -> tuple[list[Any], list[str]]:
    """The label of each batch axis; ties that contradict each other are undone."""
    fresh: Iterator[str] = iter([x for x in LETTERS if x not in equation])
    names: list[str] = []
    for p in range(ns.rank):
        found = dict.fromkeys(tie_label(x, p, term) for x, term in zip(arrays, labels, strict=True))
        found.pop("", None)
        if len(found) == 1 and not set(found) & set(names):
            names.append(next(iter(found)))
        else:
            arrays = [untied(ns, x, [p]) if type(x) is Batched else x for x in arrays]
            names.append(next(fresh))
    return arrays, names


def tie_label(x: Any, p: int, term: str) -> str:
    """The label of the logical axis that batch axis ``p`` of ``x`` is tied to, or nothing."""
    return term[x.ties[p]] if type(x) is Batched and x.ties[p] else ""


def stripped(ns: Any, x: Batched, term: str, names: list[str]) -> tuple[Any, str]:
    """The data without batch axes of size 1, and its labels."""
    sizes = tuple(x.data.shape)[: ns.rank]
    kept = [p for p, n in enumerate(sizes) if n != 1]
    data = ns.base.reshape(x.data, (*[sizes[p] for p in kept], *x.shape))
    return data, "".join([names[p] for p in kept]) + term


def result(ns: Any, out: str, names: list[str], operands: list[Any], written: list[str]) -> Batched:
    """Compute, and put the batch axes where they belong."""
    present = set("".join(written))
    ties = tuple([out.index(x) - len(out) if x in out else 0 for x in names])
    front = "".join([x for x in names if x not in out and x in present])
    data = ns.base.einsum(",".join(written) + "->" + front + out, *operands)
    shape = iter(tuple(data.shape))
    lead = tuple([next(shape) if x in front else 1 for x in names])
    return Batched(ns, ns.base.reshape(data, lead + tuple(shape)), ties)
