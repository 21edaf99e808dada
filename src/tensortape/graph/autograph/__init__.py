"""AutoGraph: Python control flow that depends on tensors becomes part of the graph.

The source is rewritten by ``diastatic-malt``, the stand-alone AutoGraph; here is what the rewritten
code calls: ``calls`` (functions it calls), ``branching``, ``looping``, ``builtins``, ``lines``
(where the user wrote it). ``rewriting`` shows what becomes of a function.
"""

from __future__ import annotations

from tensortape.graph.autograph.convert import convert, do_not_convert

__all__ = ["convert", "do_not_convert"]
