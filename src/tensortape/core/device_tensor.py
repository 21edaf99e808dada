"""Tensors whose values are elsewhere until somebody reads them.

Results of a compiled program that a variable takes stay JAX arrays from call to call. A tensor of
one has no NumPy array until it is read; on the CPU reading makes a view, not a copy.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.core.state import next_id
from tensortape.core.tensor import EagerTensor

_main = threading.main_thread()
ALIGNMENT = 64
"""XLA uses the memory of an array on the CPU as it is when its address is a multiple of this."""
MOVERS: list[Callable[[Any], Any]] = []
"""Makes a JAX array of a NumPy array, in the same memory where it can be; XLA's engine sets it."""
_LARGE = 1 << 16
"""Bytes from which copies count."""
_ALONE = 3
"""References to a tensor that only a variable holds, seen from where they are counted."""


class Pending:
    """The checks of a program that was started and may still run.

    What it gave is right if they pass; else reading its outputs raises what went wrong. Variables
    have their old values then, and can be read once the error was raised.
    """

    __slots__ = ("_code", "_failed", "_told")

    def __init__(self, code: Any, failed: Callable[[int], Exception]) -> None:
        self._code, self._failed, self._told = code, failed, False

    def settle(self, once: bool = False) -> None:
        """Wait for the program and raise what went wrong; no second time if ``once``."""
        if self._code is None or (once and self._told):
            return
        number = int(np.asarray(self._code))
        if number:
            self._told = True
            raise self._failed(number)
        self._code = None


class _Started(threading.local):
    """Programs that this thread started and has not waited for."""

    pending: Pending | None = None
    result: Any = None


_started = _Started()


def settle() -> None:
    """Wait for the program that was started last, and raise what went wrong in it."""
    pending, _started.pending = _started.pending, None
    if pending is not None:
        pending.settle(once=True)


def started(pending: Pending | None, results: list[Any]) -> None:
    """Remember a program that was started, and wait for the one before it.

    So no more than two are under way: memory stays bounded, and Ctrl-C is heard.
    """
    before, _started.result = _started.result, results[0] if results else None
    _started.pending = pending
    if hasattr(before, "block_until_ready"):
        before.block_until_ready()


class DeviceTensor(EagerTensor):
    """A tensor whose value is on the device; its NumPy array is made when it is asked for."""

    __slots__ = ()

    def __init__(
        self, array: Any, pending: Pending | None = None, of_variable: bool = False
    ) -> None:
        self.__dict__["_device"] = array
        if pending is not None:
            self.__dict__["_pending"] = (pending, of_variable)
        self._id = next_id()

    def __getattr__(self, name: str) -> Any:
        if name == "_a" and "_device" in self.__dict__:  # the slot is still empty
            if "_pending" in self.__dict__:
                pending, once = self.__dict__["_pending"]
                pending.settle(once)
            self._a = to_numpy(self.__dict__["_device"])
            return self._a
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


DeviceTensor.__module__ = EagerTensor.__module__
DeviceTensor.__name__ = DeviceTensor.__qualname__ = EagerTensor.__name__


def to_numpy(array: Any) -> Any:
    """A NumPy view of a JAX array on the CPU, a NumPy scalar of one without axes."""
    value = np.asarray(array)
    return value if value.ndim or value.dtype.kind == "O" else value[()]  # a text stays an array


def device_value(tensor: Any) -> Any:
    """What to pass to a compiled program for a tensor: the array on the device if there is one."""
    found = tensor.__dict__.get("_device")
    return tensor._a if found is None else found


def aligned(array: Any) -> Any:
    """An array that XLA can read where it is: itself, or a copy if it is large and begins amiss.

    >>> aligned(np.ones(100_000)).ctypes.data % 64
    0
    """
    if array.nbytes < _LARGE or array.dtype.hasobject:
        return array
    if array.__array_interface__["data"][0] % ALIGNMENT == 0 and array.flags.c_contiguous:
        return array
    room = np.empty(array.nbytes + ALIGNMENT, np.uint8)
    start = -room.__array_interface__["data"][0] % ALIGNMENT
    copy = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def passed_value(tensor: Any) -> Any:
    """What is passed to a compiled program for a tensor.

    XLA copies large arrays that begin at an odd address, and looks at each NumPy array anew. One
    that is passed a second time is moved to where it is read as it is, and known to XLA from then
    on: the memory is shared.
    """
    inside = tensor.__dict__
    found = inside.get("_put")
    if found is None:
        found = tensor._a
        if inside.setdefault("_passed", False):
            found = tensor._a = aligned(found)
            if MOVERS and not found.dtype.hasobject:
                found = inside["_put"] = MOVERS[0](found)
        else:
            inside["_passed"] = True
    return found


def variable_value(variable: Any, alone: bool = True) -> Any:
    """As :func:`device_value`, for a variable whose memory the program may reuse.

    When somebody else holds the tensor too, or may come to (other threads, unless ``alone``), a
    NumPy view is made of it first: JAX does not reuse memory that is being looked at, so what
    others hold stays as it is.
    """
    tensor = variable._t
    if type(tensor) is not DeviceTensor:
        return tensor._a
    if not alone or sys.getrefcount(tensor) > _ALONE:
        tensor._a  # noqa: B018
    return tensor.__dict__["_device"]


def new_value(array: Any, pending: Pending | None = None, of_variable: bool = False) -> EagerTensor:
    """The tensor of a program's result, wherever that is."""
    if isinstance(array, (np.ndarray, np.generic)):
        return EagerTensor(array)
    return DeviceTensor(array, pending, of_variable)


def nobody_else() -> bool:
    """Whether the program has one thread, besides those that only compute."""
    return all(
        thread is _main or thread.name == "tensortape" or thread.name.startswith("tensortape_")
        for thread in threading.enumerate()
    )
