"""The Taylor namespaces: values along a path, with their derivatives up to an order.

``series``: a value is a polynomial in one variable, its coefficients arrays. High derivatives cost
like the square of the order, where nested tapes cost two to its power. ``collapsed``: value, first
derivatives in many directions, and the *sum* of the second derivatives: the Laplacian in one pass.

Sources: Griewank & Walther, Evaluating Derivatives, chapter 13; Dangel et al., Collapsing Taylor
Mode Automatic Differentiation (2025).
"""

from __future__ import annotations
