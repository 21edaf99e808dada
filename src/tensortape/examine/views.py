"""The forms in which a flow shows itself."""

from __future__ import annotations

import html
import os
from typing import TYPE_CHECKING, Any

from tensortape.examine import table
from tensortape.examine.export import dot, model_explorer, svg, tensorboard
from tensortape.examine.flow_report import report_of
from tensortape.examine.page import render, write_atomically

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow

FRAME = (
    '<iframe srcdoc="{page}" sandbox="allow-scripts" title="Gradient flow" style="width:100%;'
    'height:{height}px;border:1px solid rgba(128,128,128,.3);border-radius:8px"></iframe>'
)
HEIGHT = 640


class Views:
    """Table, page, picture and files of a flow."""

    def table(self: Flow, statistics: bool = False) -> Any:  # type: ignore[misc]
        """A rich table with one row per operation; ``statistics`` adds figures, times, bytes."""
        return table.build(self, statistics)

    def html(self: Flow, path: str | os.PathLike[str] | None = None) -> str:  # type: ignore[misc]
        """The page to walk through the flow; it is written to ``path`` if one is given.

        The page carries its data, styles and scripts, and needs no network.

        Raises:
            OSError: the folder is missing or not writable, or the disk is full.
        """
        page = render(report_of(self))
        if path is not None:
            write_atomically(path, page)
        return page

    def dot(self: Flow) -> str:  # type: ignore[misc]
        """The graph in Graphviz' language, with a cluster per scope or function."""
        return dot.render(self)

    def svg(self: Flow, path: str | os.PathLike[str] | None = None) -> str:  # type: ignore[misc]
        """The graph as a picture; it is written to ``path`` if one is given.

        A graph of more than ``svg.MOST`` operations is drawn with its scopes folded.
        """
        picture = svg.render(self)
        if path is not None:
            write_atomically(path, picture)
        return picture

    def model_explorer(self: Flow, path: str | os.PathLike[str]) -> None:  # type: ignore[misc]
        """Write the graph as JSON that Google's Model Explorer opens.

        Its nodes are the operations with their values, and in ``gradients`` their rules.
        """
        write_atomically(path, model_explorer.render(self))

    def tensorboard(self: Flow, logdir: str | os.PathLike[str]) -> str:  # type: ignore[misc]
        """Write the graph into an event file for TensorBoard's graph view; returns its path."""
        return tensorboard.write(self, logdir)

    def __str__(self: Flow) -> str:  # type: ignore[misc]
        return table.render(self, str(self.why()))

    def __rich__(self: Flow) -> Any:  # type: ignore[misc]
        return table.build(self)

    def _repr_html_(self: Flow) -> str:  # type: ignore[misc]
        """The page in a frame of its own, for Jupyter."""
        return FRAME.format(page=html.escape(self.html()), height=HEIGHT)

    def _repr_mimebundle_(  # type: ignore[misc]
        self: Flow, include: Any = None, exclude: Any = None
    ) -> dict[str, Any]:
        """Page and text, for Jupyter."""
        return {"text/html": self._repr_html_(), "text/plain": str(self)}
