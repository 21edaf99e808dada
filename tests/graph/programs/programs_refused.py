"""What branches and loops refuse, and effects within loops."""

import pathlib
import tempfile

from traced import attempt, each, grads


def undefined_after_a_branch(tf):
    def f(x):
        if x > 0:
            y = x
        if x > 1:
            y = x + 1
        return y

    return each(tf, f, tf.constant(2), tf.constant(0))


def undefined_but_not_used(tf):
    def f(x):
        if x > 0:
            y = x * 2
        return x

    return each(tf, f, tf.constant(2), tf.constant(0))


def undefined_before_a_loop_that_reads_it(tf):
    def f(n):
        i = 0
        while i < n:
            if i > 0:
                y = y + 1  # noqa: F821
            else:
                y = 0
            i += 1
        return i

    return each(tf, f, tf.constant(3))


def structures_that_differ_in_branches(tf):
    def f(x):
        if x > 0:
            y = (x, x)
        else:
            y = (x,)
        return y

    def g(x):
        if x > 0:
            y = {"a": x}
        else:
            y = [x]
        return y

    return each(tf, f, tf.constant(2)), each(tf, g, tf.constant(2))


def shapes_that_differ_in_branches(tf):
    def f(x):
        if tf.reduce_sum(x) > 0:
            y = x[:1]
        else:
            y = x
        return y

    return each(tf, f, tf.constant([2, 1]), tf.constant([-2, 1]))


def dtypes_that_differ_in_cond(tf):
    def f(x):
        return tf.cond(x > 0, lambda: 1, lambda: 2.0)

    def g(x):
        return tf.cond(x > 0, lambda: tf.constant(1), lambda: tf.constant(2, tf.int64))

    def h(x):
        return tf.cond(x > 0, lambda: (x, x), lambda: x)

    return [each(tf, c, tf.constant(2), tf.constant(-2)) for c in (f, g, h)]


def nothing_in_a_cond(tf):
    def f(x):
        return tf.cond(x > 0, lambda: None, lambda: None)

    def g(x):
        return tf.cond(x > 0, lambda: x, lambda: None)

    return [each(tf, c, tf.constant(2)) for c in (f, g)]


def loop_variables_change_structure(tf):
    def f(n):
        y = (n, n)
        for i in tf.range(n):
            y = (i,)
        return y

    def g(n):
        y = n
        for i in tf.range(n):
            y = [i, y]
        return y

    return each(tf, f, tf.constant(2)), each(tf, g, tf.constant(2))


def loop_variables_change_shape(tf):
    def f(x):
        for _ in tf.range(2):
            x = x[:, None]
        return x

    def g(x):
        i = 0
        while i < 2:
            x = tf.concat([x, x], 0)
            i += 1
        return x

    def h(x):
        return tf.while_loop(lambda x: tf.size(x) < 9, lambda x: [tf.concat([x, x], 0)], [x])

    return [each(tf, c, tf.constant([1.0, 2.0])) for c in (f, g, h)]


def loop_variables_become_none(tf):
    def f(n):
        y = n
        for i in tf.range(n):
            y = None
        return y

    return each(tf, f, tf.constant(2))


def while_loop_dtypes(tf):
    def f(x):
        return tf.while_loop(lambda x: x < 3, lambda x: [x + 0.5], [x])

    def g(x):
        return tf.while_loop(lambda x, y: x < 3, lambda x, y: [x + 1], [x, x])

    def h(x):
        return tf.while_loop(lambda x: x, lambda x: [x - 1], [x])

    return [each(tf, c, tf.constant(1)) for c in (f, g, h)]


def python_numbers_become_tensors_in_loops(tf):
    def f(n):
        a, b, c = 1, 1.5, True
        for _ in tf.range(n):
            a, b, c = a + 1, b * 2.0, not c
        return a, b, c

    return each(tf, f, tf.constant(3), tf.constant(0))


def int_meets_float_in_a_loop(tf):
    def f(n):
        total = 0
        for _ in tf.range(n):
            total += 0.5
        return total

    return each(tf, f, tf.constant(3), 3)


def wide_ints_in_loops(tf):
    def f(n):
        total = 0
        for i in tf.range(n):
            total += i
        return total

    return each(tf, f, tf.constant(3, tf.int64), tf.constant(3, tf.int32))


def returns_in_one_branch_only(tf):
    def f(x):
        if x > 0:
            return x

    def g(x):
        for i in tf.range(3):
            if i == x:
                return i

    return [each(tf, c, tf.constant(2), tf.constant(-2)) for c in (f, g)]


