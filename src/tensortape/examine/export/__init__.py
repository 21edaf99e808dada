"""Flows as files for other programs, and as pictures."""
