"""Concrete functions: what they can be called with, and what they say of themselves."""

import collections

DIFFERS = {}

Pair = collections.namedtuple("Pair", "a b")


def _spec(tf, shape=(None,), dtype=None, name=None):
    return tf.TensorSpec(shape, dtype or tf.float32, name=name)


def _tries(*calls):
    """What each call gives, or the class of what it raises."""
    return [_try(call) for call in calls]


def _try(call):
    try:
        return call()
    except Exception as error:
        return type(error).__name__


def _double(tf):
    return tf.function(lambda x: x * 2.0)


def _text(value):
    return str(value)


def _specs(tf, value):
    """A signature as JSON: specifications by their text."""
    return tf.nest.map_structure(lambda s: repr(s) if isinstance(s, tf.TypeSpec) else s, value)


# -- what it takes -------------------------------------------------------------------------


def other_shape(tf):
    f = _double(tf).get_concrete_function(_spec(tf, [2]))
    return _tries(
        lambda: f(tf.constant([1.0, 2.0])),
        lambda: f(tf.constant([1.0])),
        lambda: f(tf.constant(1.0)),
        lambda: f(tf.constant([[1.0, 2.0]])),
    )


def unknown_size(tf):
    f = _double(tf).get_concrete_function(_spec(tf, [None, 2]))
    return _tries(
        lambda: f(tf.ones([1, 2])),
        lambda: f(tf.ones([3, 2])),
        lambda: f(tf.ones([0, 2])),
        lambda: f(tf.ones([2, 3])),
        lambda: f(tf.ones([2])),
        lambda: f(tf.ones([1, 1, 2])),
    )


def unknown_rank(tf):
    f = _double(tf).get_concrete_function(_spec(tf, None))
    return _tries(lambda: f(tf.constant(1.0)), lambda: f(tf.ones([1, 2])), lambda: f(tf.ones([3])))


def python_numbers(tf):
    f = _double(tf).get_concrete_function(_spec(tf, []))
    return _tries(lambda: f(1.5), lambda: f(1), lambda: f(True), lambda: f(1 + 2j), lambda: f("a"))


def python_lists(tf):
    f = _double(tf).get_concrete_function(_spec(tf, [2]))
    return _tries(
        lambda: f([1.0, 2.0]),
        lambda: f((1.0, 2.0)),
        lambda: f([1, 2]),
        lambda: f([1.0]),
        lambda: f([[1.0, 2.0]]),
        lambda: f([tf.constant(1.0), 2.0]),
        lambda: f(range(2)),
        lambda: f([]),
    )


def python_numbers_for_integers(tf):
    f = tf.function(lambda x: x * 2).get_concrete_function(_spec(tf, [], tf.int32))
    return _tries(lambda: f(2), lambda: f(2.0), lambda: f(2.5), lambda: f(True), lambda: f(2**40))


def numpy_arrays(tf):
    import numpy as np

    f = _double(tf).get_concrete_function(_spec(tf, [2]))
    return _tries(
        lambda: f(np.ones(2, np.float32)),
        lambda: f(np.ones(2, np.float64)),
        lambda: f(np.ones(2, np.int32)),
        lambda: f(np.ones(3, np.float32)),
        lambda: f(np.float32(1.0)),
    )


def numpy_scalars(tf):
    import numpy as np

    f = _double(tf).get_concrete_function(_spec(tf, []))
    return _tries(
        lambda: f(np.float32(1.5)),
        lambda: f(np.float64(1.5)),
        lambda: f(np.int32(1)),
        lambda: f(np.array(1.5, np.float32)),
    )


def other_dtype(tf):
    f = _double(tf).get_concrete_function(_spec(tf, []))
    return _tries(
        lambda: f(tf.constant(1.0, tf.float64)),
        lambda: f(tf.constant(1)),
        lambda: f(tf.constant(1.0, tf.float16)),
        lambda: f(tf.constant("a")),
        lambda: f(tf.constant(True)),
    )


def other_kinds_of_values(tf):
    f = _double(tf).get_concrete_function(_spec(tf, []))
    return _tries(
        lambda: f(None),
        lambda: f("text"),
        lambda: f({"a": 1.0}),
        lambda: f(object()),
        lambda: f(tf.float32),
    )


