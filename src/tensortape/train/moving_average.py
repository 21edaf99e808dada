"""`tf.train.ExponentialMovingAverage`: slowly following averages of variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.tracking import AutoTrackable
from tensortape.core.variable import Variable


@export("train.ExponentialMovingAverage")
class ExponentialMovingAverage(AutoTrackable):
    """Averages of variables in which older values count less and less.

    Each `apply(variables)` moves each average by `(1 - decay) * (variable - average)`; the first
    one makes the averages, which begin at the variables' values. With `num_updates`, a count, the
    decay is at most `(1 + num_updates) / (10 + num_updates)`. With `zero_debias` the averages begin
    at zero, as those of tensors do in TensorFlow.

    >>> v = tf.Variable([1.0, 2.0], name="v")
    >>> average = tf.train.ExponentialMovingAverage(0.9)
    >>> average.apply([v])
    >>> _ = v.assign([2.0, 3.0])
    >>> average.apply([v])
    >>> average.average(v).numpy()
    array([1.1, 2.1], dtype=float32)

    The averages are saved with it in checkpoints. Source: `tf.train.ExponentialMovingAverage`.
    """

    _by_variable: dict[int, Any]

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[str, Any] = {}
        object.__setattr__(self, "_by_variable", {})

    @property
    def name(self) -> str:
        """The name given."""
        return self._name

    def apply(self, var_list: Any) -> None:
        """Move the averages of variables towards their values.

        Raises `TypeError` for what is no variable of floating point numbers.
        """
        for variable in var_list:
            average = self.average(variable)
            if average is None:
                average = self._begin(variable)
                if not self._zero_debias:
                    continue
            rate = 1 - self._current_decay(average.dtype)
            average.assign_sub((average - variable) * rate)

    def _begin(self, variable: Any) -> Any:
        if not isinstance(variable, Variable):
            raise TypeError(
                "tf.train.ExponentialMovingAverage averages variables when operations run eagerly; "
                f"received {variable!r}."
            )
        if variable.dtype.name not in ("float16", "float32", "float64", "bfloat16"):
            raise TypeError(f"The variables must be half, float, or double: {variable.name}")
        value = variable.numpy()
        first = np.zeros_like(value) if self._zero_debias else value
        name = self.average_name(variable)
        made = Variable(first, trainable=False, dtype=variable.dtype, name=name)
        self._by_variable[id(variable)] = variable, made
        self._averages[name if name not in self._averages else made.name] = made
        return made

    def _current_decay(self, dtype: Any) -> Any:
        decay = convert_to_tensor(np.asarray(self._decay, dtype._np))
        if self._num_updates is None:
            return decay
        count = PUBLIC["cast"](self._num_updates, dtype)
        return PUBLIC["minimum"](decay, (1 + count) / (10 + count))

    def average(self, var: Any) -> Any:
        """The variable that holds the average of a variable; `None` if there is none."""
        found = self._by_variable.get(id(var))
        return None if found is None else found[1]

    def average_name(self, var: Any) -> str:
        """The name of the average of a variable."""
        return f"{var.name.removesuffix(':0')}/{self._name}"

    def variables_to_restore(self, moving_avg_variables: Any) -> dict[str, Any]:
        """Variables by the names of their averages, or their own where they have none."""
        found = {}
        for variable in moving_avg_variables:
            average = self.average(variable)
            name = variable.name if average is None else average.name
            found[name.removesuffix(":0")] = variable
        return found
