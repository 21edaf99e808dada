"""What people do with gradients: fits, penalties, curvature, differential equations."""


def linear_fit(tf):
    x = tf.linspace(-1.0, 1.0, 11)
    y = 3.0 * x + 2.0
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    losses = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * x + b - y) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.3 * dw)
        b.assign_sub(0.3 * db)
        losses.append(loss)
    return losses, w, b


def dictionary_of_parameters(tf):
    model = {"w": tf.Variable([[1.0], [2.0]]), "b": tf.Variable([0.5])}
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.tanh(tf.constant([[1.0, -1.0]]) @ model["w"] + model["b"]))
    return tape.gradient(y, model)


def newton_step(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**4) + x[0] * x[1]
        g = inner.gradient(y, x)
    h = outer.jacobian(g, x)
    return x - tf.linalg.solve(h, g[:, None])[:, 0]


def input_gradient_penalty(tf):
    x = tf.constant([[0.1, 0.2], [0.3, -0.4]])
    w = tf.Variable([[1.0, -1.0], [0.5, 2.0]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.nn.softmax(x @ w)[:, 0]
        g = inner.gradient(y, x)
        loss = tf.reduce_sum(tf.norm(g, axis=1))
    return outer.gradient(loss, w)


def adversarial_step(tf):
    x, label = tf.constant([[0.5, -0.2, 0.1]]), tf.constant([2])
    w = tf.constant([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(label, x @ w)
    return tf.clip_by_value(x + 0.1 * tf.sign(tape.gradient(loss, x)), -1.0, 1.0)


def differential_equation(tf):
    t = tf.reshape(tf.linspace(0.0, 1.0, 5), (5, 1))
    w, v = tf.Variable([[0.5, -1.0]]), tf.Variable([[1.0], [0.3]])
    with tf.GradientTape() as params:
        with tf.GradientTape() as second:
            second.watch(t)
            with tf.GradientTape() as first:
                first.watch(t)
                u = tf.tanh(t @ w) @ v
            du = first.gradient(u, t)
        ddu = second.gradient(du, t)
        loss = tf.reduce_mean((ddu + u) ** 2)
    return loss, params.gradient(loss, [w, v])


def partial_derivatives_of_columns(tf):
    x, t = tf.Variable([[0.1], [0.4]]), tf.Variable([[0.2], [0.3]])
    with tf.GradientTape(persistent=True) as second:
        with tf.GradientTape(persistent=True) as first:
            u = tf.sin(x * 2.0) * tf.exp(-t)
        ux, ut = first.gradient(u, x), first.gradient(u, t)
    return ux, ut, second.gradient(ux, x), second.gradient(ux, t)


def per_example_by_jacobian(tf):
    x, w = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([[0.1], [0.2]])
    with tf.GradientTape() as tape:
        losses = tf.reduce_sum((x @ w) ** 2, axis=1)
    return tape.jacobian(losses, w)


def hessian_of_a_loss(tf):
    x, w = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([[0.1], [0.2]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(tf.math.softplus(x @ w))
        g = inner.gradient(loss, w)
    return outer.jacobian(g, w)


def hessian_with_zeros_for_linear(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(3.0 * x)
        g = inner.gradient(y, x)
    return outer.jacobian(g, x, unconnected_gradients="zero")


def accumulated_gradients(tf):
    w = tf.Variable(2.0)
    total = tf.zeros(())
    for k in range(3):
        with tf.GradientTape() as tape:
            loss = (w - float(k)) ** 2
        total += tape.gradient(loss, w)
    return total


def clipped_by_global_norm(tf):
    a, b = tf.Variable([3.0, 4.0]), tf.Variable([[12.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(a**2) / 2.0 + tf.reduce_sum(b**2) / 2.0
    return tf.clip_by_global_norm(tape.gradient(y, [a, b]), 1.0)


def recurrent_steps(tf):
    w, h = tf.Variable([[0.5, 0.1], [-0.2, 0.3]]), tf.zeros((1, 2))
    with tf.GradientTape() as tape:
        for k in range(4):
            h = tf.tanh(h @ w + float(k))
        y = tf.reduce_sum(h)
    return tape.gradient(y, w)


def attention(tf):
    q = tf.Variable([[[1.0, 0.0], [0.5, -1.0]]])
    with tf.GradientTape() as tape:
        scores = tf.einsum("bid,bjd->bij", q, q) / tf.sqrt(2.0)
        y = tf.reduce_sum(tf.einsum("bij,bjd->bid", tf.nn.softmax(scores), q) ** 2)
    return tape.gradient(y, q)


def masked_loss(tf):
    logits = tf.Variable([[1.0, 2.0], [3.0, 0.0]])
    mask = tf.constant([1.0, 0.0])
    with tf.GradientTape() as tape:
        losses = tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0], [1.0, 0.0]], logits)
        loss = tf.reduce_sum(losses * mask) / tf.reduce_sum(mask)
    return tape.gradient(loss, logits)


def weight_decay_and_regulariser(tf):
    w = tf.Variable([[1.0, -2.0]])
    with tf.GradientTape() as tape:
        loss = tf.nn.l2_loss(w) + 0.1 * tf.reduce_sum(tf.abs(w))
    return loss, tape.gradient(loss, w)


def physics_potential_to_force(tf):
    r = tf.Variable([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    with tf.GradientTape() as tape:
        d = r[:, None] - r[None]
        d2 = tf.reduce_sum(d**2, -1) + tf.eye(3)
        energy = tf.reduce_sum(tf.linalg.set_diag(1.0 / tf.sqrt(d2), tf.zeros(3))) / 2.0
    return energy, -tape.gradient(energy, r)


def convolution(tf):
    x = tf.reshape(tf.range(16.0), (1, 4, 4, 1)) / 10.0
    k = tf.Variable(tf.reshape(tf.range(9.0), (3, 3, 1, 1)) / 9.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.relu(tf.nn.conv2d(x, k, 1, "SAME") - 1.0) ** 2)
    return tape.gradient(y, k)


def reparameterised_samples(tf):
    mu, rho = tf.Variable(0.5), tf.Variable(-1.0)
    noise = tf.constant([0.3, -0.7, 1.1])
    with tf.GradientTape() as tape:
        z = mu + tf.math.softplus(rho) * noise
        kl = tf.reduce_sum(-0.5 * (1.0 + rho - mu**2 - tf.exp(rho)))
        loss = tf.reduce_mean(z**2) + kl
    return tape.gradient(loss, [mu, rho])


def implicit_differentiation(tf):
    a = tf.Variable(2.0)
    x = tf.sqrt(a)
    x = tf.Variable(x)
    with tf.GradientTape(persistent=True) as tape:
        f = x**2 - a
    return -tape.gradient(f, a) / tape.gradient(f, x)


def while_loop(tf):
    x = tf.Variable(1.5)
    with tf.GradientTape() as tape:
        _, y = tf.while_loop(
            lambda i, y: i < 4, lambda i, y: (i + 1, y * x), [tf.constant(0), tf.constant(1.0)]
        )
    return y, tape.gradient(y, x)


def cond(tf):
    x = tf.Variable(1.5)
    with tf.GradientTape() as tape:
        y = tf.cond(x > 1.0, lambda: x * x, lambda: -x)
    return y, tape.gradient(y, x)


def map_fn(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.map_fn(lambda v: v**3, tf.convert_to_tensor(x))
    return tape.gradient(y, x)


def scan(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.scan(lambda a, v: a * v, tf.convert_to_tensor(x))
    return tape.gradient(y, x)


def vectorized_map(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.vectorized_map(lambda row: tf.reduce_prod(row), tf.convert_to_tensor(x))
    return y, tape.gradient(y, x)


def tensor_array(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        array = tf.TensorArray(tf.float32, 3)
        for k in range(3):
            array = array.write(k, x ** float(k + 1))
        y = tf.reduce_sum(array.stack())
    return tape.gradient(y, x)


def function_call(tf):
    f = tf.function(lambda x: tf.reduce_sum(x**3))
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = f(x)
    return tape.gradient(y, x)


def tape_in_a_function(tf):
    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x**3
        return tape.gradient(y, x)

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        g = slope(tf.convert_to_tensor(x))
    return g, tape.gradient(g, x)


def py_function(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.py_function(lambda v: v**3, [tf.convert_to_tensor(x)], tf.float32)
    return tape.gradient(y, x)


def numpy_function(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.numpy_function(lambda v: v**3, [tf.convert_to_tensor(x)], tf.float32)
    return tape.gradient(y, x)
