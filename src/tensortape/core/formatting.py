"""How tensors and variables print: TensorFlow's text, character by character.

Every function is pure: it takes values (an array, a NumPy scalar, or bytes), names, and shapes as
a tuple or a `TensorShape`. NumPy's own print options apply, as they do in TensorFlow.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def numpy_text(value: Any, is_repr: bool = False) -> str:
    """An array as NumPy prints it; on a line of its own when it needs more than one.

    A single number prints as the Python number in a `repr` (all its digits) and as the NumPy
    number otherwise.

    >>> numpy_text(np.float32(0.1)), numpy_text(np.float32(0.1), is_repr=True)
    ('0.1', '0.10000000149011612')

    Source: `tensorflow.python.framework.ops.numpy_text`.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if is_repr and isinstance(value, np.generic):
        value = value.item()
    text = repr(value) if is_repr else str(value)
    return "\n" + text if "\n" in text else text


def shape_text(shape: Any) -> str:
    """A shape given as a tuple, list or `TensorShape`; `None` is a shape of unknown rank."""
    if shape is None:
        return "<unknown>"
    return str(tuple(shape)) if isinstance(shape, (tuple, list)) else str(shape)


def tensor_str(value: Any, dtype_name: str) -> str:
    """`str` of an eager tensor.

    >>> tensor_str(np.float32(3), "float32")
    'tf.Tensor(3.0, shape=(), dtype=float32)'
    >>> print(tensor_str(np.ones((2, 1)), "float64"))
    tf.Tensor(
    [[1.]
     [1.]], shape=(2, 1), dtype=float64)
    """
    return f"tf.Tensor({numpy_text(value)}, shape={np.shape(value)}, dtype={dtype_name})"


def tensor_repr(value: Any, dtype_name: str) -> str:
    """`repr` of an eager tensor.

    >>> tensor_repr(np.float32(3), "float32")
    '<tf.Tensor: shape=(), dtype=float32, numpy=3.0>'
    """
    text = numpy_text(value, is_repr=True)
    return f"<tf.Tensor: shape={np.shape(value)}, dtype={dtype_name}, numpy={text}>"


def symbolic_str(dtype_name: str, shape: Any, name: str, device: str = "") -> str:
    """`str` of a tensor of a graph, which has no value.

    >>> symbolic_str("float32", (None, 2), "add:0"), symbolic_str("int32", None, "x:0")
    ('Tensor("add:0", shape=(None, 2), dtype=float32)', 'Tensor("x:0", dtype=int32)')
    """
    text = shape_text(shape)
    shape_part = "" if text == "<unknown>" else f", shape={text}"
    device_part = f", device={device}" if device else ""
    return f'Tensor("{name}"{shape_part}, dtype={dtype_name}{device_part})'


def symbolic_repr(dtype_name: str, shape: Any, name: str) -> str:
    """`repr` of a tensor of a graph.

    >>> symbolic_repr("float32", None, "add:0")
    "<tf.Tensor 'add:0' shape=<unknown> dtype=float32>"
    """
    return f"<tf.Tensor '{name}' shape={shape_text(shape)} dtype={dtype_name}>"


def variable_repr(value: Any, dtype_name: str, shape: Any, name: str) -> str:
    """`repr` and `str` of a variable; `value` is `None` while a graph is being built.

    >>> variable_repr(np.float32(1), "float32", (), "x:0")
    "<tf.Variable 'x:0' shape=() dtype=float32, numpy=1.0>"
    >>> variable_repr(None, "float32", (None, 2), "x:0")
    "<tf.Variable 'x:0' shape=(None, 2) dtype=float32>"
    """
    value_part = "" if value is None else f", numpy={numpy_text(value, is_repr=True)}"
    return f"<tf.Variable '{name}' shape={shape_text(shape)} dtype={dtype_name}{value_part}>"


def sparse_str(type_name: str, indices: Any, values: Any, dense_shape: Any = None) -> str:
    """`str` of `IndexedSlices` and `SparseTensor`: the name and the tensors it consists of.

    >>> sparse_str("IndexedSlices", "I", "V")
    'IndexedSlices(indices=I, values=V)'
    """
    dense_part = "" if dense_shape is None else f", dense_shape={dense_shape}"
    return f"{type_name}(indices={indices}, values={values}{dense_part})"


def format_value(value: Any, spec: str) -> str:
    """What `format(tensor, spec)` gives: the format of the NumPy value.

    Raises `TypeError`, as NumPy does, for a non-empty `spec` and more than one element.

    >>> format_value(np.asarray(3.14159), ".3f"), format_value(np.arange(2), "")
    ('3.142', '[0 1]')
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    return format(value, spec)
