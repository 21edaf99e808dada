"""`tf.function`: when it traces, what it takes and gives, variables, closures, errors."""

DIFFERS = {
    "int_and_float_and_bool": (
        "1, 1.0 and True are different signatures; TensorFlow takes the trace of the first for all",
        {"tuple": [2, {"dtype": "int32", "shape": [], "values": [1]}]},
    ),
    "init_scope_computes_now": (
        "float() of a known tensor is a float; TensorFlow makes a tensor of it in traced code",
        {"tuple": [{"dtype": "float32", "shape": [], "values": [7.0]}, {"list": [6.0]}]},
    ),
}


def _count(tf, calls, **options):
    """How often a function is traced for these calls of it, and what the last one gives."""
    traced = []

    @tf.function(**options)
    def f(x, y=2.0):
        traced.append(1)
        return x * y

    for call in calls:
        last = call(f)
    return len(traced), last


def _raised(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "nothing"


def same_shape_once(tf):
    return _count(tf, [lambda f: f(tf.constant(1.0)), lambda f: f(tf.constant(2.0))])


def each_shape(tf):
    return _count(tf, [lambda f: f(tf.constant(1.0)), lambda f: f(tf.constant([1.0, 2.0]))])


def each_dtype(tf):
    double = tf.constant(1.0, tf.float64)
    return _count(tf, [lambda f: f(tf.constant(1.0)), lambda f: f(double, double)])


def python_numbers_by_value(tf):
    return _count(tf, [lambda f: f(1.0), lambda f: f(2.0), lambda f: f(1.0)])


def int_and_float_and_bool(tf):
    return _count(tf, [lambda f: f(1, 1), lambda f: f(1.0, 1.0), lambda f: f(1, 1)])


def defaults_and_keywords(tf):
    x = tf.constant(3.0)
    calls = [lambda f: f(x), lambda f: f(x, 2.0), lambda f: f(x, y=2.0), lambda f: f(x=x)]
    return _count(tf, calls)


def numpy_arrays_count_as_tensors(tf):
    import numpy as np

    a = np.float32(1.0), np.float32(2.0)
    return _count(tf, [lambda f: f(np.ones(2, "f4")), lambda f: f(np.zeros(2, "f4"))]), len(a)


def reduce_retracing(tf):
    calls = [lambda f, n=n: f(tf.ones([n])) for n in (1, 2, 3, 4)]
    return _count(tf, calls, reduce_retracing=True)


def input_signature(tf):
    spec = [tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.float32)]
    calls = [lambda f, n=n: f(tf.ones([n]), tf.constant(2.0)) for n in (1, 2, 3)]
    return _count(tf, calls, input_signature=spec)


def input_signature_casts_numbers(tf):
    f = tf.function(lambda x: x * 2.0, input_signature=[tf.TensorSpec([], tf.float32)])
    return f(3), f(4.0)


def input_signature_refuses_shapes(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([2], tf.float32)])
    return _raised(lambda: f(tf.ones([3]))), _raised(lambda: f(tf.ones([2], tf.int32)))


def input_signature_and_too_many_arguments(tf):
    f = tf.function(lambda x: x, input_signature=[tf.TensorSpec([2], tf.float32)])
    return _raised(lambda: f(tf.ones([2]), 1.0)), _raised(f)


def unknown_sizes_are_none(tf):
    seen = []

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def f(x):
        seen.append(str(x.shape.as_list()))
        return tf.reduce_sum(x, 0), tf.shape(x)[0]

    return f(tf.ones([2, 3])), f(tf.ones([5, 3])), seen


def lists_and_dictionaries(tf):
    traced = []

    @tf.function
    def f(nest):
        traced.append(1)
        return {"sum": nest["a"][0] + nest["a"][1], "b": nest["b"]}

    one = f({"a": [tf.constant(1.0), tf.constant(2.0)], "b": tf.constant(3)})
    two = f({"a": [tf.constant(4.0), tf.constant(5.0)], "b": tf.constant(6)})
    f({"a": (tf.constant(4.0), tf.constant(5.0)), "b": tf.constant(6)})
    return one, two, len(traced)


