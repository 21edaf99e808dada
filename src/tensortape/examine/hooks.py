"""What only an examination sees: values that leave TensorFlow, assignments, and tapes themselves.

The methods concerned are wrapped while an examination runs, and put back when the last one ends;
a program that is not examined runs none of this.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tensortape.autodiff.tape import GradientTape
from tensortape.core import nest
from tensortape.core.registry import PUBLIC
from tensortape.core.state import next_id
from tensortape.core.tensor import EagerTensor
from tensortape.core.variable import Variable
from tensortape.data.dataset import DatasetV2
from tensortape.examine.journal import Journal, TapeLog
from tensortape.examine.stack import PACKAGE

LEAVES = {
    "numpy": "NUMPY_METHOD",
    "__array__": "NUMPY_FUNCTION_USED",
    "__float__": "PYTHON_NUMBER",
    "__int__": "PYTHON_NUMBER",
    "__complex__": "PYTHON_NUMBER",
}
"""Methods by which a value leaves, and the reason they stand for."""

OPAQUE = {
    "numpy_function": "TF_NUMPY_FUNCTION",
    "searchsorted": "SEARCH",
    "range": "NO_DERIVATIVE",
    "unique": "MISSING_RULE",
    "unique_with_counts": "MISSING_RULE",
    "math.bincount": "MISSING_RULE",
    "histogram_fixed_width": "HISTOGRAM",
    "histogram_fixed_width_bins": "HISTOGRAM",
    "random.normal": "RANDOM",
    "random.uniform": "RANDOM",
    "random.truncated_normal": "RANDOM",
    "random.categorical": "RANDOM",
    "random.shuffle": "RANDOM",
    "random.poisson": "RANDOM",
}
"""Functions that compute without recording, or from shapes alone, and the reason they stand for."""

journals: list[Journal] = []
_undo: list[Callable[[], None]] = []
_lock = threading.Lock()


def attach(journal: Journal) -> None:
    """Tell ``journal`` of what happens from now on."""
    with _lock:
        journals.append(journal)
        if len(journals) == 1:
            install()


def detach(journal: Journal) -> None:
    """Undo :func:`attach`; the last one out puts the methods back."""
    with _lock:
        if journal in journals:
            journals.remove(journal)
            if not journals:
                while _undo:
                    _undo.pop()()


def install() -> None:
    """Wrap the methods."""
    for kind in (EagerTensor, Variable):
        for name in LEAVES:
            if name in vars(kind):
                wrap(kind, name, leaving)
    for name in ("assign", "assign_add", "assign_sub"):
        wrap(Variable, name, assigning)
    for name in ("gradient", "jacobian", "batch_jacobian"):
        wrap(GradientTape, name, differentiating)
    for name, around in (("__enter__", starting), ("_stop", stopping), ("watch", watching)):
        wrap(GradientTape, name, around)
    wrap(GradientTape, "stop_recording", suspending)
    for name in ("from_tensors", "from_tensor_slices"):
        wrap(DatasetV2, name, datasets)
    wrap_public()


def wrap(owner: Any, name: str, around: Callable[..., Any]) -> None:
    """Replace a method by one that tells the journals, and remember how to put it back."""
    before = vars(owner)[name]
    if isinstance(before, staticmethod):
        setattr(owner, name, staticmethod(around(before.__func__, name)))
    else:
        setattr(owner, name, around(before, name))
    _undo.append(lambda: setattr(owner, name, before))


def wrap_public() -> None:
    """Replace public functions wherever ``tf`` offers them."""
    root = sys.modules[PACKAGE_NAME]
    wrapped = {
        id(PUBLIC[path]): opaque(PUBLIC[path], path, reason)
        for path, reason in OPAQUE.items()
        if path in PUBLIC
    }
    for path, value in tuple(PUBLIC.items()):
        if id(value) in wrapped:
            parent, _, name = path.rpartition(".")
            owner = functools.reduce(getattr, parent.split(".") if parent else [], root)
            replace_public(owner, name, path, wrapped[id(value)])


def replace_public(owner: Any, name: str, path: str, wrapper: Any) -> None:
    """Offer ``wrapper`` as ``tf.<path>``; in the table of names too, of which the face is built."""
    before, attribute = PUBLIC[path], vars(owner).get(name)
    PUBLIC[path] = wrapper
    setattr(owner, name, wrapper)
    _undo.append(lambda: setattr(owner, name, attribute))
    _undo.append(lambda: PUBLIC.__setitem__(path, before))


PACKAGE_NAME = __name__.partition(".")[0]


def identities(structure: Any) -> list[int]:
    """The tensors in some arguments; of a variable its own identity and its value's."""
    found: list[int] = []
    for item in nest.flatten(structure):
        handle = getattr(item, "handle", item) if hasattr(item, "assign") else item
        for one in (handle, getattr(handle, "_t", None)):
            identity = getattr(one, "_id", None)
            if isinstance(identity, int):
                found.append(identity)
    return found


