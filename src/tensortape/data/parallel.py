"""Functions of elements in several threads, where that pays.

Python computes in one thread at a time, so threads help functions that wait (for files, `sleep`,
the network) and harm those that compute. The first calls are measured; a function that spends most
of its time waiting is then called in threads, its results in order.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, thread_time
from typing import Any

_MEASURED = 3
_WORTH = 2e-4
"""Seconds of waiting per call from which threads pay."""
_AUTOMATIC = 8


class Parallel:
    """How a function is called: `workers` threads, -1 for a number that suits."""

    __slots__ = ("_calls", "_waited", "_worked", "_workers")

    def __init__(self, workers: int) -> None:
        self._workers = workers if workers > 0 else max(_AUTOMATIC, os.cpu_count() or 1)
        self._calls = 0
        self._waited = self._worked = 0.0

    def map(self, call: Callable[[Any], Any], elements: Iterator[Any]) -> Iterator[Any]:
        """`call` of each element, in order."""
        if self._calls >= _MEASURED and not self._pays():
            return map(call, elements)
        return self._watched(call, elements)

    def _pays(self) -> bool:
        return self._workers > 1 and self._waited > max(self._worked, _WORTH * self._calls)

    def _watched(self, call: Callable[[Any], Any], elements: Iterator[Any]) -> Iterator[Any]:
        for element in elements:
            if self._calls == 0:
                result = self._first(call, element)
            else:
                begun, worked = perf_counter(), thread_time()
                result = call(element)
                worked = thread_time() - worked
                self._worked += worked
                self._waited += perf_counter() - begun - worked
                self._calls += 1
            yield result
            if self._calls >= _MEASURED:
                break
        if self._calls >= _MEASURED and self._pays():
            yield from self._threaded(call, elements)
        else:
            yield from map(call, elements)

    def _first(self, call: Callable[[Any], Any], element: Any) -> Any:
        """The first call: a short one settles it, without the slower clock of the thread."""
        begun = perf_counter()
        result = call(element)
        self._calls = _MEASURED if perf_counter() - begun < _WORTH else 1
        return result

    def _threaded(self, call: Callable[[Any], Any], elements: Iterator[Any]) -> Iterator[Any]:
        pool = ThreadPoolExecutor(self._workers, "tensortape-map")
        waiting: deque[Any] = deque()
        try:
            for element in elements:
                waiting.append(pool.submit(call, element))
                if len(waiting) >= 2 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
