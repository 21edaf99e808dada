"""The operations that record a draw of random numbers when a kernel itself is recorded."""

from __future__ import annotations

from tensortape.core.op import op

_REASON = "numbers of a generator are constants"


@op("Sample", primitive="sample", variadic=True, nondifferentiable=_REASON, native_dtypes=True)
def sample(xp, *arrays, draw, shape, dtype):
    """What ``draw`` makes of the arrays."""
    return xp.sample(arrays, draw, shape, dtype)


@op(
    "SampleStream",
    primitive="sample_stream",
    variadic=True,
    family="random",
    nondifferentiable=_REASON,
    native_dtypes=True,
)
def sample_stream(xp, *arrays, draw, shape, dtype):
    """What ``draw`` makes of the arrays and of a stream that it advances."""
    return xp.sample_stream(arrays, draw, shape, dtype)
