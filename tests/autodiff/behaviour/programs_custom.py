"""`tf.custom_gradient`, `tf.grad_pass_through`, `tf.recompute_grad`, and the registry of rules."""

_FOUR = {"dtype": "float32", "shape": [], "values": [4.0]}
_FIVE = {"dtype": "float32", "shape": [], "values": [5.0]}
_NO_TENSOR = "what is no tensor may be an argument; TensorFlow cannot convert it"
_CHECKED = "the shape and dtype of what a rule returns are checked"
_EAGER_KEYWORDS = "TensorFlow ignores the rule, or miscounts, when a tensor is given by keyword"
DIFFERS = {
    "number_as_gradient": (
        "a number becomes a tensor of the source's shape and dtype",
        {"tuple": [_FOUR, {"dtype": "float32", "shape": [], "values": [7.0]}]},
    ),
    "keyword_call": (_EAGER_KEYWORDS, {"dtype": "float32", "shape": [], "values": [100.0]}),
    "none_as_input": (_NO_TENSOR, _FIVE),
    "function_as_input": (_NO_TENSOR, _FIVE),
    "wrong_shape_of_gradient": (_CHECKED, {"raises": "ValueError"}),
    "wrong_dtype_of_gradient": (_CHECKED, {"raises": "ValueError"}),
    "rule_not_called_when_not_on_the_path": (
        "a rule whose result nobody asked for is not run",
        {"tuple": [_FOUR, 0]},
    ),
    "option_by_keyword": (_EAGER_KEYWORDS, {"dtype": "float32", "shape": [], "values": [30.0]}),
}


def rule_replaces_the_derivative(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: up * 100.0))


def rule_is_ignored_without_a_tape(tf):
    return _ruled(tf, lambda x, up: 1 / 0)(tf.constant(2.0))


def rule_of_value_only(tf):
    @tf.custom_gradient
    def f(x):
        import numpy as np

        return tf.constant(np.sin(x.numpy())), lambda up: up * tf.cos(x)

    return _grad_of(tf, f)


def decorator_with_parentheses(tf):
    @tf.custom_gradient()
    def f(x):
        return x * x, lambda up: up * 10.0

    return _grad_of(tf, f)


def log1pexp(tf):
    @tf.custom_gradient
    def f(x):
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda up: up * (1 - 1 / (1 + e))

    return _grad_of(tf, f, 100.0)


def second_order_through_the_rule(tf):
    return _second(tf, _ruled(tf, lambda x, up: up * x * x))


def second_order_of_a_constant_rule(tf):
    return _second(tf, _ruled(tf, lambda x, up: up * 5.0))


def rule_with_a_rule(tf):
    @tf.custom_gradient
    def f(x):
        @tf.custom_gradient
        def first(up):
            return up * 10.0, lambda upup: upup * 1000.0

        return x * x, first

    x, c = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(c)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x, output_gradients=c)
    return g, outer.gradient(g, c)


def rule_with_custom_second(tf):
    @tf.custom_gradient
    def f(x):
        def grad(up):
            @tf.custom_gradient
            def slope(x):
                return 3.0 * x * x, lambda up2: up2 * 77.0

            return up * slope(x)

        return x**3, grad

    return _second(tf, f)


def several_inputs(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda up: (up * 10.0, up * 100.0)

    return _grads_of(tf, f, [2.0, 5.0])


def several_inputs_list_of_gradients(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda up: [up * 10.0, up * 100.0]

    return _grads_of(tf, f, [2.0, 5.0])


def none_for_one_input(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda up: (None, up * 100.0)

    return _grads_of(tf, f, [2.0, 5.0])


def none_for_the_only_input(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: None))


def too_few_gradients(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda up: up * 10.0

    return _grads_of(tf, f, [2.0, 5.0])


def too_many_gradients(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: (up, up)))


def number_as_gradient(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: 7.0))


def numpy_as_gradient(tf):
    import numpy as np

    return _grad_of(tf, _ruled(tf, lambda x, up: np.float32(7.0)))


def list_of_one_gradient(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: [up * 3.0]))


