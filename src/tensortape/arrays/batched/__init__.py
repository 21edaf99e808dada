"""The batched namespace: values that carry one more axis (or several), with its structure.

A Jacobian is one backward pass whose cotangents are batched: entry ``b`` of the batch is the
cotangent for component ``b`` of the target. At the start that batch is the identity, and what is
computed from it usually stays sparse in a simple way: component ``b`` depends on row ``b`` of the
batch of data alone. Values here remember that (see :mod:`tensortape.arrays.batched.value`), so
that only what the answer holds is ever computed.
"""

from tensortape.arrays.batched.namespace import BatchedNamespace
from tensortape.arrays.batched.structure import dense, identity, in_batch, part_of_identity
from tensortape.arrays.batched.value import Batched

__all__ = ["Batched", "BatchedNamespace", "dense", "identity", "in_batch", "part_of_identity"]
