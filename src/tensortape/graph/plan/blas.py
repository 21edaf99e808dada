"""The number of threads of NumPy's BLAS while a plan runs.

Products are parallelised by the plan itself, where that pays, by rows on its own threads. The
library's threads wait for each other actively: on a machine where the cores are not all free, two
were measured 10 to 300 times slower than one. So they are switched off while a plan that
multiplies matrices runs, and on again afterwards, whoever else was running one.
"""

from __future__ import annotations

import ctypes
import glob
import os
import threading
from typing import Any

import numpy as np
from numpy._core import _multiarray_umath as _umath  # type: ignore[attr-defined]

FUNCTIONS = (
    ("scipy_openblas_set_num_threads64_", "scipy_openblas_get_num_threads64_"),
    ("scipy_openblas_set_num_threads", "scipy_openblas_get_num_threads"),
    ("openblas_set_num_threads64_", "openblas_get_num_threads64_"),
    ("openblas_set_num_threads", "openblas_get_num_threads"),
    ("MKL_Set_Num_Threads", "MKL_Get_Max_Threads"),
)
"""Names under which libraries offer to set and to tell the number of threads."""


class OneThread:
    """``enter`` and ``leave`` around products; counted, so that the last to leave restores."""

    def __init__(self) -> None:
        self.set, self.get = find_functions()
        self.running, self.before = 0, 1
        self.lock = threading.Lock()

    def enter(self) -> None:
        """One thread from now on."""
        with self.lock:
            self.running += 1
            if self.running == 1 and self.set is not None:
                self.before = self.get()
                if self.before != 1:
                    self.set(1)

    def leave(self) -> None:
        """As many threads as before, when nobody else is inside."""
        with self.lock:
            self.running -= 1
            if not self.running and self.set is not None and self.before != 1:
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
    beside = glob.glob(os.path.join(os.path.dirname(np.__path__[0]), "numpy.libs", "*openblas*"))
    for path in (_umath.__file__, *beside):
        try:
            library = ctypes.PyDLL(path)
        except OSError:
            continue
        for set_name, get_name in FUNCTIONS:
            if hasattr(library, set_name) and hasattr(library, get_name):
                setter, getter = getattr(library, set_name), getattr(library, get_name)
                setter.argtypes, setter.restype = (ctypes.c_int,), None
                getter.restype = ctypes.c_int
                return setter, getter
    return None, None


one_thread = OneThread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_thread.forked)
