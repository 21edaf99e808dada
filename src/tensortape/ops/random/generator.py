"""``tf.random.Generator``: a random stream as an object whose state is a variable."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from tensortape.core import dtypes, errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.dtypes import as_dtype
from tensortape.core.op import op
from tensortape.core.registry import PUBLIC, export
from tensortape.core.shapes import TensorShape
from tensortape.core.tensor import EagerTensor, Tensor
from tensortape.core.tracking import AutoTrackable
from tensortape.core.variable import Variable
from tensortape.ops.random import stateless
from tensortape.ops.random.algorithm import (
    AUTO_SELECT,
    PHILOX,
    THREEFRY,
    algorithm_number,
    key_counter_arrays,
    position,
    unsupported,
)
from tensortape.ops.random.arguments import parameter, shape_argument, size_of
from tensortape.ops.random.philox import MASK64
from tensortape.ops.random.stateless_parameters import draw_binomial

_COUNTER_SIZE = {PHILOX: 2, THREEFRY: 1, AUTO_SELECT: 2}
_RESERVED_PER_OUTPUT = 256


@op("StatefulRandomBinomial", missing_gradient=True)
def stateful_binomial(xp, state, counts, probs, *, shape, dtype):
    """Binomial numbers from the state of a generator."""

    def draw(state, counts, probs):
        words = state.view(np.uint64)
        start = position(words[2:], words[:2])
        return draw_binomial("StatefulRandomBinomial", start, shape, counts, probs, dtype._np)

    return xp.sample((state, counts, probs), draw, shape, dtype)


def _counter_size(alg: int) -> int:
    if alg not in _COUNTER_SIZE:
        raise unsupported(alg)
    return _COUNTER_SIZE[alg]


def _signed(value: Any) -> Any:
    """An integer of 64 bits as a signed one; anything else as it is."""
    if isinstance(value, int) and value > MASK64 >> 1:
        return value - (1 << 64)
    return value


def _state_array(value: Any) -> np.ndarray:
    """Integers, lists of them or tensors as an int64 array."""
    if isinstance(value, (list, tuple)):
        value = [_signed(int(v)) for v in value]
    elif isinstance(value, (Tensor, Variable)):
        value = np.asarray(value)
    return np.asarray(_signed(value)).astype(np.int64)


def _skipped(state: Any, delta: Any) -> Any:
    """The state of a generator after ``delta`` numbers, while a function is traced."""
    cast = PUBLIC["cast"]
    words = PUBLIC["bitcast"](state, dtypes.uint64)
    delta = cast(convert_to_tensor(delta), dtypes.int64)
    low = words[0] + cast(delta, dtypes.uint64) * cast(_RESERVED_PER_OUTPUT, dtypes.uint64)
    carry = cast(low < words[0], dtypes.uint64)
    high = words[1] + carry
    after = PUBLIC["concat"]([[low], [high], words[2:]], 0)
    return PUBLIC["bitcast"](after, dtypes.int64)


@export("random.create_rng_state", "random.experimental.create_rng_state")
def create_rng_state(seed: Any, alg: Any) -> Any:
    """The state (int64 vector: counter, then key) of a generator with ``seed``.

    ``seed``: an integer of any size, or a vector of integers.

    >>> import tensortape as tf
    >>> tf.random.create_rng_state(1234, "philox")
    <tf.Tensor: shape=(3,), dtype=int64, numpy=array([1234,    0,    0])>

    Raises ValueError for an unknown algorithm. Source: ``tf.random.create_rng_state``.
    """
    size = _counter_size(algorithm_number(alg)) + 1
    if isinstance(seed, int):
        seed = [(seed >> 64 * i) & MASK64 for i in range(size)]
    values = _state_array(seed).reshape(-1)[:size]
    # A short seed becomes the key, so that the streams of different seeds do not overlap.
    padded = np.concatenate([np.zeros(size - len(values), np.int64), values])
    return convert_to_tensor(padded)


@export("random.Generator", "random.experimental.Generator")
class Generator(AutoTrackable):
    """A stream of random numbers with a state of its own, a ``tf.Variable``.

    Make one with ``from_seed``, ``from_state``, ``from_key_counter`` or
    ``from_non_deterministic_state``. Each method that returns numbers advances the state.

    >>> import tensortape as tf
    >>> g = tf.random.Generator.from_seed(1234)
    >>> g.normal([2, 3]).numpy().round(4)
    array([[ 0.9357,  1.0854, -0.9379],
           [-0.5062,  1.317 ,  0.7138]], dtype=float32)
    >>> g.state.numpy()
    array([2770,    0,    0])

    Source: ``tf.random.Generator``.
    """

    def __init__(self, copy_from: Any = None, state: Any = None, alg: Any = None) -> None:
        if copy_from is not None:
            assert alg is None and state is None, "copy_from excludes state and alg"
            state, alg = copy_from.state.read_value(), copy_from.algorithm
        assert alg is not None and state is not None, "give state and alg, or copy_from"
        self._alg = algorithm_number(alg)
        if isinstance(state, Variable):
            self._check_state(state.shape)
            self._state_var = state
        else:
            values = _state_array(state)
            self._check_state(TensorShape(values.shape))
            self._state_var = Variable(values, dtype=dtypes.int64, trainable=False, name="StateVar")

    def _check_state(self, shape: Any) -> None:
        shape.assert_is_compatible_with([_counter_size(self._alg) + 1])

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """A generator with the given state (a vector of integers, or a variable to share)."""
        return cls(alg=alg, state=state)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator whose stream ``seed`` (an integer or several) determines."""
        number = PHILOX if alg is None else algorithm_number(alg)
        return cls(state=create_rng_state(seed, number), alg=number)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that starts from the entropy of the operating system."""
        number = PHILOX if alg is None else algorithm_number(alg)
        size = _counter_size(number) + 1
        return cls(state=np.frombuffer(os.urandom(8 * size), np.int64), alg=number)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any) -> Generator:
        """A generator that hashes ``counter`` (a vector) under ``key`` (an integer)."""
        number = algorithm_number(alg)
        return cls(state=cls._joined(key, counter, number), alg=number)

    @staticmethod
    def _joined(key: Any, counter: Any, alg: int) -> np.ndarray:
        words, last = _state_array(counter), _state_array(key)
        TensorShape(words.shape).assert_is_compatible_with([_counter_size(alg)])
        TensorShape(last.shape).assert_is_compatible_with([])
        return np.concatenate([words, last.reshape(1)])

    def reset(self, state: Any) -> None:
        """Gives the generator a new state."""
        values = _state_array(state)
        self._check_state(TensorShape(values.shape))
        self._state_var.assign(values)

    def reset_from_seed(self, seed: Any) -> None:
        """Gives the generator the state that ``from_seed`` starts from."""
        self._state_var.assign(create_rng_state(seed, self._alg))

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Gives the generator the state that ``from_key_counter`` starts from."""
        self._state_var.assign(self._joined(key, counter, self._alg))

    @property
    def state(self) -> Any:
        """The variable that holds the state."""
        return self._state_var

    @property
    def algorithm(self) -> int:
        """The number of the algorithm (``tf.random.Algorithm``)."""
        return self._alg

    @property
    def key(self) -> Any:
        """The key: what distinguishes this stream from others. A scalar int64 tensor."""
        return self.state[-1]

    def skip(self, delta: Any) -> Any:
        """Advances the state as drawing ``delta`` numbers does; returns the state before."""
        if self._alg == THREEFRY:
            raise errors.of_op(
                errors.UnimplementedError,
                "RngReadAndSkip",
                "Non-XLA devices don't support the ThreeFry algorithm.",
            )
        before = self._state_var.read_value()
        if not isinstance(before, EagerTensor):
            self._state_var.assign(_skipped(before, delta))
            return before
        words = before.numpy().view(np.uint64)
        after = position(words[2:], words[:2]).skip(int(delta) * _RESERVED_PER_OUTPUT)
        key, counter = key_counter_arrays(after)
        self._state_var.assign(np.concatenate([counter, key]).view(np.int64))
        return before

    def _key_counter(self, shape: Any, op_type: str) -> tuple[Any, Any, int]:
        """Takes the part of the stream that numbers of ``shape`` need."""
        lengths, _ = shape_argument(shape, op_type)
        words = PUBLIC["bitcast"](self.skip(size_of(lengths)), dtypes.uint64)
        return words[2:], words[:2], self._alg

    def _located(self, record: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Any:
        kind = as_dtype(dtype)
        mean, stddev = parameter(mean, kind, "mean"), parameter(stddev, kind, "stddev")
        standard = stateless.fill(record, shape, kind, *self._key_counter(shape, record.type))
        return standard * stddev + mean

    def normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Any:
        """Numbers of the normal distribution, as ``tf.random.normal``."""
        return self._located(stateless.stateless_normal_v2, shape, mean, stddev, dtype)

    def truncated_normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Any:
        """Normal numbers within two deviations, as ``tf.random.truncated_normal``."""
        return self._located(stateless.stateless_truncated_normal_v2, shape, mean, stddev, dtype)

    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Any:
        """Numbers in ``[minval, maxval)``, as ``tf.random.stateless_uniform``."""
        kind = as_dtype(dtype)
        if kind.is_integer:
            if (minval is None) != (maxval is None):
                raise ValueError(
                    f"For integer dtype {kind!r}, minval and maxval must be both `None` or both "
                    f"non-`None`; got minval={minval} and maxval={maxval}"
                )
            if minval is None:
                return self.uniform_full_int(shape, kind)
        low = parameter(minval, kind, "min")
        high = parameter(1 if maxval is None else maxval, kind, "max")
        if kind.is_integer:
            state = self._key_counter(shape, "StatelessRandomUniformIntV2")
            return stateless.uniform_integers(shape, kind, low, high, *state)
        record = stateless.stateless_uniform_v2
        unit = stateless.fill(record, shape, kind, *self._key_counter(shape, record.type))
        return unit * (high - low) + low

    def uniform_full_int(
        self, shape: Any, dtype: Any = dtypes.uint64, name: str | None = None
    ) -> Any:
        """Integers over the whole range of ``dtype``: int32, int64, uint32 or uint64."""
        kind = as_dtype(dtype)
        record = stateless.stateless_uniform_full_int_v2
        if kind not in stateless.INTEGERS + stateless.UNSIGNED:
            raise errors.of_op(
                errors.InvalidArgumentError,
                record.type,
                f"dtype must be int32, int64, uint32 or uint64, got {kind.name}",
            )
        return stateless.fill(record, shape, kind, *self._key_counter(shape, record.type))

    def binomial(
        self,
        shape: Any,
        counts: Any,
        probs: Any,
        dtype: Any = dtypes.int32,
        name: str | None = None,
    ) -> Any:
        """Numbers of successes in ``counts`` trials, as ``tf.random.stateless_binomial``."""
        lengths, _ = shape_argument(shape, "StatefulRandomBinomial")
        counts, probs = convert_to_tensor(counts), convert_to_tensor(probs)
        batch = np.broadcast_shapes(tuple(counts.shape), tuple(probs.shape))
        each = size_of(lengths[: len(lengths) - len(batch)])
        state = self.skip(size_of(batch) * 2 * 100 * (each + 3) // 4)
        attrs = {"shape": lengths, "dtype": as_dtype(dtype)}
        return execute(stateful_binomial, (state, counts, probs), attrs)

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds for stateless functions: a tensor ``(2, count)`` of int64, a seed per column."""
        keys = self.uniform_full_int([count], dtypes.int64)
        return PUBLIC["stack"]([keys, PUBLIC["zeros_like"](keys)])

    def split(self, count: int = 1) -> list[Generator]:
        """``count`` generators independent of each other and of this one."""
        zeros = [0] * _counter_size(self._alg)
        keys = self.uniform_full_int([count], dtypes.int64).numpy().tolist()
        return [Generator(state=[*zeros, key], alg=self._alg) for key in keys]


class _Global:
    generator: Generator | None = None


@export("random.get_global_generator", "random.experimental.get_global_generator")
def get_global_generator() -> Generator:
    """The generator shared by the whole program, made on first use from system entropy.

    Source: ``tf.random.get_global_generator``.
    """
    if _Global.generator is None:
        _Global.generator = Generator.from_non_deterministic_state()
    return _Global.generator


@export("random.set_global_generator", "random.experimental.set_global_generator")
def set_global_generator(generator: Generator) -> None:
    """Replaces the generator that ``tf.random.get_global_generator`` returns.

    Source: ``tf.random.set_global_generator``.
    """
    _Global.generator = generator
