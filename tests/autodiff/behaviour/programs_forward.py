"""`tf.autodiff.ForwardAccumulator`: tangents, nesting in itself and with tapes, errors."""

_VECTOR = ("[1.0, 2.0, 3.0]",)
_MATRIX = ("[[1.0, 2.0], [3.0, 5.0]]",)
_SPREAD = ("[-1.5, 0.0, 2.0]",)
_POSITIVE = ("[0.5, 2.0, 4.0]",)

EXPRESSIONS = {
    "tangent": [
        ("tf.reduce_sum(x * x)", "float32", _VECTOR),
        ("tf.exp(x) / tf.reduce_sum(tf.exp(x))", "float64", _VECTOR),
        ("tf.nn.softmax(x)", "float64", _VECTOR),
        ("tf.nn.log_softmax(x)", "float64", _VECTOR),
        ("tf.matmul(x, x)", "float64", _MATRIX),
        ("tf.linalg.inv(x)", "float64", _MATRIX),
        ("tf.linalg.det(x)", "float64", _MATRIX),
        ("tf.transpose(x) @ x", "float64", _MATRIX),
        ("tf.reshape(x, [4])[1:3]", "float64", _MATRIX),
        ("tf.concat([x, 2.0 * x], 0)", "float32", _VECTOR),
        ("tf.stack([x, x * x])", "float32", _VECTOR),
        ("tf.split(x, 2)", "float32", _MATRIX),
        ("tf.unstack(x)", "float32", _MATRIX),
        ("tf.gather(x, [2, 0, 2])", "float32", _VECTOR),
        ("tf.reverse(x, [0])", "float32", _VECTOR),
        ("tf.cumsum(x)", "float32", _VECTOR),
        ("tf.math.cumprod(x)", "float64", _VECTOR),
        ("tf.reduce_max(x)", "float32", ("[1.0, 3.0, 3.0]",)),
        ("tf.reduce_prod(x)", "float64", _VECTOR),
        ("tf.reduce_logsumexp(x)", "float64", _VECTOR),
        ("tf.math.reduce_std(x)", "float64", _VECTOR),
        ("tf.nn.relu(x)", "float32", _SPREAD),
        ("tf.nn.elu(x)", "float32", _SPREAD),
        ("tf.nn.leaky_relu(x)", "float32", _SPREAD),
        ("tf.abs(x)", "float32", _SPREAD),
        ("tf.sign(x)", "float32", _SPREAD),
        ("tf.maximum(x, 0.0)", "float32", _SPREAD),
        ("tf.clip_by_value(x, -1.0, 1.0)", "float32", _SPREAD),
        ("tf.where(x > 0, x * x, -x)", "float32", _SPREAD),
        ("tf.sqrt(x)", "float64", _POSITIVE),
        ("tf.pow(x, 3.0)", "float64", _POSITIVE),
        ("tf.math.lgamma(x)", "float64", _POSITIVE),
        ("tf.math.erf(x)", "float64", _SPREAD),
        ("tf.norm(x)", "float64", _VECTOR),
        ("tf.sort(x, direction='DESCENDING')", "float32", ("[2.0, 3.0, 1.0]",)),
        ("tf.nn.top_k(x, 2).values", "float32", ("[2.0, 3.0, 1.0]",)),
        ("tf.tile(x, [2])", "float32", _VECTOR),
        ("tf.pad(x, [[1, 1]])", "float32", _VECTOR),
        ("tf.broadcast_to(x, [2, 3])", "float32", _VECTOR),
        ("tf.stop_gradient(x) * x", "float32", _VECTOR),
        ("tf.cast(x, tf.float64) ** 2", "float32", _VECTOR),
        ("tf.round(x)", "float32", _SPREAD),
        ("tf.cast(x, tf.int32)", "float32", _SPREAD),
        ("tf.einsum('ij,kj->ik', x, x)", "float64", _MATRIX),
        ("tf.linalg.band_part(x, 0, -1)", "float64", _MATRIX),
        ("tf.linalg.diag_part(x)", "float64", _MATRIX),
        ("tf.linalg.trace(x)", "float64", _MATRIX),
        ("tf.linalg.cholesky(x @ tf.transpose(x))", "float64", _MATRIX),
        ("tf.linalg.solve(x, x @ x)", "float64", _MATRIX),
        ("tf.constant(3.0)", "float32", _VECTOR),
    ]
}


def several_primals(tf):
    x, y = tf.constant(2.0), tf.constant(5.0)
    with tf.autodiff.ForwardAccumulator([x, y], [tf.constant(1.0), tf.constant(10.0)]) as acc:
        z = x * y
    return acc.jvp(z)


def nest_of_primals(tf):
    x, y = tf.constant(2.0), tf.constant(5.0)
    tangents = {"x": tf.constant(1.0), "y": [tf.constant(10.0)]}
    with tf.autodiff.ForwardAccumulator({"x": x, "y": [y]}, tangents) as acc:
        z = x * y
    return acc.jvp(z)


