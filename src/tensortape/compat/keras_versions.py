"""Which versions of Keras TensorTape is tested with, and the warning for others."""

from __future__ import annotations

import importlib.metadata
import re
import warnings

OLDEST, NEWEST = (3, 10), (3, 15)
"""First and last version whose programs are run on TensorTape and compared with TensorFlow."""


def warn_if_unknown(version: str | None = None) -> None:
    """Warn if the installed Keras (or `version`) is not a tested one; it is tried all the same.

    Warns:
      RuntimeWarning: for a version outside of the tested ones.

    Example:

    >>> warn_if_unknown("3.15.1")
    """
    found = _installed() if version is None else version
    numbers = tuple(int(n) for n in re.findall(r"\d+", found or "")[:2])
    if found is None or OLDEST <= numbers <= NEWEST:
        return
    first, last = (f"{major}.{minor}" for major, minor in (OLDEST, NEWEST))
    after = f"{NEWEST[0]}.{NEWEST[1] + 1}"
    warnings.warn(
        f"Keras {found} is not among the versions that TensorTape is tested with ({first} to "
        f"{last}). It is tried as it is. If something goes wrong, install one of those: "
        f'pip install "keras>={first},<{after}"',
        RuntimeWarning,
        stacklevel=2,
    )


def _installed() -> str | None:
    try:
        return importlib.metadata.version("keras")
    except importlib.metadata.PackageNotFoundError:
        return None
