"""Differentiation: the tape, the backward walk, custom rules, forward mode, Jacobians."""
