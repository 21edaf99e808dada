"""A flow as the data of a page."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING

import numpy as np

from tensortape.examine.diagnosed import findings_of
from tensortape.examine.figures import Figures
from tensortape.examine.findings import forward_findings
from tensortape.examine.model import Chain, Flag, Group, Report
from tensortape.examine.rulebook import key_of, rule_of
from tensortape.examine.snapshot import Table
from tensortape.examine.structure import target_label

if TYPE_CHECKING:
    from tensortape.examine.flow import Flow

MOST_CHAINS = 6
"""Sources whose chain rule is written out."""

LARGE = 1_000
"""Beyond this many operations, only the first elements of each array go into the page."""

MOST_DIAGNOSES = 24
"""Sources that are asked for the state of their gradients."""


def report_of(flow: Flow) -> Report:
    """The page's data: one group with one call."""
    group = flow.group
    table = Table()
    snapshot = flow.snapshot()
    call = table.call(snapshot.settle(8) if len(group.ops) > LARGE else snapshot)
    group.summaries, group.calls = table.summaries, [call]
    group.series.target_is = target_label(group)
    call.flags = flags_of(flow)
    if not any(flag.kind.startswith("forward") for flag in call.flags):
        call.flags += forward_findings(Figures(group, call))
    group.flag_counts = {flag.kind: 1 for flag in call.flags}
    group.chains = chains_of(flow)
    sources = flow.journal.sources
    used = {group.position, *group.callers, *[op.position for op in group.ops]}
    records = {key_of(step.record): step.record for step in flow.steps}
    return Report(
        title_of(group),
        datetime.datetime.now().isoformat(timespec="seconds"),
        "tensortape",
        sources.describe({p for p in used if p is not None}),
        sources.positions,
        [group],
        1,
        rules={key: rule_of(record) for key, record in records.items()},
    )


def chains_of(flow: Flow) -> list[Chain]:
    """The chain rule of each source, where the computation is small enough to be read."""
    found = []
    for number, source in enumerate(flow.sources[:MOST_CHAINS]):
        # ValueError: too large, or no gradient came about
        with contextlib.suppress(ValueError), np.errstate(all="ignore"):
            chain = flow.derivation(source)
            found.append(Chain(number, chain.source, chain.mathml(), chain.latex))
    return found


def title_of(group: Group) -> str:
    """Target and sources in a few words."""

    def named(key: str) -> str:
        found = [v.name or key for v in group.values if getattr(v, key) is not None]
        rest = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return ", ".join(found[:3]) + rest

    return f"Gradient of {named('target')} with respect to {named('source')}"


def flags_of(flow: Flow) -> list[Flag]:
    """What is wrong with the gradients of the sources, one finding per cause."""
    verdicts = {n: flow.why(source) for n, source in enumerate(flow.sources[:MOST_DIAGNOSES])}
    return findings_of(flow.group, flow.journal, verdicts)
