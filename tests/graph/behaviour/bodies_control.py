"""Functions `f(tf, x)` with control flow that depends on tensors; AutoGraph rewrites them.

`POINTS` says at which values of `x` each is run ("vector" by default).
"""

POINTS = {}

ZERO_OR_NONE = (
    "a second derivative that nothing leads to: None in one form of the program and zero in "
    "another with TensorFlow; zero here where the first derivative came from a traced function, "
    "else None, as eagerly"
)
DIFFERS = {
    "nested_ifs": ZERO_OR_NONE,
    "while_on_data": ZERO_OR_NONE,
    "loop_that_never_runs": ZERO_OR_NONE,
    "assertion": "assert on tensors becomes tf.debugging.Assert; TensorFlow refuses it by default",
    "min_max_len": "min() and max() of tensors become tf.minimum, tf.maximum; TensorFlow refuses",
}


def at(*points):
    def decorate(f):
        POINTS[f.__name__] = points
        return f

    return decorate


SCALARS = (0.7, -1.3, 2.5)


@at(*SCALARS)
def if_else(tf, x):
    if x > 0:
        y = x * x
    else:
        y = -3.0 * x
    return y


@at(*SCALARS)
def if_without_else(tf, x):
    y = tf.sin(x)
    if x > 1.0:
        y = y * x
    return y


@at(*SCALARS)
def elif_chain(tf, x):
    if x < 0:
        y = tf.exp(x)
    elif x < 1:
        y = x**3
    else:
        y = tf.math.log(x)
    return y


@at(*SCALARS)
def early_return(tf, x):
    if x > 2.0:
        return x
    if x > 0.0:
        return 2.0 * x
    return x * x * x


@at(*SCALARS)
def return_in_else(tf, x):
    if x > 0.0:
        y = tf.sqrt(x)
    else:
        return x - 1.0
    return y * 2.0


@at(*SCALARS)
def nested_ifs(tf, x):
    y = x
    if x > 0:
        if x > 1:
            y = y * 2.0
        else:
            y = y * 3.0
        y = y + x
    return y


@at(*SCALARS)
def conditional_expression(tf, x):
    return x * x if x > 0 else tf.cos(x)


@at(*SCALARS)
def and_or_not(tf, x):
    y = x
    if x > 0 and x < 2:
        y = y * 5.0
    if x < 0 or x > 2:
        y = y + 1.0
    if not x > 0:
        y = y * y
    return y


@at(*SCALARS)
def chained_comparison(tf, x):
    if 0.0 < x < 1.0:
        return x * 4.0
    return x * x


@at(*SCALARS)
def several_variables(tf, x):
    a, b = x, 2.0 * x
    if x > 0:
        a, b = b, a * b
    return a + b * x


@at(*SCALARS)
def python_condition(tf, x):
    y = x
    if len(x.shape) == 0:
        y = y * 2.0
    for k in range(3):
        if k == 1:
            continue
        y = y + float(k) * x
    return y


@at(*SCALARS)
def while_loop(tf, x):
    y = x
    i = 0
    while i < 4:
        y = y * x + 1.0
        i += 1
    return y


@at(*SCALARS)
def while_on_data(tf, x):
    y = x
    while tf.abs(y) < 10.0:
        y = y * 1.5 + tf.sign(y)
    return y


@at(0.5, 2.0, 7.0)
def newton_root(tf, x):
    y = x
    for _ in tf.range(8):
        y = 0.5 * (y + x / y)
    return y


@at(*SCALARS)
def while_with_break(tf, x):
    y = x
    i = tf.constant(0)
    while i < 10:
        y = y + tf.sin(y) * x
        if tf.abs(y) > 2.0:
            break
        i += 1
    return y


@at(*SCALARS)
def for_with_continue(tf, x):
    y = tf.zeros([])
    for i in tf.range(6):
        if i % 2 == 0:
            continue
        y += x ** tf.cast(i, tf.float32)
    return y


