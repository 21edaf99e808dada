"""The health of a training's gradients: by layer, live, with alerts, plots and a page."""

from __future__ import annotations

from tensortape.examine.health.alerts import Alert
from tensortape.examine.health.callback import GradientHealth
from tensortape.examine.health.measures import LayerStep

__all__ = ["Alert", "GradientHealth", "LayerStep"]
