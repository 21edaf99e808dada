"""Where windows lie in a padded input."""

from __future__ import annotations

import itertools
from typing import Any


def window_slices(sizes: Any, kernel: Any, strides: Any, dilations: Any) -> Any:
    """For each place of the window, which elements of the padded input lie there."""
    for place in itertools.product(*[range(k) for k in kernel]):
        yield (
            place,
            (
                slice(None),
                *[
                    slice(p * d, p * d + (o - 1) * s + 1, s)
                    for p, o, s, d in zip(place, sizes, strides, dilations, strict=True)
                ],
            ),
        )