def several_outputs(tf):
    @tf.custom_gradient
    def f(x):
        return (x * 2.0, x * 3.0), lambda a, b: a * 10.0 + b * 100.0

    return _of_outputs(tf, f, lambda u, v: u + 5.0 * v)


def several_outputs_as_list(tf):
    @tf.custom_gradient
    def f(x):
        return [x * 2.0, x * 3.0], lambda a, b: a * 10.0 + b * 100.0

    return _of_outputs(tf, f, lambda u, v: u + 5.0 * v)


def unused_output(tf):
    @tf.custom_gradient
    def f(x):
        return (x * 2.0, x * 3.0), lambda a, b: a * 10.0 + b * 100.0

    return _of_outputs(tf, f, lambda u, v: v)


def nested_outputs(tf):
    @tf.custom_gradient
    def f(x):
        return {"a": x * 2.0, "b": x * 3.0}, lambda a, b: a * 10.0 + b * 100.0

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        result = f(x)
        z = result["b"]
    return result, tape.gradient(z, x)


def integer_output(tf):
    @tf.custom_gradient
    def f(x):
        return (x * 2.0, tf.cast(x, tf.int32)), lambda a, b: a * 10.0

    return _of_outputs(tf, f, lambda u, v: u)


def output_is_the_input(tf):
    @tf.custom_gradient
    def f(x):
        return x, lambda up: up * 9.0

    return _grad_of(tf, f)


def no_inputs(tf):
    v = tf.Variable(3.0)

    @tf.custom_gradient
    def f():
        def grad(up, variables=None):
            return [], [up * 42.0 for _ in variables]

        return v * 2.0, grad

    with tf.GradientTape() as tape:
        y = f()
    return tape.gradient(y, v)


def keyword_call(tf):
    f = _ruled(tf, lambda x, up: up * 100.0)
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x=x)
    return tape.gradient(y, x)


def option_by_keyword(tf):
    @tf.custom_gradient
    def f(x, scale):
        return x * scale, lambda up: (up * scale * 10.0, None)

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x, scale=3.0)
    return _name_of_error(lambda: tape.gradient(y, x))


def python_number_as_input(tf):
    @tf.custom_gradient
    def f(x, scale):
        return x * scale, lambda up: (up * scale, None)

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x, 3.0)
    return tape.gradient(y, x)


def list_as_input(tf):
    @tf.custom_gradient
    def f(x):
        return x[0] * x[1], lambda up: [up * 1.0, up * 2.0]

    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = f([tf.identity(a), tf.identity(b)])
    return tape.gradient(y, [a, b])


def variable_as_input(tf):
    @tf.custom_gradient
    def f(x):
        return x * x, lambda up: up * 11.0

    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = f(v)
    return tape.gradient(y, v)


def variables_inside(tf):
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def grad(up, variables=None):
            return up * 7.0, [up * 11.0 for _ in variables]

        return x * w, grad

    return _with_variable(tf, f, w)


def variables_by_any_keyword(tf):
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def grad(up, **kwargs):
            return up * 7.0, [up * float(len(kwargs["variables"]))]

        return x * w, grad

    return _with_variable(tf, f, w)


def variables_not_accepted(tf):
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        return x * w, lambda up: up * 7.0

    return _with_variable(tf, f, w)


def variables_not_accepted_without_tape(tf):
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        return x * w, lambda up: up * 7.0

    return f(tf.constant(2.0))


def variables_gradients_missing(tf):
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def grad(up, variables=None):
            return up * 7.0, []

        return x * w, grad

    return _with_variable(tf, f, w)


def variables_accepted_but_none_used(tf):
    @tf.custom_gradient
    def f(x):
        def grad(up, variables=None):
            assert variables is None
            return up * 7.0

        return x * x, grad

    return _grad_of(tf, f)


