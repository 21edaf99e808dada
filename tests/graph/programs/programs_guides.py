"""As guides and repositories write it: seeded draws in loops, generators, checks, averages."""

import collections

from traced import attempt, each


def draws_in_a_loop(tf):
    """Each branch and each loop's body numbers its operations from zero."""

    @tf.function
    def f(n):
        rows = tf.TensorArray(tf.float32, n)
        before = tf.random.uniform([])
        for i in tf.range(n):
            rows = rows.write(i, tf.random.uniform([]))
        return before, rows.stack(), tf.random.uniform([])

    tf.random.set_seed(7)
    return f(tf.constant(4)), f(tf.constant(3))


def draws_in_branches(tf):
    @tf.function
    def act(values, most):
        return tf.cond(
            tf.random.uniform([]) < most,
            lambda: tf.random.uniform([], maxval=3, dtype=tf.int64),
            lambda: tf.argmax(values),
        )

    tf.random.set_seed(7)
    return [act(tf.constant([0.1, 0.9, 0.3]), tf.constant(0.5)) for _ in range(6)]


def metropolis(tf):
    @tf.function
    def run(n):
        x, taken = tf.constant(0.0), tf.constant(0)
        rows = tf.TensorArray(tf.float32, n)
        for i in tf.range(n):
            offer = x + tf.random.normal([], stddev=0.5)
            if tf.math.log(tf.random.uniform([])) < 0.5 * (x**2 - offer**2):
                x = offer
                taken += 1
            rows = rows.write(i, x)
        return rows.stack(), taken

    tf.random.set_seed(7)
    return run(tf.constant(12))


def dropout_in_nested_loops(tf):
    @tf.function
    def f(x):
        s = tf.zeros_like(x)
        for _ in tf.range(2):
            for _ in tf.range(2):
                s += tf.nn.dropout(x, 0.5)
            s *= tf.random.uniform([])
        return s

    tf.random.set_seed(7)
    return f(tf.ones([4])), f(tf.ones([4]))


def generator(tf):
    generator = tf.random.Generator.from_seed(42)

    @tf.function
    def f():
        return (
            generator.normal([3]),
            generator.uniform([2], maxval=10, dtype=tf.int32),
            generator.truncated_normal([2]),
            generator.uniform_full_int([2], tf.int64),
            generator.make_seeds(2),
            generator.skip(3),
            generator.uniform([2]),
        )

    return f(), f(), generator.state


def generator_in_a_loop(tf):
    generator = tf.random.Generator.from_seed(1)

    @tf.function
    def f(n):
        total = tf.zeros([3])
        for i in tf.range(n):
            if i % 2 == 0:
                total += generator.normal([3])
            else:
                total -= generator.uniform([3])
        return total

    return f(tf.constant(3)), f(tf.constant(1)), generator.state


def generator_of_unknown_sizes(tf):
    generator = tf.random.Generator.from_seed(42)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.int32)])
    def f(x, n):
        return x + generator.normal(tf.shape(x)), generator.uniform([n, 2]), generator.skip(n)

    return f(tf.ones([3]), tf.constant(2)), f(tf.ones([5]), tf.constant(3)), generator.state


def generator_whose_counter_overflows(tf):
    generator = tf.random.Generator.from_state([-1, 0, 1], alg="philox")

    @tf.function
    def f():
        return generator.normal([2]), generator.skip(5), generator.normal([2])

    return f(), f(), generator.state


def augmentation_by_a_generator(tf):
    generator = tf.random.Generator.from_seed(123, alg="philox")

    @tf.function
    def f(x):
        seed = generator.make_seeds(2)[0]
        seed = tf.random.split(seed, num=1)[0, :]
        return tf.image.stateless_random_brightness(x, max_delta=0.5, seed=seed)

    return f(tf.ones([2, 2, 3])), f(tf.ones([2, 2, 3]))


def average_that_counts_updates(tf):
    count, v = tf.Variable(0, dtype=tf.int64), tf.Variable([1.0, 2.0])
    average = tf.train.ExponentialMovingAverage(0.99, num_updates=count)
    average.apply([v])

    @tf.function
    def f(x):
        count.assign_add(1)
        v.assign_add(x)
        average.apply([v])
        return average.average(v)

    return [f(tf.constant([1.0, 1.0])) for _ in range(3)]