def variables_as_arguments(tf):
    f = _double(tf).get_concrete_function(_spec(tf, []))
    v = tf.Variable(1.5)
    return _tries(lambda: f(v), lambda: f(tf.Variable([1.0])), lambda: f(tf.Variable(1)))


def traced_with_a_variable(tf):
    v = tf.Variable(1.5)
    f = tf.function(lambda x, y: x * y).get_concrete_function(v, 2.0)
    return _tries(lambda: f(v), lambda: f(v, 2.0), lambda: f(tf.Variable(3.0)), lambda: f())


def number_of_arguments(tf):
    f = tf.function(lambda x, y: x * y).get_concrete_function(_spec(tf, []), _spec(tf, []))
    a, b = tf.constant(2.0), tf.constant(3.0)
    return _tries(
        lambda: f(a, b),
        lambda: f(a),
        lambda: f(),
        lambda: f(a, b, a),
        lambda: f([a, b]),
        lambda: f((a, b)),
        lambda: f(*[a, b]),
    )


def keywords(tf):
    f = tf.function(lambda x, y: x - y).get_concrete_function(_spec(tf, []), _spec(tf, []))
    a, b = tf.constant(2.0), tf.constant(3.0)
    return _tries(
        lambda: f(x=a, y=b),
        lambda: f(y=b, x=a),
        lambda: f(a, y=b),
        lambda: f(b, x=a),
        lambda: f(a, b, y=b),
        lambda: f(x=a),
        lambda: f(y=b),
        lambda: f(a, z=b),
        lambda: f(a, b, z=b),
    )


def keywords_of_python_numbers(tf):
    f = tf.function(lambda x, y: x - y).get_concrete_function(_spec(tf, []), _spec(tf, []))
    return _tries(lambda: f(x=2.0, y=3.0), lambda: f(2.0, y=3), lambda: f(y=1.0, x=[1.0]))


def names_of_specifications(tf):
    f = tf.function(lambda x, y: x - y)
    f = f.get_concrete_function(_spec(tf, [], name="first"), _spec(tf, [], name="second"))
    a, b = tf.constant(2.0), tf.constant(3.0)
    return _tries(
        lambda: f(a, b),
        lambda: f(first=a, second=b),
        lambda: f(x=a, y=b),
        lambda: f(a, second=b),
        lambda: f(a, y=b),
    )


def default_of_python(tf):
    f = tf.function(lambda x, n=2: x * n).get_concrete_function(_spec(tf, []))
    a = tf.constant(3.0)
    return _tries(
        lambda: f(a),
        lambda: f(a, 2),
        lambda: f(a, n=2),
        lambda: f(a, 3),
        lambda: f(a, n=3),
        lambda: f(a, 2.0),
        lambda: f(x=a),
        lambda: f(x=a, n=2),
        lambda: f(a, tf.constant(2)),
        lambda: f(a, None),
    )


def default_that_is_a_float(tf):
    f = tf.function(lambda x, n=2.0: x * n).get_concrete_function(_spec(tf, []))
    a = tf.constant(3.0)
    return _tries(
        lambda: f(a),
        lambda: f(a, 2.0),
        lambda: f(a, 2),
        lambda: f(a, 3.0),
        lambda: f(a, tf.constant(2.0)),
    )


def default_that_is_a_tensor(tf):
    n = tf.constant(2.0)
    f = tf.function(lambda x, n=n: x * n).get_concrete_function(_spec(tf, []))
    a = tf.constant(3.0)
    return _tries(lambda: f(a), lambda: f(a, n), lambda: f(a, tf.constant(5.0)), lambda: f(a, n=n))


def default_that_is_none(tf):
    f = tf.function(lambda x, n=None: x * (1.0 if n is None else n))
    a = tf.constant(3.0)
    one, two = f.get_concrete_function(a), f.get_concrete_function(a, 2.0)
    return _tries(
        lambda: one(a),
        lambda: one(a, None),
        lambda: one(a, n=None),
        lambda: one(a, 2.0),
        lambda: two(a),
        lambda: two(a, 2.0),
        lambda: two(a, None),
    )


def python_value_that_was_traced(tf):
    f = tf.function(lambda x, mode: x * 2.0 if mode == "double" else x)
    a = tf.constant(3.0)
    f = f.get_concrete_function(a, "double")
    return _tries(
        lambda: f(a),
        lambda: f(a, "double"),
        lambda: f(a, mode="double"),
        lambda: f(a, "single"),
        lambda: f(a, mode="single"),
        lambda: f(a, tf.constant("double")),
    )


