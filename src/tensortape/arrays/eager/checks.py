"""Primitives that look at values and pass them on, or raise."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import errors

UNARY = "check_numerics"


def check_numerics(x: Any, message: str) -> Any:
    """``x``, if it is finite throughout."""
    if np.isfinite(x).all():
        return x
    found = [what for what, is_there in (("Inf", np.isinf), ("NaN", np.isnan)) if is_there(x).any()]
    raise errors.of_values(
        f"{message} : Tensor had {' and '.join(found)} values [Op:CheckNumerics] name: "
    )
