"""What cannot become part of a graph, and why."""

from __future__ import annotations


class Untraceable(NotImplementedError):
    """Something a graph has no form for; the function around it then runs as plain Python."""


class UnknownRank(Untraceable):
    """The rank of a tensor is needed that only running the function decides."""
