"""Rules of algebraic simplification, by kind of operation.

A rule takes the scan and a node and answers the ids that stand for the node's outputs, or ``None``.
"""