@at(*SCALARS)
def return_in_loop(tf, x):
    y = x
    for i in tf.range(5):
        y = y * 1.5
        if y > 3.0:
            return y * 10.0
    return y


@at(*SCALARS)
def nested_loops(tf, x):
    y = x
    for i in tf.range(2):
        for j in tf.range(3):
            y = y + tf.sin(x) * tf.cast(i * j, tf.float32)
    return y


@at(*SCALARS)
def loop_of_ifs(tf, x):
    y = x
    for i in tf.range(4):
        if y > 1.0:
            y = tf.sqrt(y)
        else:
            y = y * x + 0.5
    return y


@at(*SCALARS)
def if_of_loops(tf, x):
    y = x
    if x > 0:
        for _ in tf.range(3):
            y = y * x
    else:
        while y < 1.0:
            y = y + 0.5
    return y


@at(*SCALARS)
def loop_defines_a_variable(tf, x):
    for i in tf.range(3):
        last = x * tf.cast(i + 1, tf.float32)
    return last


@at(*SCALARS)
def loop_that_never_runs(tf, x):
    y = x * 3.0
    for i in tf.range(0):
        y = y * 100.0
    return y


def over_rows(tf, x):
    total = tf.zeros_like(x[0])
    for row in x:
        total = total * 0.5 + row * row
    return tf.reduce_sum(total)


def over_a_vector_of_rows(tf, x):
    y = 1.0
    for v in tf.reduce_sum(x, 1):
        y = y * v
    return y


def sum_of_products(tf, x):
    y = 0.0
    n = tf.shape(x)[0]
    for i in tf.range(n):
        for j in tf.range(n):
            y += x[i, 0] * x[j, 1]
    return y


def tensor_array(tf, x):
    rows = tf.TensorArray(tf.float32, size=3)
    for i in tf.range(3):
        rows = rows.write(i, x[i] * tf.cast(i + 1, tf.float32))
    return tf.reduce_sum(tf.tanh(rows.stack()))


def growing_tensor_array(tf, x):
    found = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[])
    h = 0.0
    for i in tf.range(tf.shape(x)[0]):
        h = tf.tanh(h + x[i, 0])
        found = found.write(i, h)
    return tf.reduce_sum(found.stack() ** 2)


def tensor_array_read(tf, x):
    rows = tf.TensorArray(tf.float32, size=3, clear_after_read=False).unstack(x)
    y = rows.read(0)
    for i in tf.range(1, 3):
        y = y * rows.read(i)
    return tf.reduce_sum(y)


def recurrent_cell(tf, x):
    h = tf.zeros([2])
    for t in tf.range(3):
        h = tf.tanh(x[t] + 0.5 * h)
    return tf.reduce_sum(h)


def python_list(tf, x):
    parts = []
    for i in range(3):
        parts.append(x[i] * float(i))
    return tf.reduce_sum(tf.stack(parts) ** 2)


def dictionaries(tf, x):
    state = {"a": x[0], "b": x[1]}
    if tf.reduce_sum(x) > 0:
        state["a"] = state["a"] * 2.0
    return tf.reduce_sum(state["a"] * state["b"])


def called_function(tf, x):
    def helper(v):
        if tf.reduce_sum(v) > 0:
            return v * 2.0
        return v * v

    return tf.reduce_sum(helper(x) + helper(-x))


def lambda_in_a_map(tf, x):
    return tf.reduce_sum(tf.map_fn(lambda r: r * r if tf.reduce_sum(r) > 0 else -r, x))


def assertion(tf, x):
    assert tf.reduce_sum(tf.abs(x)) > -1.0, "never"
    return tf.reduce_sum(x**2)


def min_max_len(tf, x):
    n = len(x)
    return tf.reduce_sum(x) * float(n) + max(x[0, 0], x[1, 1]) - min(x[0, 0], x[1, 0])
