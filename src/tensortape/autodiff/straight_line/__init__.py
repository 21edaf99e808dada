"""Backward walks that come again, as straight-line code.

A loop records the same operations on values of the same shapes in every iteration, and each time
the walk finds out anew which rule meets which cotangent. After some iterations it is done once
with values that note what is computed with them (``noted``); what they noted becomes a Python
function, which first makes sure that a tape holds what it was written for (``written``). ``shelf``
keeps the functions by the operations they belong to. They call what the rules call, in the same
order, so that not a bit of a gradient changes.
"""