def python_value_in_front(tf):
    f = tf.function(lambda n, x: x * n)
    a = tf.constant(3.0)
    f = f.get_concrete_function(2, a)
    return _tries(
        lambda: f(a), lambda: f(2, a), lambda: f(x=a), lambda: f(n=2, x=a), lambda: f(3, a)
    )


def only_python_values(tf):
    f = tf.function(lambda n, m=1.0: tf.constant(2.0) * n * m).get_concrete_function(3.0)
    return _tries(
        lambda: f(), lambda: f(3.0), lambda: f(3.0, 1.0), lambda: f(4.0), lambda: f(n=3.0)
    )


def without_arguments(tf):
    f = tf.function(lambda: tf.constant(2.0)).get_concrete_function()
    return _tries(lambda: f(), lambda: f(1.0), lambda: f(x=1.0), lambda: f(None))


def keyword_only(tf):
    @tf.function
    def g(x, *, y, z=2.0):
        return x - y * z

    a, b = tf.constant(2.0), tf.constant(3.0)
    f = g.get_concrete_function(a, y=b)
    return _tries(
        lambda: f(a, y=b),
        lambda: f(a, b),
        lambda: f(x=a, y=b),
        lambda: f(a, y=b, z=2.0),
        lambda: f(a, y=b, z=3.0),
        lambda: f(a),
    )


def variadic(tf):
    @tf.function
    def g(*args):
        return tf.add_n(list(args))

    a, b = tf.constant(2.0), tf.constant(3.0)
    f = g.get_concrete_function(a, b)
    return _tries(lambda: f(a, b), lambda: f(a), lambda: f(a, b, a), lambda: f([a, b]))


def variadic_keywords(tf):
    @tf.function
    def g(**kwargs):
        return kwargs["p"] - kwargs["q"]

    a, b = tf.constant(2.0), tf.constant(3.0)
    f = g.get_concrete_function(p=a, q=b)
    return _tries(
        lambda: f(p=a, q=b),
        lambda: f(q=b, p=a),
        lambda: f(a, b),
        lambda: f(p=a),
        lambda: f(p=a, q=b, r=b),
    )


def nested_list(tf):
    f = tf.function(lambda xs: xs[0] - xs[1])
    a, b = tf.constant(2.0), tf.constant(3.0)
    f = f.get_concrete_function([a, b])
    return _tries(
        lambda: f([a, b]),
        lambda: f((a, b)),
        lambda: f(a, b),
        lambda: f(xs=[a, b]),
        lambda: f([a]),
        lambda: f([a, b, a]),
        lambda: f([2.0, 3.0]),
        lambda: f(xs=a, xs_1=b),
    )


def nested_dictionary(tf):
    f = tf.function(lambda d: d["p"] - d["q"])
    a, b = tf.constant(2.0), tf.constant(3.0)
    f = f.get_concrete_function({"p": a, "q": b})
    return _tries(
        lambda: f({"p": a, "q": b}),
        lambda: f({"q": b, "p": a}),
        lambda: f(a, b),
        lambda: f(d={"p": a, "q": b}),
        lambda: f({"p": a}),
        lambda: f({"p": a, "r": b}),
        lambda: f({"p": a, "q": b, "r": b}),
        lambda: f({"p": 2.0, "q": 3.0}),
        lambda: f(collections.OrderedDict([("p", a), ("q", b)])),
    )


def nested_namedtuple(tf):
    f = tf.function(lambda d: d.a - d.b)
    a, b = tf.constant(2.0), tf.constant(3.0)
    f = f.get_concrete_function(Pair(a, b))
    return _tries(
        lambda: f(Pair(a, b)), lambda: f((a, b)), lambda: f(a, b), lambda: f(Pair(2.0, 3.0))
    )


def nested_and_other_arguments(tf):
    f = tf.function(lambda xs, y, n=1: (xs["p"][0] + xs["p"][1]) * y * n)
    a = tf.constant(2.0)
    f = f.get_concrete_function({"p": [a, a]}, a)
    return _tries(
        lambda: f({"p": [a, a]}, a),
        lambda: f(a, a, a),
        lambda: f({"p": [a, a]}, y=a),
        lambda: f({"p": [a, a]}, a, 1),
        lambda: f({"p": [a, a]}, a, 2),
        lambda: f({"p": (a, a)}, a),
    )


