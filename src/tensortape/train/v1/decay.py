"""``tf.compat.v1.train``: learning rates that fall with the number of steps."""

from __future__ import annotations

from typing import Any

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC, export


def parts(learning_rate: Any, *values: Any) -> list[Any]:
    """The rate as a tensor, and other values in its dtype."""
    rate = convert_to_tensor(learning_rate)
    return [rate, *[PUBLIC["cast"](v, rate.dtype) for v in values]]


@export("compat.v1.train.exponential_decay")
def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Any:
    """A function that gives ``learning_rate * decay_rate ** (global_step / decay_steps)``.

    >>> import tensortape as tf
    >>> step = tf.Variable(10)
    >>> tf.compat.v1.train.exponential_decay(1.0, step, 10, 0.5)().numpy()
    np.float32(0.5)

    Source: ``tf.compat.v1.train.exponential_decay``.
    """

    def rate() -> Any:
        start, step, steps, factor = parts(learning_rate, global_step, decay_steps, decay_rate)
        power = step / steps
        return start * PUBLIC["pow"](factor, PUBLIC["floor"](power) if staircase else power)

    return rate


@export("compat.v1.train.polynomial_decay")
def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Any:
    """A function that falls from one rate to another.

    Source: ``tf.compat.v1.train.polynomial_decay``.
    """

    def rate() -> Any:
        start, step, steps, end, exponent = parts(
            learning_rate, global_step, decay_steps, end_learning_rate, power
        )
        if cycle:
            steps = steps * PUBLIC["maximum"](PUBLIC["math.ceil"](step / steps), 1.0)
        else:
            step = PUBLIC["minimum"](step, steps)
        return (start - end) * PUBLIC["pow"](1 - step / steps, exponent) + end

    return rate


@export("compat.v1.train.piecewise_constant")
def piecewise_constant(x: Any, boundaries: Any, values: Any, name: str | None = None) -> Any:
    """A function that gives the value of the interval that ``x`` lies in.

    Raises ``ValueError`` unless there is one value more than boundaries.
    Source: ``tf.compat.v1.train.piecewise_constant``.
    """
    if len(boundaries) != len(values) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")

    def rate() -> Any:
        step = float(convert_to_tensor(x))
        passed = sum(step > float(b) for b in boundaries)
        return convert_to_tensor(values[passed])

    return rate
