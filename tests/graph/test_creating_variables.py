"""Functions that make variables at their first call are traced twice, also within functions."""

import tensortape as tf


def counting(made, traces):
    """A function that makes a variable in its first trace, and says in the result that it did."""

    @tf.function
    def inner(x):
        first = not made
        traces.append(first)
        if first:
            made.append(tf.Variable(2.0))
        return x * made[0] + (100.0 if first else 0.0)

    return inner


def test_the_trace_that_made_variables_is_not_the_one_that_runs():
    traces = []
    assert float(counting([], traces)(tf.constant(1.0))) == 2.0
    assert traces == [True, False]


def test_that_holds_for_functions_called_by_functions():
    traces, outer_traces = [], []
    inner = counting([], traces)

    @tf.function
    def outer(x):
        outer_traces.append(1)
        return inner(x) + 1.0

    assert [float(outer(tf.constant(1.0))) for _ in range(2)] == [3.0, 3.0]
    assert traces == [True, False]
    assert outer_traces == [1]
