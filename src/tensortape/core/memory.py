"""Memory for arrays: freed pages stay with the process, to be used again."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Iterator

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of glibc's mallopt
_LARGEST_REUSED = 32 << 20
_KEPT = 256 << 20


def reuse_freed_pages() -> None:
    """Let glibc keep freed arrays of up to 32 MB for the next ones, 256 MB in all.

    By default it returns every array above 128 kB to the kernel, and each new one is mapped and
    zeroed page by page: for arrays of up to a few megabytes that takes longer than the arithmetic.
    The environment variable ``TENSORTAPE_MALLOC=system`` leaves the allocator as it is.
    """
    if not sys.platform.startswith("linux") or os.environ.get("TENSORTAPE_MALLOC") == "system":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_REUSED)
        mallopt(_TRIM_THRESHOLD, _KEPT)


@contextlib.contextmanager
def no_collections() -> Iterator[None]:
    """Let Python not look for garbage meanwhile, as in imports, which make hardly any.

    What was made counts as old afterwards, as if it had been looked at. That saves a tenth of the
    time of ours.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not gc.get_freeze_count():  # else somebody's frozen objects would thaw
                gc.freeze()
                gc.unfreeze()
            gc.enable()
