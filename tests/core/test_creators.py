"""``tf.variable_creator_scope``."""

import pytest

import tensortape as tf


def recording(seen, **changes):
    def creator(next_creator, **kwargs):
        seen.append(kwargs)
        return next_creator(**kwargs | changes)

    return creator


def test_creators_change_arguments_the_inner_one_first():
    outer, inner = [], []
    with tf.variable_creator_scope(recording(outer, trainable=False)):
        with tf.variable_creator_scope(recording(inner, name="renamed")):
            v = tf.Variable([1.0], name="first", trainable=True)
        w = tf.Variable(2.0)
    assert (v.name, v.trainable, w.name, w.trainable) == ("renamed:0", False, "Variable:0", False)
    assert (inner[0]["name"], outer[0]["name"], outer[0]["trainable"]) == ("first", "renamed", True)
    assert len(outer) == 2
    assert set(outer[0]) >= {"initial_value", "dtype", "shape", "constraint", "validate_shape"}
    assert outer[0]["aggregation"] == tf.VariableAggregation.NONE
    assert outer[0]["synchronization"] == tf.VariableSynchronization.AUTO
    assert tf.Variable(1.0).trainable


def test_what_a_creator_returns_is_what_the_program_gets():
    shared = tf.Variable(3.0)
    with tf.variable_creator_scope(lambda next_creator, **kwargs: shared):
        assert tf.Variable(1.0) is shared
    with (
        tf.variable_creator_scope(lambda next_creator, **kwargs: next_creator()),
        pytest.raises(ValueError, match="initial_value"),
    ):
        tf.Variable(1.0)


def test_in_a_traced_function():
    made = []

    @tf.function
    def f(x):
        if not made:
            with tf.variable_creator_scope(recording([], trainable=False)):
                made.append(tf.Variable(2.0))
        return made[0] * x

    assert f(tf.constant(3.0)) == 6.0
    assert not made[0].trainable