def one_tensor_twice(tf):
    f = tf.function(lambda x, y: x - y)
    a, b = tf.constant(2.0), tf.constant(3.0)
    f = f.get_concrete_function(a, a)
    return _tries(lambda: f(a, b), lambda: f(b, a), lambda: f(a, a))


def ragged_argument(tf):
    f = tf.function(lambda x: tf.reduce_sum(x, 1))
    f = f.get_concrete_function(tf.RaggedTensorSpec([None, None], tf.float32))
    return _tries(
        lambda: f(tf.ragged.constant([[1.0, 2.0], [3.0]])),
        lambda: f(tf.constant([[1.0, 2.0]])),
        lambda: f(tf.ragged.constant([[1, 2], [3]])),
    )


def _traced(tf, f, *shapes):
    return tf.function(f).get_concrete_function(*[tf.TensorSpec(s) for s in shapes])


def other_shapes_of_sums_and_products(tf):
    f = _traced(tf, lambda x: tf.reduce_sum(x, 1), [2, 3])
    g = _traced(tf, lambda x, y: x @ y, [2, 3], [3, 2])
    h = _traced(tf, lambda x: tf.reduce_sum(x) / float(x.shape[0]), [4])
    return _tries(
        lambda: f(tf.ones([4, 5])),
        lambda: f(tf.ones([2, 3, 2])),
        lambda: f(tf.ones([3])),
        lambda: g(tf.ones([4, 5]), tf.ones([5, 1])),
        lambda: g(tf.ones([2, 3]), tf.ones([4, 2])),
        lambda: h(tf.ones([8])),
    )


def other_shapes_of_layouts(tf):
    f = _traced(tf, lambda x: tf.reshape(x, [6]), [2, 3])
    g = _traced(tf, lambda x: tf.transpose(x), [2, 3])
    h = _traced(tf, lambda x: tf.broadcast_to(x, [2, 3]), [3])
    k = _traced(tf, lambda x: tf.concat([x, tf.ones([2])], 0), [3])
    p = _traced(tf, lambda x: (x[0], x[1:], x[-1]), [3])
    return _tries(
        lambda: f(tf.ones([3, 2])),
        lambda: f(tf.ones([3, 3])),
        lambda: g(tf.ones([4, 2])),
        lambda: h(tf.ones([1])),
        lambda: h(tf.ones([2, 1])),
        lambda: k(tf.ones([5])),
        lambda: p(tf.constant([1.0, 2.0, 3.0, 4.0])),
    )


def other_shapes_of_variables(tf):
    v = tf.Variable([1.0, 2.0])
    f = _traced(tf, lambda x: v * x, [2])
    g = _traced(tf, lambda x: v.assign_add(tf.reduce_sum(x) * tf.ones([2])), [2])
    return _tries(
        lambda: f(tf.constant(3.0)),
        lambda: f(tf.ones([2, 2])),
        lambda: f(tf.ones([3])),
        lambda: g(tf.ones([5])) + 0.0,
        lambda: v + 0.0,
    )


def other_shapes_in_branches_and_loops(tf):
    def thrice(x):
        for _ in tf.range(3):
            x = x * 2.0
        return x

    def rows(x):
        total = 0.0
        for r in x:
            total += tf.reduce_sum(r)
        return total

    f = _traced(tf, lambda x: tf.cond(x[0] > 0, lambda: x * 2.0, lambda: -x), [2])
    g, h = _traced(tf, thrice, [2]), _traced(tf, rows, [2])
    return _tries(
        lambda: f(tf.ones([3])),
        lambda: g(tf.ones([3])),
        lambda: h(tf.ones([3])),
        lambda: h(tf.ones([3, 2])),
    )


def other_shapes_under_a_tape(tf):
    f = _traced(tf, lambda x: x * x, [2])
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


# -- input_signature -----------------------------------------------------------------------