def returns_none(tf):
    return tf.function(lambda x: None)(tf.constant(1.0))


def returns_python_numbers(tf):
    return tf.function(lambda x: (1, 2.5, True, x))(tf.constant(1.0))


def returns_a_nest(tf):
    return tf.function(lambda x: {"a": [x, (x * 2.0, None)], "b": x})(tf.constant(1.0))


def returns_an_argument(tf):
    x = tf.constant([1.0, 2.0])
    return tf.function(lambda x: x)(x)


def returns_a_string(tf):
    return tf.function(lambda: "text")()


def returns_an_object(tf):
    return _raised(lambda: tf.function(lambda: object())())


def side_effects_once(tf):
    log = []

    @tf.function
    def f(x):
        log.append("traced")
        return x

    for _ in range(3):
        f(tf.constant(1.0))
    return log


def closure_over_a_tensor(tf):
    w = tf.constant(3.0)
    f = tf.function(lambda x: x * w)
    return f(tf.constant(2.0))


def closure_over_a_python_value_is_frozen(tf):
    box = [1.0]
    f = tf.function(lambda x: x * box[0])
    first = f(tf.constant(2.0))
    box[0] = 10.0
    return first, f(tf.constant(2.0))


def gradient_of_a_captured_tensor(tf):
    w = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.function(lambda x: x * w * w)(tf.constant(2.0))
    return tape.gradient(y, w)


def variable_is_read_anew(tf):
    v = tf.Variable(1.0)
    f = tf.function(lambda: v * 2.0)
    first = f()
    v.assign(5.0)
    return first, f()


def variable_is_assigned(tf):
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        v.assign_add(x)
        return v * 2.0

    return f(tf.constant(2.0)), f(tf.constant(3.0)), v.numpy()


def assign_then_read_then_assign(tf):
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def f():
        a = v + 1.0
        v.assign(a * 10.0)
        b = v + 1.0
        v.assign_sub(b)
        return a, b

    return f(), v.numpy()


def variable_assigned_in_a_branch(tf):
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        if x > 0:
            v.assign(x)
        else:
            v.assign_add(10.0)
        return v.read_value()

    return f(tf.constant(3.0)), f(tf.constant(-1.0)), v.numpy()


def variable_assigned_in_a_loop(tf):
    v = tf.Variable(0.0)

    @tf.function
    def f(n):
        for i in tf.range(n):
            v.assign_add(tf.cast(i, tf.float32))
        return v + 0.0

    return f(tf.constant(4)), f(tf.constant(3)), v.numpy()


def variable_as_an_argument(tf):
    traced = []

    @tf.function
    def f(v):
        traced.append(1)
        return v * 2.0

    a = tf.Variable(1.0)
    first = f(a)
    a.assign(4.0)
    return first, f(a), len(traced)


def variables_made_on_the_first_call(tf):
    class Model:
        def __init__(self):
            self.v = None

        @tf.function
        def __call__(self, x):
            if self.v is None:
                self.v = tf.Variable(2.0)
            return x * self.v

    model = Model()
    return model(tf.constant(3.0)), model(tf.constant(4.0)), model.v.numpy()


def variables_made_at_every_call(tf):
    @tf.function
    def f(x):
        return tf.Variable(1.0) * x

    return _raised(lambda: f(tf.constant(1.0)))


def sparse_update_of_a_variable(tf):
    v = tf.Variable(tf.zeros([4, 2]))

    @tf.function
    def f(rows):
        v.scatter_add(tf.IndexedSlices(rows, tf.constant([0, 2])))
        v.scatter_nd_update([[3]], [[7.0, 8.0]])

    f(tf.ones([2, 2]))
    f(tf.ones([2, 2]))
    return v.numpy()


