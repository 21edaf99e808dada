"""What users get to read when a traced function goes wrong: what, received, cure, their line."""

from __future__ import annotations

import numpy as np
import pytest

import tensortape as tf

KEPT = []


@tf.function
def leaks(x):
    KEPT.append(x * 2)
    return x


@tf.function
def appends(n):
    rows = []
    for i in tf.range(n):
        rows.append(i)
    return rows


@tf.function
def counts(x):
    return float(x.numpy())


@tf.function
def through_numpy(x):
    return np.sin(x)


@tf.function(autograph=False)
def decides(x):
    if x > 0:
        return x
    return -x


@tf.function
def makes_a_variable(x):
    return x * tf.Variable(1.0)


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def signed(x):
    return x


@tf.function
def product(x, w):
    return tf.matmul(x, w)


@tf.function
def half_defined(x):
    if x > 0:
        y = x
    return y


@tf.function
def half_returned(x):
    if x > 0:
        return x


@tf.function
def reshapes(x, n):
    return tf.reshape(x, [n, 2])


@tf.function
def grows(n):
    row = tf.zeros([1])
    for _ in tf.range(n):
        row = tf.concat([row, [1.0]], 0)
    return row


@tf.function
def unsure(x):
    tf.debugging.assert_positive(x, message="must be positive")
    return tf.math.log(x)


@tf.function
def gives_an_object(x):
    return {"a": x, "b": object()}


def leaked():
    leaks(tf.constant(1.0))
    return KEPT[-1]


@tf.function
def calls_numpy(x):
    return tf.numpy_function(lambda a: a, [x], tf.float32)


@tf.function
def defined_late(x):
    for i in tf.range(3):
        if i > 1:
            y = x
    return y


@tf.function
def shrinks(x):
    while x > 0:
        x = x - 1
    return x


@tf.function
def signs(x):
    return 1 if x > 0 else -1


@tf.function
def element(x, k):
    return x[k]


ONE = tf.constant(1.0)
PAIR = tf.constant([1.0, 2.0])
CASES = {
    "leaked": (lambda: leaked() + 1, TypeError, ("out of scope", "test_messages.py:15", "Return")),
    "leaked numpy": (lambda: leaked().numpy(), AttributeError, ("out of scope", "Return it")),
    "leaked across": (
        lambda: tf.function(lambda y: y + leaked())(ONE),
        TypeError,
        ("out of scope", "pass it as an argument"),
    ),
    "list in a loop": (lambda: appends(tf.constant(3)), ValueError, ("TensorArray",)),
    "numpy()": (lambda: counts(ONE), AttributeError, ("py_function", "x.numpy()")),
    "NumPy": (lambda: through_numpy(ONE), NotImplementedError, ("numpy_function", "np.sin(x)")),
    "no AutoGraph": (
        lambda: decides(ONE),
        tf.errors.OperatorNotAllowedInGraphError,
        ("AutoGraph is off", "tf.cond"),
    ),
    "variables": (
        lambda: makes_a_variable(ONE),
        ValueError,
        ("created outside tf.function", "tf.Variable(1.0)"),
    ),
    "signature's shape": (lambda: signed(tf.ones([1])), TypeError, ("float32(1,)", "(None, 2)")),
    "signature's dtype": (
        lambda: signed(tf.ones([1, 2], tf.int32)),
        TypeError,
        ("int32", "asks for float32"),
    ),
    "too many": (lambda: signed(tf.ones([1, 2]), 3), TypeError, ("signed(x)", "too many")),
    "too few": (lambda: product(tf.ones([1, 2])), TypeError, ("'w'", "product(x, w)")),
    "shapes": (
        lambda: product(tf.ones([2, 3]), tf.ones([2, 3])),
        ValueError,
        ("[2,3], In[1]: [2,3]", "return tf.matmul(x, w)"),
    ),
    "dtypes": (
        lambda: tf.function(lambda x: x + tf.constant(1))(ONE),
        TypeError,
        ("int32", "float32", "tf.cast", "x + tf.constant(1)"),
    ),
    "one branch": (lambda: half_defined(ONE), ValueError, ("'y'", "else branch", "if x > 0:")),
    "one return": (lambda: half_returned(ONE), ValueError, ("all branches", "if x > 0:")),
    "at run time": (
        lambda: reshapes(tf.ones([5]), tf.constant(3)),
        tf.errors.InvalidArgumentError,
        ("(3, 2)", "float32[5]", "test_messages.py:"),
    ),
    "growing": (
        lambda: grows(tf.constant(3)),
        ValueError,
        ("(1,)", "(2,)", "shape_invariants", "in tf.range(n)"),
    ),
    "assertion": (
        lambda: unsure(-ONE),
        tf.errors.InvalidArgumentError,
        ("must be positive", "-1.0", "test_messages.py:"),
    ),
    "no graph": (
        lambda: calls_numpy.get_concrete_function(ONE),
        NotImplementedError,
        ("calls_numpy", "plain Python", "no known rank"),
    ),
    "late": (lambda: defined_late(ONE), ValueError, ("'y'", "before the loop", "tf.range(3)")),
    "loop on a vector": (lambda: shrinks(PAIR), ValueError, ("one value", "(2,)", "reduce_any")),
    "branch on a vector": (
        lambda: signs(PAIR),
        tf.errors.InvalidArgumentError,
        ("one value", "(2,)", "tf.where"),
    ),
    "index too large": (
        lambda: element(PAIR, tf.constant(9)),
        tf.errors.InvalidArgumentError,
        ("9 is not in [0, 2)", "test_messages.py:"),
    ),
    "index too small": (
        lambda: element(PAIR, tf.constant(-5)),
        tf.errors.InvalidArgumentError,
        ("not in [0, 2)",),
    ),
    "object": (lambda: gives_an_object(ONE), TypeError, ("gives_an_object", "type object")),
}


@pytest.mark.parametrize("name", CASES)
def test_message(name):
    call, kind, parts = CASES[name]
    with pytest.raises(kind) as caught:
        call()
    told = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", ())])
    for part in parts:
        assert part in told, told


def test_negative_indices_count_from_the_end():
    assert float(element(PAIR, tf.constant(-1))) == 2.0
    assert float(element(PAIR, tf.constant(-2))) == 1.0


def test_lines_without_notes():
    """Python 3.10 has no notes: the user's lines end the message."""
    from tensortape.graph.autograph import lines

    class Plain:
        args = ("no such thing", 3)

    lines._add_note(Plain, "in user code: here")
    assert Plain.args == ("no such thing\n\nin user code: here", 3)
    assert Plain.__notes__ == ["in user code: here"]