def signature_of_unknown_sizes(tf):
    f = tf.function(lambda x: x * 2.0, input_signature=[_spec(tf, [None])])
    c = f.get_concrete_function()
    return _tries(
        lambda: c(tf.constant([1.0])),
        lambda: c(tf.constant([1.0, 2.0, 3.0])),
        lambda: c([1.0, 2.0]),
        lambda: c(tf.constant(1.0)),
        lambda: c(tf.constant([1])),
        lambda: c(x=tf.constant([1.0])),
        lambda: f.get_concrete_function() is c,
    )


def signature_and_arguments(tf):
    f = tf.function(lambda x: x * 2.0, input_signature=[_spec(tf, [None])])
    return _tries(
        lambda: f.get_concrete_function(_spec(tf, [3]))(tf.ones([3])),
        lambda: f.get_concrete_function(_spec(tf, [3])).structured_input_signature[0][0].shape[0],
        lambda: f.get_concrete_function(tf.ones([3]))(tf.ones([2])),
        lambda: f.get_concrete_function(_spec(tf, [3, 3]))(tf.ones([3])),
        lambda: f.get_concrete_function(_spec(tf, [3], tf.int32))(tf.ones([3])),
        lambda: f.get_concrete_function(_spec(tf), _spec(tf))(tf.ones([3])),
        lambda: f.get_concrete_function(x=_spec(tf))(tf.ones([3])),
        lambda: f.get_concrete_function([1.0])(tf.ones([3])),
    )


def signature_with_default(tf):
    f = tf.function(lambda x, n=3: x * n, input_signature=[_spec(tf, [])])
    c = f.get_concrete_function()
    a = tf.constant(2.0)
    return _tries(lambda: c(a), lambda: c(a, 3), lambda: c(a, n=3), lambda: c(a, 4), lambda: f(a))


def signature_with_default_that_is_specified(tf):
    f = tf.function(lambda x, n=3.0: x * n, input_signature=[_spec(tf, []), _spec(tf, [])])
    c = f.get_concrete_function()
    a = tf.constant(2.0)
    return _tries(lambda: c(a), lambda: c(a, a), lambda: f(a), lambda: f(a, a), lambda: c(a, n=5.0))


def signature_named(tf):
    f = tf.function(lambda x, y: x - y, input_signature=[_spec(tf, [], name="p"), _spec(tf, [])])
    c = f.get_concrete_function()
    a = tf.constant(2.0)
    return _tries(
        lambda: c(a, 1.0),
        lambda: c(x=a, y=1.0),
        lambda: c(p=a, y=1.0),
        lambda: _specs(tf, c.structured_input_signature),
        lambda: [t.name.split(":")[0] for t in c.inputs],
    )


def without_arguments_asked(tf):
    f = tf.function(lambda x: x)
    return _tries(
        lambda: f.get_concrete_function(),
        lambda: f.get_concrete_function(y=1.0),
        lambda: f.get_concrete_function(1.0, 2.0),
    )


# -- what it says of itself ----------------------------------------------------------------


def input_signatures(tf):
    f = tf.function(lambda x, n=2, **k: x * n)
    a = tf.constant([1.0, 2.0])
    return [
        _specs(tf, f.get_concrete_function(a).structured_input_signature),
        _specs(tf, f.get_concrete_function(_spec(tf, [None, 3])).structured_input_signature),
        _specs(tf, f.get_concrete_function(a, 3).structured_input_signature),
        _specs(tf, f.get_concrete_function(a, n=3).structured_input_signature),
        _specs(tf, f.get_concrete_function(a, tf.constant(3.0)).structured_input_signature),
        _specs(tf, f.get_concrete_function(x=a, n=4, z=a).structured_input_signature),
        _specs(tf, f.get_concrete_function(_spec(tf, None)).structured_input_signature),
    ]


def input_signatures_of_nests(tf):
    f = tf.function(lambda d, *r: r)
    a = tf.constant(1.0)
    given = {"p": a, "q": [a, 2, "s", None]}
    return [
        _specs(tf, f.get_concrete_function(given).structured_input_signature),
        _specs(tf, f.get_concrete_function((a, a), a, 5).structured_input_signature),
        _specs(tf, f.get_concrete_function(None, True).structured_input_signature),
    ]


def input_signatures_of_names(tf):
    f = tf.function(lambda x, y: x - y)
    named = _spec(tf, [], name="first")
    return [
        _specs(tf, f.get_concrete_function(named, _spec(tf, [])).structured_input_signature),
        [t.name for t in f.get_concrete_function(named, _spec(tf, [])).inputs],
    ]


