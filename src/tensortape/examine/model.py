"""What a gradient report holds: the data behind the page, and its JSON form.

The page carries this model as JSON in ``<script id="report-data">``; other programs may read it
from there. Field names below are the keys; fields that are ``None`` or empty are left out.
Indices (``position``, ``inputs``, ``forward`` …) point into the list named beside them.

Numbers that JSON cannot write are strings: ``"NaN"``, ``"Infinity"``, ``"-Infinity"``, complex
numbers as ``"(1+2j)"``, integers beyond 2**53 as digits.

==========  ======================================================================================
``Report``  the whole run: files, positions, groups of calls
``Group``   the calls that one source line made with the same operations
``Value``   one tensor of a group's graph; ``Op``: one operation of it
``Rule``    the formulas of an operation type, and where its derivative is written
``Call``    the figures of one recorded call of a group: indices into ``Group.summaries``
``Summary`` an array: all elements up to 64, the first ones and statistics beyond
``Flag``    a finding: a ``None``, NaN, infinite or zero gradient, and where it arose
==========  ======================================================================================
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

SCHEMA = 1
"""Version of the JSON form; raised when a reader would have to change."""


@dataclass
class SourceFile:
    """A file or notebook cell; ``lines`` maps line numbers (as strings) to their text."""

    label: str
    kind: str  # "file" | "cell"
    lines: dict[str, str] = field(default_factory=dict)


@dataclass
class Position:
    """A line of the user's code; ``via`` is the library function it went through, if any."""

    file: int | None  # -> Report.files
    line: int
    function: str = ""
    via: str = ""


@dataclass
class Summary:
    """An array in few numbers.

    ``values`` holds every element (row-major) up to 64 elements. Beyond, ``first`` has the first
    ones, and the statistics are over the finite elements. ``note`` says what is not plain, such
    as the structure of a batched cotangent.
    """

    shape: list[int]
    dtype: str
    values: list[Any] | None = None
    first: list[Any] | None = None
    min: Any = None
    max: Any = None
    mean: Any = None
    norm: Any = None
    zeros: int | None = None
    nans: int | None = None
    infs: int | None = None
    note: str = ""


@dataclass
class Value:
    """A tensor of the graph. ``source`` and ``target`` number it among the call's arguments."""

    name: str
    role: str  # "source" | "target" | "variable" | "constant" | "intermediate"
    shape: list[int | None]
    dtype: str
    producer: int | None = None  # -> Group.ops
    source: int | None = None
    target: int | None = None


@dataclass
class Op:
    """An operation of the graph, in the order of execution."""

    type: str
    inputs: list[int]  # -> Group.values
    outputs: list[int]  # -> Group.values
    position: int | None = None  # -> Report.positions
    formula: str = ""
    derivative: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    backward: bool = False  # its derivative rule ran
    note: str = ""
    scope: str = ""  # name scopes and layers it ran in, "sequential/dense"
    rule: str = ""  # -> Report.rules; its type where that is empty


@dataclass
class Rule:
    """What an operation computes and how its gradient flows, and where that is written.

    ``formula`` and ``derivative`` are LaTeX, ``…_math`` the same as MathML; ``file`` and ``line``
    say where the rule stands, ``code`` is its text there.
    """

    type: str
    formula: str = ""
    derivative: str = ""
    formula_math: str = ""
    derivative_math: str = ""
    file: str = ""
    line: int = 0
    code: list[str] = field(default_factory=list)


@dataclass
class Flag:
    """A finding of one call. ``op`` names the operation where it arose."""

    kind: str  # "none" | "nan" | "inf" | "zero" | "forward-nan" | "forward-inf" | "error" | …
    message: str
    op: int | None = None  # -> Group.ops
    value: int | None = None  # -> Group.values
    sources: list[int] = field(default_factory=list)  # positions among the call's sources
    cure: str = ""


@dataclass
class Call:
    """The figures of one call; every number is an index into ``Group.summaries`` or ``None``.

    ``forward`` and ``backward`` have one entry per value: what it was, and the gradient that
    reached it. ``sent`` has, per operation, what its rule sent to each input. ``results`` has
    what the call returned, one per source.
    """

    index: int
    forward: list[int | None]
    backward: list[int | None]
    sent: list[list[int | None]]
    results: list[int | None]
    flags: list[Flag] = field(default_factory=list)
    times: list[int | None] = field(default_factory=list)  # per operation, nanoseconds
    back_times: list[int | None] = field(default_factory=list)  # per operation, of its rule


@dataclass
class Series:
    """Curves over the calls of a group, thinned to a bounded number of points."""

    index: list[int] = field(default_factory=list)
    target: list[Any] = field(default_factory=list)
    gradient: list[Any] = field(default_factory=list)
    target_is: str = "target"


@dataclass
class Chain:
    """The chain rule of a small computation, written out: LaTeX as MathML."""

    source: int
    name: str
    math: str
    latex: str


@dataclass
class Group:
    """The calls that one line made with the same operations."""

    kind: str  # "gradient" | "jacobian" | "batch_jacobian"
    position: int | None  # -> Report.positions
    callers: list[int]  # -> Report.positions, the user's frames further out
    count: int
    first: int  # the number of its first call among all calls of the run
    values: list[Value]
    ops: list[Op]
    summaries: list[Summary]
    calls: list[Call]
    series: Series
    flag_counts: dict[str, int] = field(default_factory=dict)
    omitted_ops: int = 0
    note: str = ""
    chains: list[Chain] = field(default_factory=list)
    unseen: int = 0  # of its calls, those within calls of a tf.function that ran compiled


@dataclass
class Report:
    """All gradient calls of a run."""

    title: str
    created: str
    producer: str
    files: list[SourceFile] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    calls: int = 0
    omitted_calls: int = 0
    rules: dict[str, Rule] = field(default_factory=dict)
    note: str = ""
    schema: int = SCHEMA


def to_json(item: Any) -> Any:
    """Plain JSON data of a model object: ``None`` and empty fields of records are left out.

    >>> to_json(Position(None, 3))
    {'line': 3}
    """
    if dataclasses.is_dataclass(item):
        return {
            f.name: to_json(value)
            for f in dataclasses.fields(item)
            if not is_default(value := getattr(item, f.name))
        }
    if isinstance(item, dict):
        return {key: to_json(value) for key, value in item.items()}
    if isinstance(item, list):
        first = next((value for value in item if value is not None), None)
        if isinstance(first, str | int | float):  # lists hold values of one kind
            return item
        return [to_json(value) for value in item]
    return item


def is_default(value: Any) -> bool:
    """Whether a record's field says nothing: ``None``, ``False`` or an empty text or mapping."""
    return value is None or value is False or (isinstance(value, str | dict) and not value)
