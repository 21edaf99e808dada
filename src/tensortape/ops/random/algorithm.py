"""The random number algorithms by name, and keys and counters for them from seeds."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np

from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute
from tensortape.core.op import op
from tensortape.core.registry import export
from tensortape.core.tensor import Tensor
from tensortape.ops.random.arguments import invalid
from tensortape.ops.random.philox import MASK64, Philox
from tensortape.ops.random.seeds import scramble


@export("random.Algorithm", "random.experimental.Algorithm")
class Algorithm(enum.Enum):
    """A random number algorithm, for the ``alg`` argument of random functions.

    ``AUTO_SELECT`` is Philox here, as in TensorFlow on a CPU. Source: ``tf.random.Algorithm``.
    """

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


PHILOX, THREEFRY, AUTO_SELECT = (a.value for a in Algorithm)
_BY_NAME = {"philox": PHILOX, "threefry": THREEFRY, "autoselect": AUTO_SELECT}


def algorithm_number(alg: Any) -> int:
    """The number of an algorithm given by number, name or member of ``Algorithm``."""
    if isinstance(alg, Algorithm):
        return int(alg.value)
    if isinstance(alg, str):
        number = _BY_NAME.get(alg.strip().lower().replace("-", "").replace("_", ""))
        if number is None:
            raise unsupported(alg)
        return number
    if isinstance(alg, (int, np.integer)):
        return int(alg)
    if isinstance(alg, Tensor):
        return int(np.asarray(alg))
    raise TypeError(f"Can't convert argument `alg` (of value {alg} and type {type(alg)}) to int.")


def unsupported(alg: Any) -> ValueError:
    """The exception for an algorithm that does not exist."""
    names = ("philox", "threefry", "auto_select")
    shown = names if isinstance(alg, str) else (PHILOX, THREEFRY, AUTO_SELECT)
    return ValueError(
        f"Argument `alg` got unsupported value {alg}. Supported values are {shown[0]} for the "
        f"Philox algorithm, {shown[1]} for the ThreeFry algorithm, and {shown[2]} for "
        "auto-selection."
    )


@op("StatelessRandomGetKeyCounter", outputs=2, missing_gradient=True)
def get_key_counter(xp, seed):
    """The key and the counter at which the stream of a stateless seed begins."""

    def draw(seed):
        return key_counter_arrays(scramble(seed))

    key = xp.sample((seed,), lambda seed: draw(seed)[0], (1,), np.uint64)
    counter = xp.sample((seed,), lambda seed: draw(seed)[1], (2,), np.uint64)
    return key, counter


def key_counter_arrays(state: Philox) -> tuple[Any, Any]:
    """A position in a stream as the uint64 arrays that operations pass around."""
    counter = (state.counter & MASK64, state.counter >> 64)
    return np.array([state.key], np.uint64), np.array(counter, np.uint64)


def position(key: Any, counter: Any) -> Philox:
    """The position that uint64 arrays of a key and a counter stand for."""
    low, high = (int(c) for c in counter[:2])
    return Philox(int(key[0]), low | high << 64)


def seed_tensor(seed: Any, op_type: str) -> Any:
    """A stateless seed as a tensor; InvalidArgumentError unless it is two integers."""
    seed = convert_to_tensor(seed)
    shape = tuple(seed.shape)
    if not seed.dtype.is_integer:
        raise invalid(
            op_type,
            f"Value for attr 'Tseed' of {seed.dtype.name} is not in the list of allowed values: "
            "int32, int64",
        )
    if shape != (2,):
        raise invalid(op_type, f"seed must have shape [2], not {list(shape)}")
    return seed


def key_counter(seed: Any, alg: Any) -> tuple[Any, Any, int]:
    """Key, counter and algorithm number of a stateless call."""
    number = AUTO_SELECT if alg is None else algorithm_number(alg)
    seed = seed_tensor(seed, "StatelessRandomGetKeyCounter")
    if number == THREEFRY:
        return (*_threefry_key(seed), number)
    if number not in (PHILOX, AUTO_SELECT):
        raise unsupported(alg)
    return (*execute(get_key_counter, (seed,)), number)


def _threefry_key(seed: Any) -> tuple[Any, Any]:
    words = [int(s) & 0xFFFFFFFF for s in seed.numpy()]
    key = np.array([words[0] | words[1] << 32], np.uint64)
    return convert_to_tensor(key), convert_to_tensor(np.zeros(1, np.uint64))
