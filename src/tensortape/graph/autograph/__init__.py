"""AutoGraph: Python control flow that depends on tensors becomes part of the graph."""

from __future__ import annotations

from tensortape.graph.autograph.convert import convert, do_not_convert

__all__ = ["convert", "do_not_convert"]