def input_signature_of_a_variable(tf):
    f = tf.function(lambda v, x: v * x)
    c = f.get_concrete_function(tf.Variable([1.0]), 2.0)
    (spec, number), _ = c.structured_input_signature
    return type(spec).__name__, list(spec.shape), spec.dtype.name, number, len(c.inputs)


def input_signature_of_a_numpy_array(tf):
    import numpy as np

    f = tf.function(lambda x: x * 2)
    return _specs(tf, f.get_concrete_function(np.ones([2, 3])).structured_input_signature)


def outputs_of_one(tf):
    c = _double(tf).get_concrete_function(_spec(tf, [None, 3]))
    out = c.structured_outputs
    return list(out.shape), out.dtype.name, len(c.outputs), c.output_shapes.as_list()


def outputs_of_nests(tf):
    @tf.function
    def f(x):
        return {"a": x, "b": [x + 1.0, (x, None)], "c": Pair(x, 3), "d": 2.5}

    c = f.get_concrete_function(_spec(tf, [2]))
    found = tf.nest.map_structure(
        lambda t: f"{t.dtype.name}{t.shape}" if hasattr(t, "dtype") else t, c.structured_outputs
    )
    return found, len(c.outputs), [t.dtype.name for t in c.outputs]


def outputs_of_nothing(tf):
    c = tf.function(lambda x: None).get_concrete_function(_spec(tf, []))
    return c.structured_outputs, c.outputs, c(tf.constant(1.0))


def outputs_of_constants(tf):
    c = tf.function(lambda x: (1, 2.0, "a", True)).get_concrete_function(_spec(tf, []))
    return [t.dtype.name for t in c.outputs], c(tf.constant(1.0))


def inputs_and_captures(tf):
    v, k = tf.Variable(2.0), tf.constant([1.0, 2.0])
    c = tf.function(lambda x, y: x * v + k * y).get_concrete_function(_spec(tf, []), 3.0)
    return (
        len(c.inputs),
        len(c.captured_inputs),
        [x is v for x in c.variables],
        c.inputs[0].name,
    )


def variables(tf):
    v, w, u = tf.Variable(2.0), tf.Variable(3.0, trainable=False), tf.Variable(1.0)
    c = tf.function(lambda x: x * v * w).get_concrete_function(_spec(tf, []))
    found = c.variables, c.trainable_variables
    return [
        [type(f).__name__ for f in found],
        [[any(x is y for y in f) for x in (v, w, u)] for f in found],
    ]


def variables_of_inner_functions(tf):
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    inner = tf.function(lambda x: x * w)
    c = tf.function(lambda x: inner(x) * v).get_concrete_function(_spec(tf, []))
    return len(c.variables), len(c.captured_inputs), len(c.inputs)


def variables_of_branches(tf):
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    f = tf.function(lambda x: tf.cond(x > 0, lambda: v * x, lambda: w + x))
    c = f.get_concrete_function(_spec(tf, []))
    return len(c.variables), len(c.captured_inputs)


def names(tf):
    @tf.function
    def measure(x):
        return x

    c = measure.get_concrete_function(_spec(tf, []))
    text = c.name.decode() if isinstance(c.name, bytes) else c.name
    return text.rsplit("_", 1)[0], type(c.name).__name__, text.rsplit("_", 1)[1].isdigit()


def signatures_as_text(tf):
    @tf.function
    def measure(x, n=2, *, flag=True):
        return x * n, {"a": x}

    c = measure.get_concrete_function(_spec(tf, [None, 2]), 3)
    return c.pretty_printed_signature()


def signatures_as_text_in_short(tf):
    @tf.function
    def measure(x, n=2):
        return x * n

    c = measure.get_concrete_function(_spec(tf, [None, 2]), 3)
    return c.pretty_printed_signature(verbose=False)


def signatures_as_text_of_many(tf):
    @tf.function
    def measure(x, y=None, *rest, z, **more):
        return None

    a = tf.constant([1.0])
    texts = [
        measure.get_concrete_function(a, z=1),
        measure.get_concrete_function([a, 2], "text", a, 3, z={"p": a}, w=(a,)),
        measure.get_concrete_function(tf.constant("s"), 1.5, z=None),
    ]
    return [c.pretty_printed_signature() for c in texts]


