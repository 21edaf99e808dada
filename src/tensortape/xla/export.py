"""Programs as text for other tools: StableHLO and HLO, ahead of time.

Source: ``tf.function(...).experimental_get_compiler_ir``.
"""

from __future__ import annotations

from collections.abc import Callable

from tensortape.graph.ir import Program
from tensortape.xla.engine import Executable, compile_xla
from tensortape.xla.runtime import require, x64

STAGES = {
    "stablehlo": lambda executable: executable.lowered().as_text(),
    "hlo": lambda executable: executable.lowered().as_text(dialect="hlo"),
    "hlo_serialized": lambda executable: (
        executable.lowered().compiler_ir("hlo").as_serialized_hlo_module_proto()
    ),
    "optimized_hlo": lambda executable: executable.lowered().compile().as_text(),
}
"""Stage -> the program there, as text or bytes."""


def compiler_ir(program: Program, stage: str = "stablehlo") -> str | bytes:
    """What a program is on its way through XLA; shapes must be known.

    ``stage``: ``"stablehlo"`` (portable text), ``"hlo"``, ``"hlo_serialized"`` (bytes) or
    ``"optimized_hlo"`` (what XLA compiles for this machine). Numbers that are drawn before the call
    are parameters, after those of the program. Raises ``ImportError`` without JAX, ``ValueError``
    for another stage or for parameters of unknown shape, ``Unsupported`` for what XLA cannot
    compile.
    """
    found: Callable[[Executable], str | bytes] | None = STAGES.get(stage)
    if found is None:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}, received {stage!r}")
    require(
        "StableHLO and HLO are made",
        "look at print(concrete.program()) or draw it: tf.examine.draw(concrete, 'graph.svg')",
    )
    for k, i in enumerate(program.params):
        if None in program.avals[i].shape:
            raise ValueError(
                f"parameter {k} of {program.name} has the shape {program.avals[i]}: trace the "
                "function for tensors of known shape, or pass example arguments"
            )
    with x64():
        return found(compile_xla(program))
