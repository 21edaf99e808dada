"""The number of threads of NumPy's BLAS while our products run.

The library's threads wait for each other actively: on a machine where the cores are not all free,
two were measured 10 to 300 times slower than one. So products run in one thread of the library,
and large ones are shared between threads of ours, which sleep when there is nothing to do (see
``arrays.shared_product``). The number is set for the duration of a product, or of a plan that has
some, and put back afterwards: NumPy's products elsewhere in a program are left as they are.

With ``TENSORTAPE_BLAS_THREADS=library`` in the environment nothing is set, and every product runs
in as many threads as the library was told to use (by ``OPENBLAS_NUM_THREADS``, say).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import glob
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy._core import _multiarray_umath as _umath  # type: ignore[attr-defined]

from tensortape.arrays.blocks import helpers
from tensortape.arrays.processor import WIDE

FUNCTIONS = (
    ("scipy_openblas_set_num_threads64_", "scipy_openblas_get_num_threads64_"),
    ("scipy_openblas_set_num_threads", "scipy_openblas_get_num_threads"),
    ("openblas_set_num_threads64_", "openblas_get_num_threads64_"),
    ("openblas_set_num_threads", "openblas_get_num_threads"),
    ("MKL_Set_Num_Threads", "MKL_Get_Max_Threads"),
)
"""Names under which libraries offer to set and to tell the number of threads."""

NAMES = ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename")
"""Names under which OpenBLAS offers to tell its kernels."""

NARROW = frozenset("sandybridge haswell zen excavator steamroller piledriver".split())
"""Kernels for vectors of 256 bits, or fewer."""


SMALL_MATRICES = 1024
"""Elements up to which LAPACK starts no threads that would matter."""

LARGE_MATRICES = 512
"""Columns from which LAPACK may use the library's threads, on a machine that is idle."""


class OneThread:
    """``enter`` and ``leave`` around products; counted, so that the last to leave restores.

    ``set`` is ``None`` where the number of threads is left alone.
    """

    def __init__(self) -> None:
        self.set: Any = None
        self.get: Any = None
        if os.environ.get("TENSORTAPE_BLAS_THREADS") != "library":
            self.set, self.get = find_functions()
        self.running, self.before = 0, 1
        self.lock = threading.Lock()

    def enter(self) -> None:
        """One thread from now on."""
        if self.set is None:
            return
        with self.lock:
            self.running += 1
            if self.running == 1:
                self.before = self.get()
                if self.before != 1:
                    self.set(1)

    def leave(self) -> None:
        """As many threads as before, when nobody else is inside."""
        if self.set is None:
            return
        with self.lock:
            self.running -= 1
            if not self.running and self.before != 1:
                self.set(self.before)

    def forked(self) -> None:
        """A child process starts with nobody inside."""
        if self.running and self.set is not None:
            self.set(self.before)
        self.running, self.lock = 0, threading.Lock()


def find_functions() -> tuple[Any, Any]:
    """The functions of the BLAS that this NumPy uses; ``(None, None)`` if it is not known.

    Symbols are looked up in NumPy's own extension module, which finds those of the libraries it
    is linked to; where that is not so (Windows), in the libraries that come with NumPy.
    """
    for library in _libraries():
        for set_name, get_name in FUNCTIONS:
            if hasattr(library, set_name) and hasattr(library, get_name):
                setter, getter = getattr(library, set_name), getattr(library, get_name)
                setter.argtypes, setter.restype = (ctypes.c_int,), None
                getter.restype = ctypes.c_int
                return setter, getter
    return None, None


def _libraries() -> Iterator[ctypes.PyDLL]:
    """NumPy's extension module, and the libraries beside it."""
    beside = glob.glob(os.path.join(os.path.dirname(np.__path__[0]), "numpy.libs", "*openblas*"))
    for path in (_umath.__file__, *beside):
        with contextlib.suppress(OSError):
            yield ctypes.PyDLL(path)


def kernels() -> str:
    """The processor whose kernels OpenBLAS uses (``"haswell"``); ``""`` where nobody tells."""
    for library in _libraries():
        for name in NAMES:
            if hasattr(library, name):
                getter = getattr(library, name)
                getter.restype = ctypes.c_char_p
                return str(getter().decode()).lower()
    return ""


@functools.cache
def is_narrow() -> bool:
    """Whether products use half the width of the processor's vectors.

    So they do where OpenBLAS does not recognise the processor, or ``OPENBLAS_CORETYPE`` names an
    older one.
    """
    return WIDE and kernels() in NARROW


one_thread = OneThread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_thread.forked)


def in_one_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: a function of stacks of matrices, in one thread where that is the better choice.

    Large matrices keep the library's threads while the machine is idle.
    """

    @functools.wraps(function)
    def alone(x: Any, *args: Any, **attrs: Any) -> Any:
        if x.size <= SMALL_MATRICES or (x.shape[-1] >= LARGE_MATRICES and helpers.idle()):
            return function(x, *args, **attrs)
        one_thread.enter()
        try:
            return function(x, *args, **attrs)
        finally:
            one_thread.leave()

    return alone