def slice_assignment(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    @tf.function
    def f():
        v[0].assign([9.0, 8.0])
        return v[:, 1]

    return f(), v.numpy()


def gradient_of_a_variable(tf):
    v = tf.Variable(3.0)
    f = tf.function(lambda x: x * v * v)
    with tf.GradientTape() as tape:
        y = f(tf.constant(2.0))
    return tape.gradient(y, v)


def gradient_of_gathered_rows(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    f = tf.function(lambda i: tf.reduce_sum(tf.gather(table, i) ** 2))
    with tf.GradientTape() as tape:
        y = f(tf.constant([0, 2, 0]))
    g = tape.gradient(y, table)
    return tf.convert_to_tensor(g)


def gradient_of_two_outputs(tf):
    f = tf.function(lambda x: (x * x, tf.sin(x)))
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        a, b = f(x)
    return tape.gradient(a, x), tape.gradient(b, x), tape.gradient([a, b], x)


def gradient_of_an_unused_argument(tf):
    f = tf.function(lambda x, y: x * 2.0)
    x, y = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = f(x, y)
    return tape.gradient(z, [x, y])


def jacobian_of_a_function(tf):
    f = tf.function(lambda x: tf.sin(x) * tf.reduce_sum(x))
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.jacobian(y, x)


def jacobian_inside(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sin(x) * x
        return tape.jacobian(y, x)

    return f(tf.constant([1.0, 2.0, 3.0]))


def batch_jacobian_inside(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.matmul(x, [[1.0, 2.0], [3.0, 4.0]]) ** 2
        return tape.batch_jacobian(y, x)

    return f(tf.constant([[1.0, 2.0], [3.0, 4.0]]))


def forward_mode(tf):
    f = tf.function(lambda x: tf.sin(x) * x)
    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, -1.0])) as acc:
        y = f(x)
    return acc.jvp(y)


def forward_mode_inside(tf):
    @tf.function
    def f(x):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
            y = tf.sin(x) * x
        return acc.jvp(y)

    return f(tf.constant([1.0, 2.0]))


def gradients_of_tensors_inside(tf):
    @tf.function
    def f(x):
        y = tf.reduce_sum(x**3)
        return tf.gradients(y, x)[0]

    return f(tf.constant([1.0, 2.0]))


def nested_functions(tf):
    inner_traces = []

    @tf.function
    def inner(x):
        inner_traces.append(1)
        return x * x

    outer = tf.function(lambda x: inner(x) + inner(x * 2.0))
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = outer(x)
    return y, tape.gradient(y, x), len(inner_traces)


def nested_function_with_a_variable(tf):
    v = tf.Variable(1.0)

    @tf.function
    def inner(x):
        v.assign_add(x)
        return v * x

    outer = tf.function(lambda x: inner(x) + inner(x))
    return outer(tf.constant(2.0)), v.numpy()


def tape_around_a_call_inside(tf):
    inner = tf.function(lambda x: tf.sin(x) * x)

    @tf.function
    def outer(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = inner(x)
        return tape.gradient(y, x)

    return outer(tf.constant(2.0))


def recursion_is_refused(tf):
    @tf.function
    def f(x):
        if x > 0:
            return f(x - 1.0)
        return x

    return _raised(lambda: f(tf.constant(2.0))) != "nothing"


def methods(tf):
    class Counter:
        def __init__(self, start):
            self.v = tf.Variable(start)
            self.traces = 0

        @tf.function
        def add(self, x):
            self.traces += 1
            self.v.assign_add(x)
            return self.v * 1.0

    a, b = Counter(1.0), Counter(10.0)
    x = tf.constant(1.0)
    return a.add(x), a.add(x), b.add(x), a.traces, b.traces


def static_method(tf):
    class Box:
        @staticmethod
        @tf.function
        def twice(x):
            return x * 2.0

    return Box.twice(tf.constant(2.0)), Box().twice(tf.constant(3.0))


def module_with_functions(tf):
    class Dense(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable([[1.0], [2.0]])

        @tf.function
        def __call__(self, x):
            return tf.nn.relu(x @ self.w)

    return Dense()(tf.constant([[3.0, 4.0]]))


def concrete_function(tf):
    f = tf.function(lambda x: x * 2.0)
    c = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    return c(tf.constant([1.0, 2.0])), c(tf.constant([3.0])), len(c.inputs), len(c.outputs)


def concrete_function_refuses_dtypes(tf):
    c = tf.function(lambda x: x).get_concrete_function(tf.TensorSpec([2], tf.float32))
    return _raised(lambda: c(tf.constant([1, 2]))) != "nothing"


def concrete_function_and_variables(tf):
    v = tf.Variable(2.0)
    c = tf.function(lambda x: x * v).get_concrete_function(tf.TensorSpec([], tf.float32))
    return len(c.variables), len(c.trainable_variables), c(tf.constant(3.0))


def graph_of_a_concrete_function(tf):
    c = tf.function(lambda x: tf.nn.relu(tf.matmul(x, x))).get_concrete_function(
        tf.TensorSpec([2, 2], tf.float32)
    )
    types = [op.type for op in c.graph.get_operations()]
    return types[0], "MatMul" in types, "Relu" in types


def tensors_inside_have_no_value(tf):
    @tf.function
    def f(x):
        return x.numpy()

    return _raised(lambda: f(tf.constant(1.0)))


def numpy_of_a_tensor_inside(tf):
    import numpy as np

    f = tf.function(lambda x: np.sin(x))
    return _raised(lambda: f(tf.constant(1.0)))


def bool_without_autograph(tf):
    f = tf.function(lambda x: x if x > 0 else -x, autograph=False)
    return _raised(lambda: f(tf.constant(1.0)))


def iteration_without_autograph(tf):
    f = tf.function(lambda x: [v for v in x], autograph=False)
    return _raised(lambda: f(tf.constant([1.0, 2.0]))) in (
        "OperatorNotAllowedInGraphError", "nothing",
    )  # fmt: skip


def leaked_tensor(tf):
    box = []

    @tf.function
    def f(x):
        box.append(x * 2.0)
        return x

    f(tf.constant(1.0))
    return _raised(lambda: box[0] + 1.0) != "nothing"


def error_inside_leaves_variables(tf):
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        v.assign(5.0)
        tf.debugging.assert_less(x, 0.0)
        return v + x

    return _raised(lambda: f(tf.constant(1.0)))


def wrong_shapes_at_trace_time(tf):
    f = tf.function(lambda x: tf.matmul(x, x))
    return _raised(lambda: f(tf.ones([2, 3])))


def executing_eagerly(tf):
    seen = []

    @tf.function
    def f():
        seen.append(tf.executing_eagerly())
        with tf.init_scope():
            seen.append(tf.executing_eagerly())
        seen.append(tf.inside_function())

    f()
    return seen, tf.executing_eagerly(), tf.inside_function()


def init_scope_computes_now(tf):
    box = []

    @tf.function
    def f(x):
        with tf.init_scope():
            box.append(float(tf.constant(2.0) * 3.0))
        return x + box[0]

    return f(tf.constant(1.0)), box


def run_eagerly(tf):
    traced = []

    @tf.function
    def f(x):
        traced.append(1)
        return x * 2.0

    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1.0))
        y = f(tf.constant(2.0))
    finally:
        tf.config.run_functions_eagerly(False)
    return y, len(traced)


def seeded_random_numbers_continue(tf):
    tf.random.set_seed(3)
    f = tf.function(lambda: tf.random.uniform([2]))
    return f(), f()


def random_numbers_of_two_functions(tf):
    tf.random.set_seed(3)
    f = tf.function(lambda: tf.random.normal([2]))
    g = tf.function(lambda: tf.random.normal([2], seed=5))
    return f(), g(), f(), g()


def seed_set_again(tf):
    f = tf.function(lambda: tf.random.uniform([2], seed=7))
    tf.random.set_seed(1)
    first = f()
    tf.random.set_seed(1)
    return first, f()


def stateless_random_numbers(tf):
    f = tf.function(lambda s: tf.random.stateless_normal([3], s))
    return f(tf.constant([1, 2])), f(tf.constant([3, 4]))


def random_numbers_in_a_gradient(tf):
    tf.random.set_seed(2)

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            noise = tf.random.uniform([3])
            y = tf.reduce_sum(x * noise)
        return tape.gradient(y, x) - noise

    return f(tf.ones([3]))


def dropout_and_its_gradient(tf):
    tf.random.set_seed(4)
    f = tf.function(lambda x: tf.nn.dropout(x, 0.5, seed=1))
    x = tf.ones([6])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y - tape.gradient(y, x)


def datasets_in_loops(tf):
    data = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0, 4.0, 5.0]).batch(2)

    @tf.function
    def f():
        total = 0.0
        for batch in data:
            total += tf.reduce_sum(batch * batch)
        return total

    return f(), f()


