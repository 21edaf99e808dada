"""Examining gradients: what was computed where, with which values, and what flowed back.

Nothing imports this package; it subscribes to the events of ``tensortape.core.events``. The
package itself is callable: ``tf.examine()`` begins an :class:`Examination`.

>>> import tensortape as tf
>>> x = tf.Variable(2)
>>> with tf.examine() as ex:
...     with tf.GradientTape() as tape:
...         y = tf.cast(x, tf.float32) * 3.0
...     dy_dx = tape.gradient(y, x)
>>> print(ex.why(y, x).reason)
Reason.INTEGER_VARIABLE

The report of a whole run:

>>> from tensortape.examine.session import ReportSession
>>> with ReportSession(title="a cube") as session:
...     x = tf.Variable(2.0)
...     with tf.GradientTape() as tape:
...         y = x * x * x
...     dy_dx = tape.gradient(y, x)
>>> report = session.report()
>>> [op.type for op in report.groups[0].ops]
['Mul', 'Mul']
"""

from __future__ import annotations

import sys
import types

from tensortape.examine import plots
from tensortape.examine.comparing import Comparison, compare
from tensortape.examine.diagnosis import Diagnosis, Place
from tensortape.examine.differences import check
from tensortape.examine.drawing import draw
from tensortape.examine.examination import Examination
from tensortape.examine.flow import Flow, Operand, Step
from tensortape.examine.health import GradientHealth
from tensortape.examine.reasons import Reason

__all__ = [
    "Comparison",
    "Diagnosis",
    "Examination",
    "Flow",
    "GradientHealth",
    "Operand",
    "Place",
    "Reason",
    "Step",
    "check",
    "compare",
    "draw",
    "plots",
]


class CallablePackage(types.ModuleType):
    """A package that can be called, so that ``tf.examine()`` and its modules share a name."""

    def __call__(self) -> Examination:
        """Begin an examination; use it as a context manager or decorator."""
        return Examination()


sys.modules[__name__].__class__ = CallablePackage