def variable_as_primal(tf):
    v = tf.Variable([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(v, tf.constant([1.0, 0.0])) as acc:
        y = v * v
    return acc.jvp(y)


def tangent_of_the_primal(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(7.0)) as acc:
        pass
    return acc.jvp(x)


def tangent_of_the_variable(tf):
    v = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(7.0)) as acc:
        pass
    return acc.jvp(v)


def tangent_as_number(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, 7.0) as acc:
        y = x * x
    return acc.jvp(y)


def nest_of_results(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        result = {"a": x * x, "b": (x, tf.constant(1.0))}
    return acc.jvp(result)


def unconnected(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = tf.constant([1.0, 2.0])
    return acc.jvp(y)


def unconnected_zero(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = tf.constant([1.0, 2.0])
    return acc.jvp(y, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def unconnected_nonsense(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    return acc.jvp(y, unconnected_gradients="nonsense")


def primal_listed_twice(tf):
    x = tf.constant(2.0)
    tf.autodiff.ForwardAccumulator([x, x], [tf.constant(1.0), tf.constant(1.0)])


def nests_differ(tf):
    x = tf.constant(2.0)
    tf.autodiff.ForwardAccumulator([x], [tf.constant(1.0), tf.constant(1.0)])


def shapes_differ(tf):
    x = tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    return acc.jvp(y)


def dtypes_differ(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0, tf.float64)) as acc:
        y = x * x
    return acc.jvp(y)


def integer_primal(tf):
    x = tf.constant(2)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1)) as acc:
        y = x * x
    return acc.jvp(y)


def entered_twice(tf):
    x = tf.constant(2.0)
    acc = tf.autodiff.ForwardAccumulator(x, tf.constant(1.0))
    with acc, acc:
        pass


def entered_again(tf):
    x = tf.constant(2.0)
    acc = tf.autodiff.ForwardAccumulator(x, tf.constant(1.0))
    with acc:
        y = x * x
    with acc:
        z = y * x
    return acc.jvp([y, z])


def asked_inside(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
        found = acc.jvp(y)
    return found


def computed_outside(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    return acc.jvp(y * 3.0)


def exception_inside(tf):
    x = tf.constant(2.0)
    acc = tf.autodiff.ForwardAccumulator(x, tf.constant(1.0))
    try:
        with acc:
            raise KeyError
    except KeyError:
        pass
    return acc.jvp(x * x)


def forward_over_forward(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as outer:
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as inner:
            y = x**3
        first = inner.jvp(y)
    return first, outer.jvp(first), outer.jvp(y)


def inner_of_outer(tf):
    x = tf.constant(2.0)
    outer = tf.autodiff.ForwardAccumulator(x, tf.constant(1.0))
    with outer, tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as inner:
        y = x**3
        first = outer.jvp(y)
    return inner.jvp(first), inner.jvp(y)


def three_forward(tf):
    x = tf.constant(2.0)
    one = tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, one) as a:
        with tf.autodiff.ForwardAccumulator(x, one) as b:
            with tf.autodiff.ForwardAccumulator(x, one) as c:
                y = tf.sin(x) * x
            first = c.jvp(y)
        second = b.jvp(first)
    return first, second, a.jvp(second)


def forward_over_reverse(tf):
    x = tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_prod(x) ** 2
        g = tape.gradient(y, x)
    return g, acc.jvp(g)


def reverse_over_forward(tf):
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
            y = tf.reduce_sum(x**3)
        d = acc.jvp(y)
    return d, tape.gradient(d, x)


def reverse_over_reverse_over_forward(tf):
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
                y = x**4
            d = acc.jvp(y)
        dd = inner.gradient(d, x)
    return outer.gradient(dd, x)


def forward_with_tape_inside_not_used(tf):
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return acc.jvp(y), tape.gradient(y, x)


def tape_opened_first_sees_the_tangent(tf):
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
            y = tf.sin(x)
        d = acc.jvp(y)
    return tape.gradient(y, x), tape.gradient(d, x)


def tangent_that_depends_on_a_variable(tf):
    x, v = tf.constant(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        with tf.autodiff.ForwardAccumulator(x, v * v) as acc:
            y = x * x
        d = acc.jvp(y)
    return tape.gradient(d, v)


def custom_gradient_rule_is_transposed(tf):
    @tf.custom_gradient
    def f(x):
        return x * x, lambda upstream: upstream * 10.0

    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = f(x)
    return acc.jvp(y)


def variable_assigned_inside(tf):
    v = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        y = v * v
        v.assign(5.0)
        z = v * v
    return acc.jvp(y), acc.jvp(z)


def untrainable_variable(tf):
    v = tf.Variable(2.0, trainable=False)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        y = v * v
    return acc.jvp(y)


def sparse_rows(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.autodiff.ForwardAccumulator(table, tf.ones((3, 2))) as acc:
        y = tf.nn.embedding_lookup(table, [0, 0, 2])
    return acc.jvp(y)


def hessian_vector_product(tf):
    v = tf.Variable([[1.0, 2.0]])
    with tf.autodiff.ForwardAccumulator(v, tf.constant([[0.0, 1.0]])) as acc:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(v**3)
        g = tape.gradient(y, v)
    return acc.jvp(g)


def complex_tangent(tf):
    x = tf.constant(1.0 + 2.0j, tf.complex64)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0 + 0.0j, tf.complex64)) as acc:
        y = x * x
    return acc.jvp(y)


def complex_tangent_of_abs(tf):
    x = tf.constant(3.0 + 4.0j, tf.complex64)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0 + 0.0j, tf.complex64)) as acc:
        y = tf.abs(x)
    return acc.jvp(y)