def datasets_as_arguments(tf):
    @tf.function
    def f(data):
        count = 0
        for item in data:
            if item > 6:
                break
            count += item
        return count

    return f(tf.data.Dataset.range(10)), f(tf.data.Dataset.range(3))


def iterators_as_arguments(tf):
    f = tf.function(lambda it: next(it) * 2)
    it = iter(tf.data.Dataset.range(5))
    return f(it), f(it), next(it)


def iterator_at_its_end(tf):
    f = tf.function(lambda it: it.get_next())
    it = iter(tf.data.Dataset.range(1))
    f(it)
    return _raised(lambda: f(it))


def training_loop_over_a_dataset(tf):
    v = tf.Variable(0.0)
    data = tf.data.Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])).repeat(5)

    @tf.function
    def train():
        for x, y in data:
            with tf.GradientTape() as tape:
                loss = (v * x - y) ** 2
            v.assign_sub(0.02 * tape.gradient(loss, v))
        return v + 0.0

    return train()


def py_function(tf):
    @tf.function
    def f(x):
        y = tf.py_function(lambda v: v.numpy() * 2.0, [x], tf.float32)
        return tf.reshape(y, [2])

    return f(tf.constant([1.0, 2.0]))


def numpy_function(tf):
    @tf.function
    def f(x):
        y = tf.numpy_function(lambda v: v + 1.0, [x], tf.float32)
        return tf.reshape(y, [2])

    return f(tf.constant([1.0, 2.0]))