def untrainable_variable_inside(tf):
    w = tf.Variable(3.0, trainable=False)

    @tf.custom_gradient
    def f(x):
        return x * w, lambda up: up * 7.0

    return _with_variable(tf, f, w)


def method(tf):
    class Model:
        scale = 5.0

        def call(self, x):
            @tf.custom_gradient
            def inner(x):
                return x * 2.0, lambda up: up * self.scale

            return inner(x)

    return _grad_of(tf, Model().call)


def reversed_gradient(tf):
    @tf.custom_gradient
    def flip(x):
        return tf.identity(x), lambda up: -up

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = flip(x * x) * 3.0
    return tape.gradient(y, x)


def clipped_gradient(tf):
    @tf.custom_gradient
    def clip(x):
        return tf.identity(x), lambda up: tf.clip_by_norm(up, 0.5)

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = clip(x * x)
    return tape.gradient(y, x)


def straight_through(tf):
    @tf.custom_gradient
    def sign(x):
        return tf.sign(x), lambda up: up * tf.cast(tf.abs(x) <= 1.0, up.dtype)

    x = tf.Variable([0.5, 2.0])
    with tf.GradientTape() as tape:
        y = sign(x) * 3.0
    return tape.gradient(y, x)


def nested_rules(tf):
    inner = _ruled(tf, lambda x, up: up * 10.0)

    @tf.custom_gradient
    def outer(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = inner(x)
        g = tape.gradient(y, x)
        return y, lambda up: up * g * 2.0

    return _grad_of(tf, outer)


def rule_uses_the_outer_tape(tf):
    w = tf.Variable(4.0)

    @tf.custom_gradient
    def f(x):
        def grad(up):
            return up * tf.stop_gradient(tf.identity(w)) * 1.0

        return x * x, grad

    return _grad_of(tf, f)


def jacobian_of_rule(tf):
    f = _ruled(tf, lambda x, up: up * 10.0)
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.jacobian(y, x)


def batch_jacobian_of_rule(tf):
    f = _ruled(tf, lambda x, up: up * x)
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.batch_jacobian(y, x)


def function_returns_no_pair(tf):
    @tf.custom_gradient
    def f(x):
        return x * x

    return f(tf.constant(2.0))


def function_raises(tf):
    @tf.custom_gradient
    def f(x):
        raise KeyError("stop")

    return f(tf.constant(2.0))


def rule_raises(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: {}["missing"]))


def rule_raises_and_the_tape_recovers(tf):
    f = _ruled(tf, lambda x, up: {}["missing"])
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = f(x)
        z = x * x
    error = _name_of_error(lambda: tape.gradient(y, x))
    return error, tape.gradient(z, x)


def pass_through(tf):
    return _grad_of(tf, tf.grad_pass_through(tf.round), 1.7)


def pass_through_lambda(tf):
    return _grad_of(tf, tf.grad_pass_through(lambda x: x**3))


def pass_through_with_a_variable(tf):
    w = tf.Variable(4.0)
    return _with_variable(tf, tf.grad_pass_through(lambda x: x * w), w)


def recompute(tf):
    return _grad_of(tf, tf.recompute_grad(lambda x: tf.sin(x) * x))


def recompute_counts_calls(tf):
    calls = []

    def f(x):
        calls.append(1)
        return x * x

    g = tf.recompute_grad(f)
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = g(x)
    before = len(calls)
    found = tape.gradient(y, x)
    return before, len(calls), found


def recompute_with_a_variable(tf):
    w = tf.Variable(4.0)
    return _with_variable(tf, tf.recompute_grad(lambda x: tf.sin(x * w)), w)


def recompute_with_keywords(tf):
    @tf.recompute_grad
    def f(x, power=1.0):
        return x**power

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x, power=3.0)
    return y, tape.gradient(y, x)


def recompute_several(tf):
    @tf.recompute_grad
    def f(x, y):
        return x * y, x + y

    x, y = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        u, v = f(x, y)
        z = u * v
    return tape.gradient(z, [x, y])