def checks_whose_results_nobody_reads(tf):
    def plain(x):
        tf.debugging.check_numerics(x, "checked")
        return tf.constant(1)

    def looped(x):
        for _ in tf.range(3):
            tf.debugging.assert_all_finite(x, "checked")
            x = x * x
        return tf.size(x)

    def chosen(x):
        tf.cond(x > 0, lambda: tf.debugging.check_numerics(1 / (x - 1), "checked"), lambda: x)
        return x

    inner = tf.function(plain)

    def calling(x):
        inner(x)
        return tf.constant(2)

    points = [tf.constant(v) for v in (-1.0, 1.0, 1e30, float("nan"))]
    return [each(tf, f, *points) for f in (plain, looped, chosen, calling)]


def check_of_a_constant(tf):
    def f():
        tf.debugging.check_numerics([float("inf")], "checked")
        return tf.constant(1)

    return attempt(tf.function(f))


def exclusive_cases(tf):
    def f(x):
        pairs = [(x > 0, lambda: x), (x > 1, lambda: x * 2)]
        return tf.case(pairs, default=lambda: -x, exclusive=True)

    points = [tf.constant(v) for v in (0.5, 2.0, -1.0)]
    return each(tf, f, *points), [attempt(f, p) for p in points]


def while_loop_over_a_named_tuple(tf):
    State = collections.namedtuple("State", "i x")

    @tf.function
    def f(x):
        found = tf.while_loop(lambda i, x: i < 3, lambda i, x: State(i + 1, x * 2), State(0, x))
        return found.i, found.x

    return f(tf.constant(1.0))


def numpy_functions_of_other_results(tf):
    def given(what):
        def f(x):
            return tf.numpy_function(what, [x], tf.float32)

        return attempt(tf.function(f), tf.constant([1.0, 2.0]))

    return [
        given(lambda v: v.astype("float64")),
        given(lambda v: v[7]),
        given(lambda v: {}["a"]),
        given(lambda v: (v, v)),
        given(lambda v: [v]),
    ]


def effects_of_functions_that_give_nothing(tf):
    seen = []

    @tf.function
    def check(x):
        tf.debugging.assert_positive(x)

    @tf.function
    def told(x):
        tf.py_function(lambda v: seen.append(float(v)), [x], [])
        return tf.constant(1)

    def alone(x):
        check(x)
        return tf.constant(2)

    def in_a_loop(x):
        for _ in tf.range(3):
            told(x)
            check(x - 2.0)
            x = x - 1.0
        return x

    def in_a_branch(x):
        if x > 1.0:
            check(2.0 - x)
        return x

    points = [tf.constant(v) for v in (1.0, -1.0, 3.0, 6.0)]
    return [each(tf, f, *points) for f in (alone, in_a_loop, in_a_branch)], seen


def assertions_about_variables(tf):
    """They see the value the variable has in its place of the graph, not that while tracing."""
    checks = tf.debugging

    def adding(check):
        v = tf.Variable(0.0)

        def f(x):
            v.assign_add(x)
            check(v)
            return v.read_value()

        return each(tf, f, *(tf.constant(x) for x in (1.0, 0.0, 2.0, 3.0)))

    return [
        adding(check)
        for check in (
            lambda v: checks.assert_less(v, 5.0),
            lambda v: checks.assert_equal(v, tf.constant(1.0), message="one"),
            lambda v: checks.assert_greater(3.0, v),
            lambda v: checks.assert_near(v, 1.0),
            lambda v: tf.cond(v > 2.0, lambda: checks.assert_negative(v), tf.no_op),
            lambda v: checks.Assert(v < 5.0, [v]),
        )
    ]


def variables_as_sizes_and_bounds(tf):
    """Sizes that variables hold may change from call to call."""

    def counting(v):
        total = tf.constant(0)
        for i in tf.range(v):
            total += i
        return total, tf.range(v, 5), tf.range(0, 10, v)

    def shaped(v):
        return tf.zeros([v, 2]), tf.fill(v[None], 1), tf.reshape(tf.range(4), [v, -1])

    def cut(v):
        return tf.range(5)[v:], tf.slice(tf.range(5), [v], [1]), tf.split(tf.range(4), [v, 4 - v])

    def collected(v):
        rows = tf.TensorArray(tf.int32, tf.identity(v))
        for i in tf.range(v):
            rows = rows.write(i, v * i)
        return rows.stack(), tf.repeat([1, 2], v), tf.sequence_mask([1], v)

    def over_calls(f):
        v = tf.Variable(1)
        traced = tf.function(lambda: f(v))
        results = []
        for n in (2, 4, 1):
            v.assign(n)
            results.append(attempt(traced))
        return results

    return [over_calls(f) for f in (counting, shaped, cut, collected)]
