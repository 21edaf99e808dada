"""Random numbers: drawn on the host, so that streams are those of eager execution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensortape.xla.host import on_host, struct
from tensortape.xla.notes import note_host


def sample(arrays: Sequence[Any], draw: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    note_host("sample")
    return on_host(draw, struct(shape, dtype), arrays, ordered=False)


def sample_stream(arrays: Sequence[Any], draw: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    note_host("sample_stream")
    return on_host(draw, struct(shape, dtype), arrays, ordered=True)