def as_text(tf):
    @tf.function
    def measure(x, n=2):
        return x * n

    c = measure.get_concrete_function(_spec(tf, [None, 2]), 3)
    return str(c), repr(c).rsplit(" at ", 1)[0] if " at " in repr(c) else repr(c)


def function_types(tf):
    @tf.function
    def measure(x, n=2, *, flag=True):
        return x * n

    c = measure.get_concrete_function(_spec(tf, [None, 2]), 3)
    return str(c.function_type), list(c.function_type.parameters)


def all_signatures_as_text(tf):
    @tf.function
    def measure(x, n=2):
        return x * n

    measure(tf.constant(1.0))
    measure(tf.constant([1.0]), 3)
    return measure.pretty_printed_concrete_signatures()


def graphs(tf):
    c = _double(tf).get_concrete_function(_spec(tf, []))
    graph = c.graph
    return (
        [op.type for op in graph.get_operations() if op.type in ("Placeholder", "Mul")],
        [t.name for t in graph.inputs],
        len(graph.outputs),
        len(graph.captures),
        graph.building_function,
    )


def same_trace_again(tf):
    f = _double(tf)
    a = f.get_concrete_function(_spec(tf, [2]))
    return (
        f.get_concrete_function(_spec(tf, [2])) is a,
        f.get_concrete_function(tf.ones([2])) is a,
        f.get_concrete_function(_spec(tf, [3])) is a,
        f.get_concrete_function(_spec(tf, [2], name="other")) is a,
        f.experimental_get_tracing_count(),
    )


def wider_trace_serves_calls(tf):
    f = _double(tf)
    f.get_concrete_function(_spec(tf, [None]))
    f(tf.ones([2]))
    f(tf.ones([3]))
    return f.experimental_get_tracing_count()


def wider_trace_serves_specifications(tf):
    f = _double(tf)
    a = f.get_concrete_function(_spec(tf, [None]))
    return f.get_concrete_function(_spec(tf, [2])) is a, f.experimental_get_tracing_count()


# -- where it is called --------------------------------------------------------------------


def of_a_method(tf):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable(2.0)

        @tf.function
        def scaled(self, x, n=3.0):
            return x * self.v * n

    model = Model()
    a = tf.constant(1.5)
    c = model.scaled.get_concrete_function(a)
    model.v.assign(4.0)
    return _tries(
        lambda: c(a),
        lambda: c(x=a),
        lambda: c(a, 3.0),
        lambda: c(a, n=3.0),
        lambda: c(model, a),
        lambda: c(a, 4.0),
        lambda: _specs(tf, c.structured_input_signature),
        lambda: c.pretty_printed_signature().split("Captures")[0],
        lambda: [v is model.v for v in c.variables],
    )


def of_a_method_with_a_signature(tf):
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def scaled(self, x):
            return x * 2.0

    model = Model()
    c = model.scaled.get_concrete_function()
    return _tries(
        lambda: c(tf.ones([2])),
        lambda: c(tf.ones([2, 2])),
        lambda: _specs(tf, c.structured_input_signature),
    )


def in_another_function(tf):
    c = tf.function(lambda x, n=2.0: x * n).get_concrete_function(_spec(tf, [None]))

    @tf.function
    def outer(x):
        return c(x) + c(x * 2.0, 2.0) + c(x=x)

    return outer(tf.constant([1.0, 2.0])), outer(tf.constant([3.0]))


def in_another_function_of_another_shape(tf):
    c = _double(tf).get_concrete_function(_spec(tf, [2]))
    f = tf.function(lambda x: c(x))
    g = tf.function(lambda x: c(x), input_signature=[_spec(tf, [None])])
    h = tf.function(lambda x: c(x), input_signature=[_spec(tf, None)])
    return _tries(
        lambda: f(tf.ones([3])),
        lambda: f(tf.ones([2])),
        lambda: g(tf.ones([2])),
        lambda: g(tf.ones([3])),
        lambda: h(tf.ones([2])),
    )


