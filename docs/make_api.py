"""Write `docs/api.md` from the registry of operations and public names.

python docs/make_api.py            write it
python docs/make_api.py --check    exit code 1 if it is not up to date
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensortape  # noqa: F401 - fills the registry
from tensortape.arrays.batched.namespace import BatchedNamespace
from tensortape.core.face import complete
from tensortape.core.registry import OPS, PUBLIC
from tensortape.ops.raw.namespace import COMPOSED, known_types

HERE = Path(__file__).parent
TARGET = HERE / "api.md"

# why TensorFlow's differentiable types are left out: the first pattern that fits
REASONS = (
    (r"TPU|CrossReplicaSum|AllToAll|CollectivePermute|Xla|Spmd", "for TPUs and partitioned XLA"),
    (r"CopyToMesh|Relayout", "for DTensor"),
    (r"Nccl", "for several GPUs"),
    (r"Cudnn", "for cuDNN on a GPU; Keras' recurrent layers are computed by `tf.while_loop`"),
    (r"^Ref|GradientRef", "for reference variables of TensorFlow 1, which no eager call reaches"),
    (r"^(Enter|Exit|Merge|Switch|LoopCond|NextIteration)$", "control flow of TensorFlow 1 graphs"),
    (r"^(Stateless)?(If|While|Case)$", "made by `tf.cond`, `tf.case`, `tf.while_loop` alone, which "
     "are differentiated here"),
    (r"^TensorArray", "graph handles; `tf.TensorArray` is differentiated here"),
    (r"^EagerPyFunc$", "made by `tf.py_function` alone, which is differentiated here"),
    (r"^_EagerConst$", "inner to TensorFlow; `tf.constant`"),
    (r"Variant", "packs composite tensors into one handle for functions; not needed here"),
    (r"^BlockLSTM", "a fused layer that no public function calls; `keras.layers.LSTM`"),
)  # fmt: skip

# public names left out on purpose
LEFT_OUT = (
    ("tf.lite, tf.tpu, tf.mlir, tf.experimental.dtensor", "other targets than this machine"),
    ("tf.compat.v1: sessions, placeholders fed by hand, collections, variable scopes",
     "they need a graph that is run by hand; use eager code or `tf.function`"),
    ("tf.estimator", "removed from TensorFlow; Keras"),
    ("tf.profiler, tf.summary.trace_on, tf.summary.graph", "`tensortape run --report` shows a run"),
)  # fmt: skip


def reverse(op: Any) -> str:
    """How an operation differentiates in reverse mode."""
    if op.nondifferentiable:
        return f"none: {op.nondifferentiable}"
    if op.missing_gradient:
        return "`LookupError`, as TensorFlow"
    if op.partials:
        return "partial derivatives"
    if op.input_vjps:
        return "rule per input"
    return "rule" if op.pullback else "none"


def forward(op: Any) -> str:
    """How an operation differentiates in forward mode."""
    if op.nondifferentiable or op.missing_gradient:
        return ""
    if op.partials:
        return "partial derivatives"
    return "rule" if op.pushforward else "transposed"


def second(op: Any) -> str:
    """Whether the tests hold its second derivative against finite differences."""
    if op.nondifferentiable or op.missing_gradient:
        return ""
    return "yes" if op.samples or op.domain is not None else "through its parts"


def batched(op: Any) -> str:
    """How a batch of cotangents passes."""
    if op.nondifferentiable or op.missing_gradient:
        return ""
    known = op.primitive is not None and hasattr(BatchedNamespace, op.primitive)
    return "rule" if known else "by its primitives"


def family(op: Any) -> str:
    """The folder an operation lives in."""
    parts = op.kernel.__module__.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "ops" else parts[-1]


def names_of(op: Any) -> list[str]:
    """The public names made from a record."""
    return [path for path, value in PUBLIC.items() if getattr(value, "op", None) is op]


def op_tables() -> Iterator[str]:
    """A table of operations for each family."""
    families: dict[str, list[Any]] = {}
    for op in OPS.values():
        if not op.type.startswith("_"):
            families.setdefault(family(op), []).append(op)
    for name in sorted(families):
        yield f"\n### {name}\n"
        yield "| operation | `tf.` | reverse | forward | second order tested | batched |"
        yield "|---|---|---|---|---|---|"
        for op in sorted(families[name], key=lambda o: o.type):
            public = ", ".join(f"`{p}`" for p in names_of(op)[:3])
            yield (
                f"| {op.type} | {public} | {reverse(op)} | {forward(op)} | {second(op)} "
                f"| {batched(op)} |"
            )


def why_left_out(type: str) -> str:
    """Why a differentiable type of TensorFlow's is not here."""
    return next((why for at, why in REASONS if re.search(at, type)), "not yet here")


def tensorflow_types() -> Iterator[str]:
    """TensorFlow's differentiable types: which exist, and why the others do not."""
    types = json.loads((HERE / "tensorflow_ops.json").read_text())["differentiable"]
    known = set(known_types())
    missing = [t for t in types if t not in known]
    records = [t for t in types if t in known and t in OPS]
    yield (
        f"Of the {len(types)} types {len(types) - len(missing)} exist, {len(records)} as records "
        f"of their own; the others are composed of them (`tf.raw_ops`: {len(COMPOSED)} types). "
        f"{len(missing)} are left out:\n"
    )
    by_reason: dict[str, list[str]] = {}
    for type in missing:
        by_reason.setdefault(why_left_out(type), []).append(type)
    yield "| types | why |\n|---|---|"
    for why, found in by_reason.items():
        yield f"| {', '.join(found)} | {why} |"


def namespaces() -> Iterator[str]:
    """Public names by namespace."""
    found: dict[str, list[str]] = {}
    for path in PUBLIC:
        parent, _, name = path.rpartition(".")
        if not parent.startswith("__internal__"):
            found.setdefault(parent, []).append(name)
    for parent in sorted(found):
        names = sorted(found[parent], key=str.lower)
        yield f"\n### `{'tf.' + parent if parent else 'tf'}` ({len(names)})\n"
        yield ", ".join(f"`{name}`" for name in names)


def page() -> str:
    """The whole document."""
    complete()
    distinct = len({id(value) for value in PUBLIC.values()})
    lines = [
        "# The API",
        "",
        "Made by `python docs/make_api.py` from the registry; do not edit.",
        "",
        f"{len(PUBLIC)} public names ({distinct} objects), {len(OPS)} operations, "
        f"{len(known_types())} types in `tf.raw_ops`. `tf.keras` is the real Keras. "
        "`tensortape check-api FILE` tells which names of a program are missing.",
        "",
        "How an operation differentiates: *reverse* by a rule or by partial derivatives; *forward* "
        "by a rule, by partial derivatives, or by transposing the reverse rule. Rules are made of "
        "operations with derivatives, so every order exists; *second order tested* says that the "
        "tests hold it against finite differences. *batched*: Jacobians and `tf.vectorized_map` "
        "use a rule of its own, or those of the primitives its kernel is made of.",
        "",
        "## Public names by namespace",
        *namespaces(),
        "",
        "## Operations",
        *op_tables(),
        "",
        "## TensorFlow's differentiable operations",
        "",
        *tensorflow_types(),
        "",
        "## Left out on purpose",
        "",
        "| names | why |",
        "|---|---|",
        *(f"| {names} | {why} |" for names, why in LEFT_OUT),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the document; return the exit code."""
    text = page()
    if "--check" not in arguments:
        TARGET.write_text(text)
        return 0
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    print(f"{TARGET} is not up to date: run python docs/make_api.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