def asked_by_user(frame: FrameType | None) -> bool:
    """Whether a value was taken by code outside of this package."""
    while frame is not None and frame.f_code.co_name in LEAVES and is_own(frame):
        frame = frame.f_back
    return frame is not None and not is_own(frame)


def is_own(frame: FrameType) -> bool:
    """Whether a frame is this package's."""
    return frame.f_code.co_filename.startswith(PACKAGE)


def leaving(method: Any, name: str) -> Any:
    """A value becomes a NumPy array or Python number."""

    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if asked_by_user(sys._getframe(1)):
            for journal in journals:
                journal.log_gap(LEAVES[name], identities(self), (), name)
        return method(self, *args, **kwargs)

    return wrapper


def assigning(method: Any, name: str) -> Any:
    """A variable takes a new value."""

    @functools.wraps(method)
    def wrapper(self: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        result = method(self, value, *args, **kwargs)
        for journal in journals:
            journal.log_gap("ASSIGNED", identities(value), (self._t._id,), name)
        return result

    return wrapper


def datasets(function: Any, name: str) -> Any:
    """Tensors become the elements of a dataset."""

    @functools.wraps(function)
    def wrapper(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        for journal in journals:
            journal.log_gap("TF_DATA", identities(tensors), (), name)
        return function(tensors, *args, **kwargs)

    return wrapper


def opaque(function: Any, path: str, reason: str) -> Any:
    """A function whose results depend on its arguments unseen."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        for journal in journals:
            given, made = identities((args, kwargs)), identities(result)
            journal.log_gap(reason, given, made, path)
        return result

    return wrapper


def differentiating(method: Any, name: str) -> Any:
    """A gradient is asked for; remember the call if it raises."""

    @functools.wraps(method)
    def wrapper(self: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, target, *args, **kwargs)
        except Exception as error:
            sources = args[0] if args else kwargs.get("sources", kwargs.get("source"))
            for journal in journals:
                journal.log_refused(nest.flatten(target), nest.flatten(sources), error)
            raise

    return wrapper


def log_of(journal: Journal, tape: Any) -> TapeLog:
    """The journal's notes on a tape."""
    return journal.tapes.setdefault(tape, TapeLog())


def starting(method: Any, name: str) -> Any:
    """A tape begins to record."""

    @functools.wraps(method)
    def wrapper(self: Any) -> Any:
        for journal in journals:
            log_of(journal, self).spans.append([next_id()])
        return method(self)

    return wrapper


def stopping(method: Any, name: str) -> Any:
    """A tape ends recording."""

    @functools.wraps(method)
    def wrapper(self: Any) -> None:
        method(self)
        for journal in journals:
            spans = log_of(journal, self).spans
            if not spans:
                spans.append([0])
            spans[-1][1:] = [next_id()]

    return wrapper


def watching(method: Any, name: str) -> Any:
    """A tape begins to watch a value."""

    @functools.wraps(method)
    def wrapper(self: Any, tensor: Any) -> None:
        method(self, tensor)
        now = next_id()
        for journal in journals:
            watched = log_of(journal, self).watched
            for identity in identities(tensor):
                watched.setdefault(identity, now)

    return wrapper


def suspending(method: Any, name: str) -> Any:
    """A tape does not record for a while."""

    @contextmanager
    def wrapper(self: Any) -> Iterator[None]:
        begin = next_id()
        with method(self):
            try:
                yield
            finally:
                end = next_id()
                for journal in journals:
                    log = log_of(journal, self)
                    log.pauses.append([begin, end])
        for journal in journals:
            log_of(journal, self).spans.append([next_id()])

    return functools.wraps(method)(wrapper)
