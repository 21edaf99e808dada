"""Every cause of a missing or broken gradient is told apart, with its operation and line."""

from __future__ import annotations

from typing import Any

import pytest
import why_broken_cases
import why_cases
import why_healthy_cases
import why_scale_cases

import tensortape as tf
from tensortape.examine import Reason


def verdict(case: Any) -> Any:
    with tf.examine() as ex:
        target, source = case.program()
    assert not ex.journal.failed
    return ex.why(target, source)


def check(case: Any) -> None:
    found = verdict(case)
    assert (found.reason, found.op) == (case.reason, case.op), str(found)
    if case.line:
        assert found.line == case.line, str(found)
    assert found.cure.endswith(".")
    assert found.message in str(found)


@pytest.mark.parametrize("case", why_cases.CASES, ids=repr)
def test_none(case: Any) -> None:
    check(case)
    assert verdict(case).kind == "none"


@pytest.mark.parametrize("case", why_broken_cases.CASES, ids=repr)
def test_zero_and_not_finite(case: Any) -> None:
    check(case)


@pytest.mark.parametrize("case", why_scale_cases.CASES, ids=repr)
def test_vanishing_exploding_and_dead(case: Any) -> None:
    check(case)
    assert verdict(case).kind in ("vanishing", "exploding", "dead", "zero")


@pytest.mark.parametrize("program", why_healthy_cases.PROGRAMS, ids=lambda p: p.__name__)
def test_healthy_gradients_raise_no_alarm(program: Any) -> None:
    with tf.examine() as ex:
        program()
    assert not ex.journal.failed
    assert ex.journal.asked
    assert ex.alarms() == []


def test_every_cause_of_none_has_a_case() -> None:
    wanted = {reason for reason in Reason if reason.kind == "none"}
    shown = {case.reason for case in why_cases.CASES}
    assert wanted - shown == {Reason.UNUSED_WEIGHT}  # needs Keras: test_why_keras.py


def test_every_other_cause_has_a_case() -> None:
    wanted = {r for r in Reason if r.kind not in ("none", "healthy", "error")}
    cases = why_broken_cases.CASES + why_scale_cases.CASES
    assert wanted - {case.reason for case in cases} == set()


def test_the_battery_is_as_large_as_promised() -> None:
    kinds = [verdict(case).kind for case in why_broken_cases.CASES]
    assert len({case.reason for case in why_cases.CASES}) >= 36
    assert sum(kind in ("nan", "inf") for kind in kinds) >= 15
    assert len(why_scale_cases.CASES) >= 9
    assert len(why_healthy_cases.PROGRAMS) >= 30
