"""Memory for arrays: freed pages stay with the process, to be used again."""

from __future__ import annotations

import ctypes
import os
import sys

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