def returns_of_several_dtypes(tf):
    def f(x):
        if x > 0:
            return 1
        return 1.5

    def g(x):
        if x > 0:
            return x, 1
        return x

    return [each(tf, c, tf.constant(2), tf.constant(-2)) for c in (f, g)]


def break_in_an_unrolled_loop(tf):
    def f(x):
        for k in range(5):
            x = x + k
            if x > 4:
                break
        return x

    def g(x):
        for k in [1, 2, 3]:
            if x > k:
                continue
            x = x + 10 * k
        return x

    return [each(tf, c, tf.constant(2), tf.constant(5)) for c in (f, g)]


def condition_of_another_dtype(tf):
    def f(x):
        if x:
            return 1
        return 2

    def g(x):
        while x:
            x = x - 1
        return x

    points = (tf.constant(2), tf.constant(0), tf.constant(1.5))
    return each(tf, f, *points), each(tf, g, tf.constant(2), tf.constant(2.0))


def negative_and_wrong_writes(tf):
    def write(i):
        return tf.TensorArray(tf.float32, 2).write(i, 1.0).stack()

    def twice(i):
        return tf.TensorArray(tf.float32, 2).write(i, 1.0).write(i, 2.0).stack()

    def kinds(i):
        return tf.TensorArray(tf.float32, 2).write(i, 1).stack()

    def shapes(i):
        return tf.TensorArray(tf.float32, 2).write(0, [1.0]).write(1, [1.0, 2.0]).stack()

    return [each(tf, f, tf.constant(0), tf.constant(5)) for f in (write, twice, kinds, shapes)]


def reading_what_was_not_written(tf):
    def f(i):
        a = tf.TensorArray(tf.float32, 3, element_shape=[2], clear_after_read=False)
        a = a.write(1, [1.0, 2.0])
        return a.read(i)

    return each(tf, f, tf.constant(1), tf.constant(0), tf.constant(9))


def tensor_array_parts(tf):
    def f(x):
        a = tf.TensorArray(tf.float32, 0, dynamic_size=True, infer_shape=False)
        for i in tf.range(3):
            a = a.write(i, x[: i + 1])
        return a.concat(), a.size()

    x = tf.constant([1.0, 2.0, 3.0])
    traced = tf.function(f)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, n = traced(x)
    return y, n, tape.gradient(y, x)


