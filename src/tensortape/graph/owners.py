"""Whose a function is: bound to an object, or of this package."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any


def is_ours(exc: BaseException) -> bool:
    """Whether an exception arose in this package: the program's own would arise eagerly, too."""
    tb = exc.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return tb is not None and "/tensortape/" in tb.tb_frame.f_code.co_filename.replace("\\", "/")


def weak_method(function: Callable[..., Any], instance: Any) -> Callable[..., Any]:
    """``function`` bound to an instance it does not keep alive."""
    ref = weakref.ref(instance)

    @functools.wraps(function)
    def method(*args: Any, **kwargs: Any) -> Any:
        return function(ref(), *args, **kwargs)

    method.__wrapped_method__ = (function, ref)  # type: ignore[attr-defined]
    return method
