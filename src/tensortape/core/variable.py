"""``tf.Variable``: a value that changes, and that tapes watch by itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes, formatting, operators
from tensortape.core.convert import convert_to_tensor, to_array
from tensortape.core.creators import Creating
from tensortape.core.naming import variable_name
from tensortape.core.op import NUMBERS
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.core.state import next_id, quiet_floats, state
from tensortape.core.tensor import EagerTensor, Reference, Tensor
from tensortape.core.tracking import TensorLike, Trackable


@export("Variable")
class Variable(TensorLike, Trackable, metaclass=Creating):
    """Mutable, shared state: ``tf.Variable(initial_value, trainable=True, name=None, dtype=None)``.

    The value is replaced as a whole by ``assign`` and its kin; tensors read before keep the old
    one. Operations under a ``tf.GradientTape`` watch trainable variables automatically.

    >>> import tensortape as tf
    >>> v = tf.Variable([1.0, 2.0], name="v")
    >>> v.assign_add([1.0, 1.0])
    <tf.Variable 'v:0' shape=(2,) dtype=float32, numpy=array([2., 3.], dtype=float32)>

    Raises ``ValueError`` for a missing or unusable initial value. Source: ``tf.Variable``.
    """

    __array_priority__ = 100
    _should_act_as_resource_variable = True
    _asks_creators = True

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ) -> None:
        if initial_value is None:
            raise ValueError(
                "The `initial_value` arg to `tf.Variable` must be specified except when you are "
                "not providing a `variable_def`. You provided neither."
            )
        if constraint is not None and not callable(constraint):
            raise ValueError(
                f"Argument `constraint` must be None or a callable. Received: {constraint!r}"
            )
        if state.graph is not None:
            self._t = state.graph.initial(initial_value, lambda value: _initial(value, dtype))
        else:
            self._t = _initial(initial_value, dtype)
        self._id = next_id()
        self._trainable = True if trainable is None else bool(trainable)
        self._name = variable_name(name)
        self._static_shape = None if shape is None else TensorShape(shape)
        if self._static_shape is not None and not self._static_shape.is_compatible_with(
            self._t.shape
        ):
            raise ValueError(
                f"In this `tf.Variable` creation, the initial value's shape ({self._t.shape}) "
                f"is not "
                f"compatible with the explicitly supplied `shape` argument ({shape})."
            )
        self._constraint = constraint
        self._synchronization = synchronization
        self._aggregation = aggregation
        self._unique_id = f"{self._name[:-2]}_{self._id}"
        if state.graph is not None:
            state.graph.created_variable(self)

    # -- reading ---------------------------------------------------------------------------

    def _read(self) -> Any:
        """The current value for use in operations; each value is one tensor, read once per tape."""
        t = self._t
        listeners = state.listeners
        if listeners:
            if state.graph is not None:
                t = state.graph.read(self)
            for listener in listeners:
                listener.read_variable(self, t)
        return t

    _to_tensor = _read

    @property
    def _a(self) -> Any:
        return self._t._a

    def value(self) -> Any:
        """A tensor with the current value, one that belongs to the caller alone."""
        graph = state.graph
        t = state.tensor(self._t._a) if graph is None else graph.copy(graph.read(self))
        for listener in state.listeners:
            listener.read_variable(self, t)
        return t

    read_value = value

    def _now(self) -> Any:
        """The value as it is at this point: while a function is traced, a symbolic tensor."""
        return self._t if state.graph is None else state.graph.read(self)

    def numpy(self) -> Any:
        """The value as a NumPy array (a copy) or NumPy scalar.

        Raises ``NotImplementedError`` while a ``tf.function`` is traced, where it has none yet.
        """
        t = self._now()
        if not isinstance(t, EagerTensor):
            raise NotImplementedError(
                f"numpy() is only available when eager execution is enabled: {self._name!r} has no "
                "value while a tf.function is traced. Use the variable itself in operations, or "
                "tf.py_function or tf.numpy_function to compute with NumPy."
            )
        return t.numpy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._now().__array__(dtype, copy)

    def initialized_value(self) -> Any:
        """The value (TensorFlow 1 habit)."""
        return self.value()

    def eval(self, session: Any = None) -> Any:
        """The value as a NumPy array (TensorFlow 1 habit)."""
        return self.numpy()

    # -- writing ---------------------------------------------------------------------------

    def _delta(self, value: Any, verb: str) -> Any:
        """An array of this dtype and of a shape this variable can take."""
        t = value if isinstance(value, Tensor) else convert_to_tensor(value, dtype=self.dtype)
        if type(t._a) is type(self._t._a) and type(t._a) in NUMBERS:
            return t._a
        if t._a.dtype is not self._t._a.dtype and t.dtype is not self.dtype:
            raise ValueError(
                f"Cannot {verb} variable {self._name!r} of dtype {self.dtype.name} with a value of "
                f"dtype {t.dtype.name}: use tf.cast."
            )
        if t._a.shape != self._t._a.shape and not self._accepts(t, verb):
            raise ValueError(
                f"Cannot {verb} value to variable '{self._name}': Shape mismatch. The variable "
                f"shape "
                f"{self.shape}, and the assigned value shape {t.shape} are incompatible."
            )
        return t._a

    def _accepts(self, t: Any, verb: str) -> bool:
        return (
            verb == "assign"
            and self._static_shape is not None
            and self._static_shape.is_compatible_with(t.shape)
        )

    def _replace(self, array: Any) -> None:
        self._t = state.tensor(array)

    def _serialize_to_tensors(self) -> dict[str, Any]:
        return {"VARIABLE_VALUE": self._t}

    def _restore_from_tensors(self, restored_tensors: dict[str, Any]) -> Any:
        return self.assign(restored_tensors["VARIABLE_VALUE"])

    @property
    def _shared_name(self) -> str:
        """The name without ":0", by which checkpoints of TensorFlow 1 know the variable."""
        return self._name.removesuffix(":0")

    def assign(
        self, value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Replace the value; returns the variable.

        Raises ``ValueError`` for another shape or dtype; the variable then is unchanged.
        """
        if state.graph is not None:
            return state.graph.assign(self, value, "assign")
        self._replace(self._delta(value, "assign"))
        return self if read_value else None

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Add ``delta`` to the value; returns the variable."""
        if state.graph is not None:
            return state.graph.assign(self, delta, "assign_add")
        change = self._delta(delta, "assign_add")
        token = quiet_floats.set()
        try:
            value = self._t._a + change
        finally:
            quiet_floats.reset(token)
        self._replace(value)
        return self if read_value else None

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Subtract ``delta`` from the value; returns the variable."""
        if state.graph is not None:
            return state.graph.assign(self, delta, "assign_sub")
        change = self._delta(delta, "assign_sub")
        token = quiet_floats.set()
        try:
            value = self._t._a - change
        finally:
            quiet_floats.reset(token)
        self._replace(value)
        return self if read_value else None

    # -- describing ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self._static_shape if self._static_shape is not None else self._t.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._t.ndim

    def get_shape(self) -> TensorShape:
        """The shape, as a method."""
        return self.shape

    @property
    def dtype(self) -> dtypes.DType:
        """The element type."""
        return self._t.dtype

    @property
    def trainable(self) -> bool:
        """Whether tapes watch it by themselves."""
        return self._trainable

    @property
    def handle(self) -> Variable:
        """The identity that tapes watch (Keras asks its variables' values for it)."""
        return self

    @property
    def device(self) -> str:
        """Where the value lives."""
        return self._t.device

    @property
    def constraint(self) -> Any:
        """The projection given at creation, or ``None``."""
        return self._constraint

    @property
    def synchronization(self) -> Any:
        """The synchronisation mode given at creation."""
        return self._synchronization

    @property
    def aggregation(self) -> Any:
        """The aggregation mode given at creation."""
        return self._aggregation

    @property
    def create(self) -> None:
        """There is no creating operation: ``None``."""
        return None

    @property
    def initializer(self) -> None:
        """There is no initialising operation: ``None``."""
        return None

    @property
    def graph(self) -> Any:
        """Undefined while operations run eagerly."""
        raise AttributeError("Variable.graph is undefined when eager execution is enabled.")

    def is_initialized(self, name: Any = None) -> Any:
        """Always a true scalar tensor: variables get their value when made."""
        return convert_to_tensor(True)

    def set_shape(self, shape: Any) -> None:
        """Check that ``shape`` is compatible; ``ValueError`` if not."""
        self.shape.assert_is_compatible_with(shape)

    def ref(self) -> Reference:
        """A hashable reference, for sets and dictionaries."""
        return Reference(self)

    experimental_ref = ref

    def __hash__(self) -> int:
        raise TypeError("Variable is unhashable. Instead, use variable.ref() as the key.")

    def __repr__(self) -> str:
        return formatting.variable_repr(self._t._a, self.dtype.name, self.shape, self._name)

    def __format__(self, spec: str) -> str:
        return format(self._t, spec) if spec else str(self)

    def __bool__(self) -> bool:
        return bool(self._now())

    def __int__(self) -> int:
        return int(self._now())

    def __float__(self) -> float:
        return float(self._now())

    def __complex__(self) -> complex:
        return complex(self._now())

    def __index__(self) -> int:
        return self._now().__index__()

    def __iter__(self) -> Any:
        return iter(self._read())

    def __deepcopy__(self, memo: Any) -> Variable:
        copy = Variable(
            self.numpy(),
            self._trainable,
            name=self._name[:-2],
            dtype=self.dtype,
            constraint=self._constraint,
        )
        memo[id(self)] = copy
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        name = self._name[:-2]
        return _restored, (self._t, self._trainable, name, self._constraint, self._static_shape)

    @staticmethod
    def _forward_operator(name: str, method: Any) -> Any:
        def forwarded(self: Any, *args: Any) -> Any:
            return method(self._read(), *args)

        forwarded.__name__ = name
        return forwarded


def _restored(value: Any, trainable: bool, name: str, constraint: Any, shape: Any) -> Variable:
    """A pickled variable, brought back."""
    return Variable(value, trainable, name=name, constraint=constraint, shape=shape)


def _initial(value: Any, dtype: Any) -> Any:
    return _initial_tensor(value() if callable(value) else value, dtype)


def _initial_tensor(value: Any, dtype: Any) -> Any:
    if isinstance(value, Tensor) or hasattr(type(value), "_to_tensor"):
        t = convert_to_tensor(value)
        if dtype is not None and t.dtype is not dtypes.as_dtype(dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for Tensor with "
                f"dtype {t.dtype.name}: {t!r}"
            )
        return state.tensor(t._a)
    if hasattr(type(value), "__tf_tensor__"):
        return state.tensor(convert_to_tensor(value, dtype=dtype)._a)
    return state.tensor(to_array(value, None if dtype is None else dtypes.as_dtype(dtype)))


operators.add_target(Variable)
Variable.__module__ = "tensorflow.python.ops.resource_variable_ops"