def indexed_slices_as_results(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.gather(x, [1, 1]))
        return tape.gradient(y, x)

    return tf.convert_to_tensor(f(tf.constant([1.0, 2.0])))


def unknown_sizes_in_gradients(tf):
    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            n = tf.cast(tf.shape(x)[0], tf.float32)
            m = tf.reduce_mean(x, 0, keepdims=True)
            y = tf.reduce_sum((x - m) ** 2) / n + tf.reduce_mean(tf.nn.softmax(x) ** 2)
        return tape.gradient(y, x)

    return f(tf.constant([[1.0, 2.0]])), f(tf.constant([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]))


def unknown_sizes_and_gradients_outside(tf):
    spec = [tf.TensorSpec([None, None], tf.float32)]
    f = tf.function(lambda x: tf.matmul(x, x, transpose_b=True) + tf.reduce_max(x), spec)
    found = []
    for n in (1, 3):
        x = tf.reshape(tf.range(2.0 * n), [n, 2])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found.append(tape.gradient(y, x))
    return found


def unique_and_where(tf):
    @tf.function
    def f(x):
        values, index = tf.unique(x)
        return values, index, tf.where(x > 1), tf.size(values)

    return f(tf.constant([3, 1, 3, 2]))


def boolean_masks(tf):
    @tf.function
    def f(x):
        return tf.boolean_mask(x, x > 0), x[x > 1.0]

    return f(tf.constant([3.0, -1.0, 0.5]))


def names_and_scopes(tf):
    names = []

    @tf.function
    def f(x):
        with tf.name_scope("layer"):
            y = tf.nn.relu(x)
        names.append(y.name)
        return y

    f(tf.constant(1.0))
    return names


def gradient_override(tf):
    @tf.custom_gradient
    def clipped(x):
        return tf.identity(x), lambda up: tf.clip_by_value(up, -0.5, 0.5)

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = clipped(x) * 3.0
        return tape.gradient(y, x)

    return f(tf.constant(1.0))


def composite_arguments(tf):
    f = tf.function(lambda r: tf.reduce_sum(r.to_tensor()) + tf.cast(r.nrows(), tf.float32))
    return f(tf.ragged.constant([[1.0, 2.0], [3.0]]))


def control_dependencies(tf):
    v = tf.Variable(1.0)

    @tf.function
    def f():
        with tf.control_dependencies([v.assign(7.0)]):
            return v.read_value()

    return f()


