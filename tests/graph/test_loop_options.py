"""`tf.autograph.experimental.set_loop_options`: the loop runs once, with its options."""

import tensortape as tf

options = tf.autograph.experimental.set_loop_options


def test_effects_of_a_loop_with_options_happen_once():
    v = tf.Variable(0)

    @tf.function
    def count(n):
        array = tf.TensorArray(tf.int32, 0, dynamic_size=True)
        for i in tf.range(n):
            options(maximum_iterations=2)
            v.assign_add(1)
            array = array.write(i, i)
        return array.stack(), v.read_value()

    stack, counted = count(tf.constant(5))
    assert stack.numpy().tolist() == [0, 1]
    assert int(counted) == int(v) == 2


def test_a_shape_and_a_maximum_together():
    @tf.function
    def grow(n):
        i, rows = 0, tf.zeros([0], tf.int32)
        while i < n:
            options(
                maximum_iterations=3,
                shape_invariants=[(rows, tf.TensorShape([None]))],
            )
            rows = tf.concat([rows, [i]], 0)
            i += 1
        return i, rows

    i, rows = grow(tf.constant(5))
    assert int(i) == 3
    assert rows.numpy().tolist() == [0, 1, 2]


def test_options_of_loops_in_loops():
    @tf.function
    def total(n):
        s = 0
        for i in tf.range(n):
            options(maximum_iterations=2)
            for _ in tf.range(i):
                options(maximum_iterations=1)
                s += 1 + i
            s += 10
        return s

    assert int(total(tf.constant(5))) == 22
