"""Modules, checkpoints and what saving needs."""