def do_not_convert(tf):
    @tf.autograph.experimental.do_not_convert
    def plain(x):
        return "converted" if False else x * 2.0

    return tf.function(lambda x: plain(x))(tf.constant(1.0))


def do_not_convert_and_conditions(tf):
    @tf.autograph.experimental.do_not_convert
    def plain(x):
        if x > 0:
            return x
        return -x

    return _raised(lambda: tf.function(plain)(tf.constant(1.0)))


def undefined_in_one_branch(tf):
    @tf.function
    def f(x):
        if x > 0:
            y = x
        return y

    return _raised(lambda: f(tf.constant(1.0)))


def return_in_one_branch(tf):
    @tf.function
    def f(x):
        if x > 0:
            return x

    return _raised(lambda: f(tf.constant(1.0)))


def branches_of_different_dtypes(tf):
    @tf.function
    def f(x):
        if x > 0:
            y = 1
        else:
            y = 2.0
        return y

    return _raised(lambda: f(tf.constant(1.0)))


def loop_variable_changes_dtype(tf):
    @tf.function
    def f(n):
        y = 0
        for _ in tf.range(n):
            y = y + 0.5
        return y

    return _raised(lambda: f(tf.constant(3))) != "nothing"


def loop_variable_changes_shape(tf):
    @tf.function
    def f(x):
        for _ in tf.range(3):
            x = tf.concat([x, x], 0)
        return x

    return _raised(lambda: f(tf.ones([1])))


def break_out_of_a_python_loop_by_a_tensor(tf):
    @tf.function
    def f(x):
        for i in [1.0, 2.0, 3.0]:
            x = x + i
            if x > 3.0:
                break
        return x

    return _raised(lambda: f(tf.constant(1.0))) != "nothing"


def _signed(tf, *specs):
    return tf.function(input_signature=list(specs))


def input_signature_of_structures(tf):
    vector, scalar = tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.float32)

    @_signed(tf, {"a": vector, "b": [scalar, scalar]})
    def f(nest):
        return nest["a"] * nest["b"][0] + nest["b"][1]

    good = f({"b": [tf.constant(2.0), 1.0], "a": [1.0, 2.0]}), f({"a": (3.0,), "b": [1, 2]})
    return good, [
        _raised(lambda: f({"a": [1.0]})),
        _raised(lambda: f({"a": [1.0], "b": [1.0, 2.0], "c": 1.0})),
        _raised(lambda: f({"a": [1.0], "b": (1.0, 2.0)})),
        _raised(lambda: f({"a": [1.0], "b": [1.0]})),
    ]


def input_signature_and_defaults(tf):
    vector = tf.TensorSpec([None], tf.float32)

    @_signed(tf, vector)
    def f(x, k=2.0):
        return x * k

    @_signed(tf, vector)
    def g(x, *, k=2.0):
        return x * k

    def h(x, k):
        return x * k

    return (
        f([1.0]),
        f([1.0], 2.0),
        g([1.0]),
        g(k=2.0, x=[1.0]),
        [
            _raised(lambda: f([1.0], 3.0)),
            _raised(lambda: g([1.0], k=3.0)),
            _raised(lambda: _signed(tf, vector)(h)([1.0])),
            _raised(lambda: _signed(tf, vector)(h)([1.0], 2.0)),
        ],
    )


def input_signature_of_other_things(tf):
    def call(signature, *args):
        return _raised(lambda: tf.function(lambda x: x, input_signature=signature)(*args))

    scalar = tf.TensorSpec([], tf.float32)
    return [call([3], 3), call([None], None), call(scalar, 1.0), call([[scalar, 1]], [1.0, 1])]


def arguments_that_may_change(tf):
    import dataclasses

    @dataclasses.dataclass
    class Options:
        size: int = 1

    @dataclasses.dataclass(frozen=True)
    class Fixed:
        size: int = 1

    traced = []

    @tf.function
    def f(options):
        traced.append(1)
        return tf.constant(options.size)

    first, same, other = Fixed(1), Fixed(1), Fixed(2)
    found = [f(first), f(same), f(other)]
    return found, len(traced), _raised(lambda: f(Options())), _raised(lambda: f({1, 2}))
