"""``except ... as name``: the rewriter expects the name as a node, where it is text."""

from __future__ import annotations

from typing import Any

from tensortape.core.lazy import lazy_import

_cfg = lazy_import("malt.pyct.cfg")
_activity = lazy_import("malt.pyct.static_analysis.activity")
_qual_names = lazy_import("malt.pyct.qual_names")


def _flow(self: Any, node: Any) -> None:
    """The handler's place in the flow of control."""
    self.builder.begin_statement(node)
    self.builder.enter_except_section(node)
    for part in (*([] if node.type is None else [node.type]), *node.body):
        self.visit(part)
    self.builder.end_statement(node)


def _names(self: Any, node: Any) -> Any:
    """The names a handler uses: that of the exception is its own."""
    self._enter_scope(False)
    if node.name is not None:
        self.scope.isolated_names.add(_qual_names.QN(node.name))
    node = self.generic_visit(node)
    self._exit_scope()
    return node


def mend_handlers() -> None:
    """Let the rewriter understand exception handlers that name the exception."""
    _cfg.AstToCfg.visit_ExceptHandler = _flow
    _activity.ActivityAnalyzer.visit_ExceptHandler = _names