def tensor_array_split_and_scatter(tf):
    def f(x):
        a = tf.TensorArray(tf.float32, 3, infer_shape=False).split(x, [1, 3, 2])
        b = tf.TensorArray(tf.float32, 4).scatter([3, 1, 0, 2], x[:4])
        total = tf.reduce_sum(b.stack() * [1.0, 2.0, 3.0, 4.0])
        for i in tf.range(3):
            total += tf.reduce_prod(a.read(i))
        return total

    return grads(tf, f, tf.constant([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))


def tensor_arrays_in_branches(tf):
    def f(x):
        a = tf.TensorArray(tf.float32, 2)
        if x > 0.0:
            a = a.write(0, x).write(1, x * x)
        else:
            a = a.write(0, -x).write(1, x * 0.0)
        return a.stack()

    return [grads(tf, f, tf.constant(v)) for v in (2.0, -3.0)]


def prints_within_a_loop(tf):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "out.txt"

        @tf.function
        def f(x):
            for i in tf.range(3):
                if i != 1:
                    tf.print("step", i, x * 2.0, output_stream=f"file://{path}", sep="|")
                x = x * x
            return x

        y = f(tf.constant([1.0, 2.0]))
        return y, path.read_text().splitlines()


def python_functions_in_loops(tf):
    seen = []

    def note(i, x):
        seen.append(int(i))
        return x * 2.0

    @tf.function
    def f(x):
        for i in tf.range(3):
            x = tf.py_function(note, [i, x], tf.float32)
            x.set_shape([2])
        return x

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, seen, tape.gradient(y, x)


def numpy_functions_in_branches(tf):
    calls = []

    def double(a):
        calls.append(a.shape)
        return a * 2.0

    @tf.function
    def f(x):
        if tf.reduce_sum(x) > 0.0:
            y = tf.numpy_function(double, [x], tf.float32)
            y = tf.ensure_shape(y, [2])
        else:
            y = x
        return y

    return f(tf.constant([1.0, 2.0])), f(tf.constant([-1.0, -2.0])), calls


def errors_within_loops(tf):
    @tf.function
    def f(x, n):
        for i in tf.range(n):
            x = x + tf.gather(x, [i])
        return x

    return [attempt(f, tf.constant([1.0, 2.0]), tf.constant(n)) for n in (2, 4)]


def errors_leave_earlier_assignments(tf):
    v = tf.Variable(0)

    @tf.function
    def f(x):
        for k in x:
            v.assign_add(k)
            tf.debugging.assert_positive(k)
        return v.read_value()

    return attempt(f, tf.constant([1, 2, -5, 10])), v, attempt(f, tf.constant([1])), v


def exceptions_of_python_while_tracing(tf):
    def f(x, k):
        try:
            y = {"a": x}[k]
        except KeyError:
            y = x * 10
        else:
            y = y + 1
        finally:
            z = x * 2
        if x > 0:
            y = y + z
        return y

    return each(tf, f, (tf.constant(1), "a"), (tf.constant(1), "b"), (tf.constant(-1), "b"))


def raise_under_a_tensor(tf):
    def f(x):
        if x > 0:
            raise ValueError("positive")
        return x

    return each(tf, f, tf.constant(1), tf.constant(-1))


def raise_under_a_python_condition(tf):
    def f(x, limit):
        if limit is None:
            raise ValueError("no limit")
        if not isinstance(limit, int):
            raise TypeError("limit")
        return tf.minimum(x, limit)

    return each(tf, f, (tf.constant(5), 3), (tf.constant(5), None), (tf.constant(5), 1.5))


def tensors_as_indices_of_lists(tf):
    def f(i):
        return [10, 20, 30][i]

    def g(i):
        return {0: 1.0, 1: 2.0}[i]

    return each(tf, f, tf.constant(1)), each(tf, g, tf.constant(1))


def len_of_unknown_sizes(tf):
    def f(x):
        total = 0
        for i in range(len(x)):
            total += x[i]
        return total, len(x)

    options = {"input_signature": [tf.TensorSpec([None], tf.int32)]}
    return each(tf, f, tf.constant([1, 2, 3]), tf.constant([], tf.int32), **options)


def iterating_unknown_sizes(tf):
    def f(x):
        total = 0.0
        for row in x:
            for v in row:
                total += v * v
        return total

    options = {"input_signature": [tf.TensorSpec([None, None], tf.float32)]}
    traced = tf.function(f, **options)
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(x)
    return y, tape.gradient(y, x), traced(tf.zeros([0, 3]))


def iterating_a_scalar(tf):
    def f(x):
        total = 0
        for v in x:
            total += v
        return total

    return each(tf, f, tf.constant(3))


def loop_options_and_limits(tf):
    def f(n):
        total = 0
        for i in tf.range(n):
            tf.autograph.experimental.set_loop_options(
                parallel_iterations=2, swap_memory=True, maximum_iterations=3
            )
            total += i
        return total

    return each(tf, f, tf.constant(2), tf.constant(10))


def invariants_that_are_too_narrow(tf):
    def f(x):
        return tf.while_loop(
            lambda x: tf.size(x) < 5,
            lambda x: [tf.concat([x, x], 0)],
            [x],
            shape_invariants=[tf.TensorShape([3])],
        )

    return each(tf, f, tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0, 3.0]))


def calls_of_other_functions_in_loops(tf):
    v = tf.Variable(1.0)

    @tf.function
    def step(x):
        v.assign(v * 1.5)
        return x * v

    @tf.function
    def f(x):
        for _ in tf.range(3):
            x = step(x)
        return x

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, x), v


def datasets_built_within(tf):
    @tf.function
    def f(n):
        total = tf.constant(0, tf.int64)
        data = tf.data.Dataset.range(n).filter(lambda k: k % 2 == 1).map(lambda k: k * k)
        for k in data.take(3):
            if k > 20:
                break
            total += k
        return total

    return [attempt(f, tf.constant(n, tf.int64)) for n in (3, 10, 0)]


def datasets_zipped_and_reduced(tf):
    @tf.function
    def f(x):
        a = tf.data.Dataset.from_tensor_slices(x)
        pairs = tf.data.Dataset.zip((a, a.skip(1)))
        steps = pairs.reduce(0.0, lambda s, p: s + tf.abs(p[1] - p[0]))
        total = 0.0
        for one, two in pairs:
            total += one * two
        return steps, total

    return f(tf.constant([1.0, 4.0, 2.0, 7.0]))
