"""What NumPy found the processor to be."""

from __future__ import annotations

from numpy._core import _multiarray_umath as _umath  # type: ignore[attr-defined]

_NAMES = ("AVX512F", "AVX512_SKX", "X86_V4")
"""What NumPy's versions call it."""

WIDE = any(_umath.__cpu_features__.get(name) for name in _NAMES)
"""Whether it has vectors of 512 bits."""