def recompute_nested(tf):
    inner = tf.recompute_grad(lambda x: tf.sin(x))
    return _grad_of(tf, tf.recompute_grad(lambda x: inner(x) * x))


def recompute_chain(tf):
    layers = [tf.Variable(float(k)) for k in range(1, 4)]
    x = tf.constant(0.3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for w in layers:
            y = tf.recompute_grad(lambda y, w=w: tf.tanh(y * w))(y)
    return tape.gradient(y, [x, *layers])


def recompute_of_a_model(tf):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    b = tf.Variable([0.5, -0.5])
    f = tf.recompute_grad(lambda x: tf.nn.relu(x @ w + b))
    with tf.GradientTape() as tape:
        y = f(tf.constant([[1.0, -1.0]]))
    return tape.gradient(y, [w, b])


def registry_second_rule(tf):
    tf.RegisterGradient("Mul")(lambda op, up: up)


def registry_name_is_no_string(tf):
    tf.RegisterGradient(3)


def registry_returns_the_function(tf):
    def rule(op, up):
        return up

    return tf.RegisterGradient("BehaviourReturned")(rule) is rule


def registry_new_type_twice(tf):
    tf.RegisterGradient("BehaviourTwice")(lambda op, up: up)
    tf.RegisterGradient("BehaviourTwice")(lambda op, up: up)


def no_gradient_of_a_known_type(tf):
    tf.no_gradient("Mul")


def no_gradient_name_is_no_string(tf):
    tf.no_gradient(3)


def no_gradient_of_a_new_type(tf):
    return tf.no_gradient("BehaviourNothing")


def decorated_method_with_gradient_for_self(tf):
    return _grad_of(tf, _model(tf, lambda up: (None, up * 5.0)).call)


def decorated_method_with_gradients_of_tensors(tf):
    return _grad_of(tf, _model(tf, lambda up: up * 5.0).call)


def string_as_input(tf):
    return _with_option(tf, "double", lambda up: (up * 5.0, None))


def string_as_input_without_gradient(tf):
    return _with_option(tf, "double", lambda up: up * 5.0)


def none_as_input(tf):
    return _with_option(tf, None, lambda up: (up * 5.0, None))


def none_as_input_without_gradient(tf):
    return _with_option(tf, None, lambda up: up * 5.0)


def boolean_as_input(tf):
    return _with_option(tf, True, lambda up: (up * 5.0, None))


def function_as_input(tf):
    return _with_option(tf, tf.sin, lambda up: (up * 5.0, None))


def integer_tensor_as_input(tf):
    return _with_option(tf, tf.constant(3), lambda up: (up * 5.0, None))


def integer_tensor_as_input_with_gradient(tf):
    return _with_option(tf, tf.constant(3), lambda up: (up * 5.0, up * 7.0))


def numpy_as_input(tf):
    import numpy as np

    return _with_option(tf, np.float32(3.0), lambda up: (up * 5.0, up * 7.0))


def dict_as_input(tf):
    @tf.custom_gradient
    def f(xs):
        return xs["a"] * xs["b"], lambda up: (up * 10.0, up * 100.0)

    xs = {"b": tf.constant(2.0), "a": tf.constant(5.0)}
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(xs)
    return tape.gradient(y, xs)


def dict_as_gradient(tf):
    @tf.custom_gradient
    def f(xs):
        return xs["a"] * xs["b"], lambda up: {"b": up * 10.0, "a": up * 100.0}

    xs = {"b": tf.constant(2.0), "a": tf.constant(5.0)}
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(xs)
    return tape.gradient(y, xs)


def wrong_shape_of_gradient(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    f = _ruled(tf, lambda x, up: tf.reduce_sum(up))
    with tf.GradientTape() as tape:
        y = f(x)
    return tape.gradient(y, x)


def wrong_dtype_of_gradient(tf):
    return _grad_of(tf, _ruled(tf, lambda x, up: tf.cast(up, tf.float64)))


def inside_a_function(tf):
    f = _ruled(tf, lambda x, up: up * 100.0)
    compiled = tf.function(lambda x: f(x) * 2.0)
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = compiled(tf.convert_to_tensor(x))
    return y, tape.gradient(y, x)


def around_a_function(tf):
    compiled = tf.function(lambda x: x * x)

    @tf.custom_gradient
    def f(x):
        return compiled(x), lambda up: up * 100.0

    return _grad_of(tf, f)


def tape_inside_a_function(tf):
    f = _ruled(tf, lambda x, up: up * 100.0)

    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    return slope(tf.constant(2.0))


def recompute_inside_a_function(tf):
    f = tf.recompute_grad(lambda x: tf.sin(x) * x)
    compiled = tf.function(lambda x: f(x))
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = compiled(tf.convert_to_tensor(x))
    return tape.gradient(y, x)


def pass_through_of_several(tf):
    f = tf.grad_pass_through(lambda x, y: (x * y, x + y))
    return _name_of_error(lambda: _grads_of(tf, lambda x, y: sum(f(x, y)), [2.0, 5.0]))


def stacked_rules(tf):
    f = _ruled(tf, lambda x, up: up * 10.0)
    g = _ruled(tf, lambda x, up: up + 1.0)
    return _grad_of(tf, lambda x: g(f(x)))


def rule_in_a_loop(tf):
    f = _ruled(tf, lambda x, up: up * 2.0)
    x = tf.Variable(1.5)
    with tf.GradientTape() as tape:
        y = tf.identity(x)
        for _ in range(5):
            y = f(y) / y
    return y, tape.gradient(y, x)


def persistent_tape_calls_the_rule_each_time(tf):
    calls = []

    def rule(x, up):
        calls.append(1)
        return up * 3.0

    f = _ruled(tf, rule)
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = f(x)
    tape.gradient(y, x)
    return tape.gradient(y, x), len(calls)


def rule_not_called_when_not_on_the_path(tf):
    calls = []

    def rule(x, up):
        calls.append(1)
        return up * 3.0

    f = _ruled(tf, rule)
    x, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = f(x) * w
    return tape.gradient(y, w), len(calls)


def rule_gets_zeros_for_unused_outputs(tf):
    seen = []

    @tf.custom_gradient
    def f(x):
        def grad(a, b):
            seen.append((a, b))
            return a

        return (x * 2.0, x[:2] * 3.0), grad

    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y, _ = f(x)
    g = tape.gradient(y, x)
    return g, seen


def no_gradient_to_an_unwatched_input(tf):
    @tf.custom_gradient
    def f(x, y):
        return x * y, lambda up: (up * 10.0, up * 100.0)

    x, y = tf.Variable(2.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        z = f(x, y)
    return tape.gradient(z, [x, y])


def _model(tf, rule):
    class Model:
        @tf.custom_gradient
        def call(self, x):
            return x * 2.0, rule

    return Model()


def _with_option(tf, option, rule):
    @tf.custom_gradient
    def f(x, option):
        return x * 2.0, rule

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(tf.convert_to_tensor(x), option)
    return tape.gradient(y, x)


def _ruled(tf, rule):
    """`x * x` with a rule."""

    @tf.custom_gradient
    def f(x):
        return x * x, lambda up: rule(x, up)

    return f


def _grad_of(tf, f, value=2.0):
    x = tf.Variable(value)
    with tf.GradientTape() as tape:
        y = f(tf.convert_to_tensor(x))
    return y, tape.gradient(y, x)


def _second(tf, f, value=3.0):
    x = tf.Variable(value)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(tf.identity(x))
        g = inner.gradient(y, x)
    return g, outer.gradient(g, x)


def _grads_of(tf, f, values):
    xs = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return tape.gradient(y, xs)


def _of_outputs(tf, f, combine):
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = f(x)
        z = combine(*result)
    return result, tape.gradient(z, x)


def _with_variable(tf, f, w):
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, [x, w])


def _name_of_error(f):
    try:
        return f()
    except Exception as error:
        return type(error).__name__
