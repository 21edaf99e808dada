"""``tf.compat.v1.train``: optimizers as objects that change variables in place."""

from __future__ import annotations

from typing import Any

from tensortape.autodiff.tape import GradientTape
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import PUBLIC, export
from tensortape.core.variable import Variable

Slots = dict[str, Any]


@export("compat.v1.train.Optimizer")
class Optimizer:
    """What the optimizers of TensorFlow 1 share: ``minimize`` and its two halves.

    Source: ``tf.compat.v1.train.Optimizer``.
    """

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._name = name
        self._slots: dict[int, Slots] = {}
        self._steps = 0

    def get_name(self) -> str:
        """The optimizer's name."""
        return self._name

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = 1,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Any:
        """One step down the gradient of ``loss``, a function without arguments.

        Raises ``RuntimeError`` when ``loss`` is no function, ``ValueError`` when no variable has a
        gradient.
        """
        pairs = self.compute_gradients(loss, var_list, grad_loss=grad_loss)
        if all(g is None for g, _ in pairs):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not "
                f"support gradients, between variables {[v.name for _, v in pairs]} and loss."
            )
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = 1,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """Pairs of gradient and variable, of the variables that ``loss`` reads or those given."""
        if not callable(loss):
            raise RuntimeError(
                "`loss` passed to Optimizer.compute_gradients should be a function when eager "
                f"execution is enabled, received {loss!r:.80}"
            )
        with GradientTape() as tape:
            if var_list is not None:
                tape.watch(var_list)
            value = loss()
        variables = (
            tape.watched_variables() if var_list is None else PUBLIC["nest.flatten"](var_list)
        )
        return list(zip(tape.gradient(value, list(variables), grad_loss), variables, strict=True))

    def apply_gradients(
        self, grads_and_vars: Any, global_step: Any = None, name: str | None = None
    ) -> Any:
        """Change the variables by their gradients, and count ``global_step`` up.

        Raises ``ValueError`` when there is none.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError("No variables provided.")
        self._steps += 1
        for gradient, variable in pairs:
            if gradient is not None:
                g = convert_to_tensor(gradient)
                variable.assign_sub(self._change(g, variable, self._slots_of(variable)))
        return None if global_step is None else global_step.assign_add(1)

    def _change(self, gradient: Any, variable: Any, slots: Slots) -> Any:
        raise NotImplementedError

    def _slots_of(self, variable: Any) -> Slots:
        return self._slots.setdefault(id(variable), {"variable": variable})

    def _slot(self, slots: Slots, name: str, value: float = 0.0) -> Any:
        if name not in slots:
            like = slots["variable"]
            slots[name] = Variable(PUBLIC["fill"](like.shape, PUBLIC["cast"](value, like.dtype)))
        return slots[name]

    def get_slot(self, var: Any, name: str) -> Any:
        """What the optimizer keeps for a variable under a name, or ``None``."""
        return self._slots.get(id(var), {}).get(name)

    def get_slot_names(self) -> list[str]:
        """The names under which something is kept."""
        return sorted({n for slots in self._slots.values() for n in slots if n != "variable"})

    def variables(self) -> list[Any]:
        """All variables that the optimizer keeps."""
        return [v for s in self._slots.values() for n, v in s.items() if n != "variable"]


def number(value: Any, variable: Any) -> Any:
    """A hyperparameter (a number, tensor, or function of nothing) in a variable's dtype."""
    return PUBLIC["cast"](value() if callable(value) else value, variable.dtype)


@export("compat.v1.train.GradientDescentOptimizer")
class GradientDescentOptimizer(Optimizer):
    """Steps against the gradient.

    >>> import tensortape as tf
    >>> x = tf.Variable(3.0)
    >>> tf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(lambda: x**2)
    >>> x.numpy()
    np.float32(2.4)

    Source: ``tf.compat.v1.train.GradientDescentOptimizer``.
    """

    def __init__(
        self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"
    ) -> None:
        super().__init__(use_locking, name)
        self._rate = learning_rate

    def _change(self, gradient: Any, variable: Any, slots: Slots) -> Any:
        return number(self._rate, variable) * gradient


@export("compat.v1.train.MomentumOptimizer")
class MomentumOptimizer(Optimizer):
    """Steps against a decaying sum of gradients.

    Source: ``tf.compat.v1.train.MomentumOptimizer``.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._rate, self._momentum, self._nesterov = learning_rate, momentum, use_nesterov

    def _change(self, gradient: Any, variable: Any, slots: Slots) -> Any:
        rate, momentum = number(self._rate, variable), number(self._momentum, variable)
        total = self._slot(slots, "momentum")
        total.assign(total * momentum + gradient)
        if self._nesterov:
            return gradient * rate + total * momentum * rate
        return total * rate


@export("compat.v1.train.AdagradOptimizer")
class AdagradOptimizer(Optimizer):
    """Steps divided by the root of the sum of squared gradients.

    Source: ``tf.compat.v1.train.AdagradOptimizer``.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._rate, self._start = learning_rate, initial_accumulator_value

    def _change(self, gradient: Any, variable: Any, slots: Slots) -> Any:
        total = self._slot(slots, "accumulator", self._start)
        total.assign_add(gradient * gradient)
        return number(self._rate, variable) * gradient * PUBLIC["math.rsqrt"](total)


@export("compat.v1.train.AdamOptimizer")
class AdamOptimizer(Optimizer):
    """Adam: first and second moments of the gradients, corrected for their start at zero.

    Source: ``tf.compat.v1.train.AdamOptimizer``.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(use_locking, name)
        self._rate, self._betas, self._epsilon = learning_rate, (beta1, beta2), epsilon

    def _change(self, gradient: Any, variable: Any, slots: Slots) -> Any:
        first, second = (number(b, variable) for b in self._betas)
        m, v = self._slot(slots, "m"), self._slot(slots, "v")
        m.assign_add((gradient - m) * (1 - first))
        v.assign_add((gradient * gradient - v) * (1 - second))
        t = float(self._steps)
        corrected = number(self._rate, variable) * PUBLIC["sqrt"](1 - second**t) / (1 - first**t)
        return corrected * m / (PUBLIC["sqrt"](v) + number(self._epsilon, variable))


@export("compat.v1.train.RMSPropOptimizer")
class RMSPropOptimizer(Optimizer):
    """Steps divided by the root of the mean of squared gradients.

    Source: ``tf.compat.v1.train.RMSPropOptimizer``.
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._rate, self._decay, self._momentum = learning_rate, decay, momentum
        self._epsilon, self._centered = epsilon, centered

    def _change(self, gradient: Any, variable: Any, slots: Slots) -> Any:
        decay = number(self._decay, variable)
        squares = self._slot(slots, "rms", 1.0)
        squares.assign_add((gradient * gradient - squares) * (1 - decay))
        below = squares + number(self._epsilon, variable)
        if self._centered:
            mean = self._slot(slots, "mg")
            mean.assign_add((gradient - mean) * (1 - decay))
            below = below - mean * mean
        step = self._slot(slots, "momentum")
        rate = number(self._rate, variable)
        step.assign(
            step * number(self._momentum, variable) + rate * gradient / PUBLIC["sqrt"](below)
        )
        return step._read()