def in_another_function_with_python_values(tf):
    c = _double(tf).get_concrete_function(_spec(tf, []))
    return _tries(
        lambda: tf.function(lambda: c(2.0))(),
        lambda: tf.function(lambda: c(2))(),
        lambda: tf.function(lambda: c(tf.constant(2)))(),
        lambda: tf.function(lambda x: c(x))(2.0),
    )


def under_a_tape(tf):
    v = tf.Variable(3.0)
    c = tf.function(lambda x: x * x * v).get_concrete_function(_spec(tf, []))
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = c(x)
    return tape.gradient(y, [x, v])


def in_a_branch_and_a_loop(tf):
    c = _double(tf).get_concrete_function(_spec(tf, []))

    @tf.function
    def f(x):
        for _ in tf.range(3):
            x = c(x)
        return tf.cond(x > 10.0, lambda: c(x), lambda: x)

    return f(tf.constant(1.0)), f(tf.constant(2.0))


def in_map_fn(tf):
    c = _double(tf).get_concrete_function(_spec(tf, []))
    return tf.map_fn(c, tf.constant([1.0, 2.0]))


def of_a_concrete_function(tf):
    c = _double(tf).get_concrete_function(_spec(tf, []))
    f = tf.function(c)
    return _tries(
        lambda: f(tf.constant(2.0)),
        lambda: f.get_concrete_function(_spec(tf, []))(tf.constant(2.0)),
        lambda: f(tf.constant([2.0])),
    )


def reads_the_newest_values(tf):
    v = tf.Variable(1.0)
    c = tf.function(lambda: v * 2.0).get_concrete_function()
    first = c()
    v.assign(5.0)
    return first, c()


def assigns(tf):
    v = tf.Variable(1.0)
    c = tf.function(lambda x: v.assign_add(x)).get_concrete_function(_spec(tf, []))
    return c(tf.constant(2.0)) + 0.0, c(2.0) + 0.0, v.numpy()


def captures_a_tensor_as_it_was(tf):
    k = [tf.constant(2.0)]
    c = tf.function(lambda x: x * k[0]).get_concrete_function(_spec(tf, []))
    k[0] = tf.constant(5.0)
    return c(tf.constant(3.0))


def traced_once(tf):
    count = []

    @tf.function
    def f(x):
        count.append(1)
        return x

    c = f.get_concrete_function(_spec(tf, []))
    c(tf.constant(1.0))
    c(2.0)
    f(tf.constant(3.0))
    return len(count)


def saved_and_loaded(tf):
    import tempfile

    class Model(tf.Module):
        @tf.function
        def scaled(self, x, n=2.0):
            return {"y": x * n}

    model = Model()
    c = model.scaled.get_concrete_function(_spec(tf, [None]))
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(model, folder, signatures={"serving_default": c})
        loaded = tf.saved_model.load(folder)
        served = loaded.signatures["serving_default"]
        a = tf.constant([1.0, 2.0])
        return _tries(
            lambda: served(x=a),
            lambda: served(a),
            lambda: served(x=tf.constant([[1.0]])),
            lambda: served(x=tf.constant([1])),
            lambda: served(y=a),
            lambda: served(),
            lambda: served(x=[1.0, 2.0]),
            lambda: _specs(tf, served.structured_input_signature),
            lambda: sorted(served.structured_outputs),
            lambda: loaded.scaled(a),
            lambda: loaded.scaled(a, 2.0),
            lambda: loaded.scaled(a, 3.0),
            lambda: loaded.scaled(tf.constant([[1.0]])),
            lambda: loaded.scaled.get_concrete_function(_spec(tf, [None]))(a),
            lambda: len(served.inputs),
            lambda: len(served.outputs),
            lambda: len(served.variables),
        )


def saved_with_signature_functions(tf):
    import tempfile

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="rows")])
        def scaled(self, x):
            return x * self.v

    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(model, folder, signatures=model.scaled)
        loaded = tf.saved_model.load(folder)
        served = loaded.signatures["serving_default"]
        a = tf.constant([1.0, 2.0])
        return _tries(
            lambda: served(rows=a),
            lambda: served(x=a),
            lambda: served(a),
            lambda: _specs(tf, served.structured_input_signature),
            lambda: list(served.structured_outputs),
            lambda: len(served.variables),
            lambda: len(served.captured_inputs),
            lambda: len(served.trainable_variables),
            lambda: loaded.scaled(a),
            lambda: loaded.scaled([1.0]),
        )
