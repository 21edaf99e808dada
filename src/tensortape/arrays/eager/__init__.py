"""The NumPy namespace: the kernel language computed now, on ndarrays and NumPy scalars.

Each module holds the primitives of one family; every public function of a module is a primitive.
NumPy's own functions serve where they mean the same.
"""
