"""Training loops within functions: gradients, updates, stopping, clipping, accumulation."""

from traced import attempt, each, grads

X = [[0.1, 0.9], [0.4, -0.3], [-0.8, 0.5], [0.7, 0.2], [-0.2, -0.6], [0.3, 0.3]]
Y = [[1.0], [0.2], [-0.4], [0.9], [-0.7], [0.6]]


def _data(tf):
    return tf.constant(X), tf.constant(Y)


def _weights(tf):
    return tf.Variable([[0.2], [-0.1]]), tf.Variable([0.05])


def whole_descent_in_one_function(tf):
    x, y = _data(tf)
    w, b = _weights(tf)

    @tf.function
    def fit(steps, rate):
        loss = tf.constant(0.0)
        for _ in tf.range(steps):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((x @ w + b - y) ** 2)
            for v, g in zip([w, b], tape.gradient(loss, [w, b])):
                v.assign_sub(rate * g)
        return loss

    return fit(tf.constant(7), tf.constant(0.1)), w, b


def early_stopping_by_a_tensor(tf):
    x, y = _data(tf)
    w, b = _weights(tf)

    @tf.function
    def fit(most, least):
        taken = 0
        best = tf.constant(float("inf"))
        for step in tf.range(most):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(x @ w + b - y))
            if best - loss < least:
                break
            best = tf.minimum(best, loss)
            dw, db = tape.gradient(loss, (w, b))
            w.assign_sub(0.3 * dw)
            b.assign_sub(0.3 * db)
            taken = step + 1
        return taken, best

    return fit(tf.constant(100), tf.constant(1e-3)), fit(tf.constant(3), tf.constant(0.0)), w, b


def patience(tf):
    losses = tf.constant([5.0, 4.0, 4.5, 3.0, 3.5, 3.6, 3.7, 1.0])

    @tf.function
    def stop(losses, patience):
        best, wait, epoch = losses[0], 0, 0
        for value in losses:
            if value < best:
                best = value
                wait = 0
            else:
                wait += 1
                if wait >= patience:
                    break
            epoch += 1
        return best, wait, epoch

    return [stop(losses, tf.constant(n)) for n in (1, 2, 3, 9)]


def clipped_by_global_norm(tf):
    x, y = _data(tf)
    w, b = _weights(tf)

    @tf.function
    def step(limit):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.abs(x @ w + b - y)) * 10.0
        found, norm = tf.clip_by_global_norm(tape.gradient(loss, [w, b]), limit)
        w.assign_sub(found[0])
        b.assign_sub(found[1])
        return norm, tf.linalg.global_norm(found)

    return [step(tf.constant(c)) for c in (0.5, 1000.0)], w, b


def micro_batches(tf):
    x, y = _data(tf)
    w, b = _weights(tf)
    sums = [tf.Variable(tf.zeros_like(v), trainable=False) for v in (w, b)]

    @tf.function
    def step(size):
        for s in sums:
            s.assign(tf.zeros_like(s))
        count = tf.shape(x)[0] // size
        for i in tf.range(count):
            part = slice(i * size, (i + 1) * size)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((x[part] @ w + b - y[part]) ** 2) / tf.cast(count, x.dtype)
            for s, g in zip(sums, tape.gradient(loss, [w, b])):
                s.assign_add(g)
        return [tf.identity(s) for s in sums]

    return step(tf.constant(2)), step(tf.constant(3))


def accumulated_as_loop_variables(tf):
    x, y = _data(tf)
    w, b = _weights(tf)

    @tf.function
    def step():
        total = [tf.zeros_like(w), tf.zeros_like(b)]
        for row, target in tf.data.Dataset.from_tensor_slices((x, y)).batch(4):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((row @ w + b - target) ** 2)
            found = tape.gradient(loss, [w, b])
            total = [t + g for t, g in zip(total, found)]
        return total

    return step()


def epochs_over_a_dataset(tf):
    x, y = _data(tf)
    w, b = _weights(tf)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(2)

    @tf.function
    def fit(epochs):
        history = tf.TensorArray(tf.float32, size=epochs)
        for epoch in tf.range(epochs):
            total, count = 0.0, 0
            for i, (row, target) in data.enumerate():
                if i == 1:
                    continue
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean((tf.tanh(row @ w) + b - target) ** 2)
                dw, db = tape.gradient(loss, [w, b])
                w.assign_sub(0.2 * dw)
                b.assign_sub(0.2 * db)
                total += loss
                count += 1
            history = history.write(epoch, total / tf.cast(count, tf.float32))
        return history.stack()

    return fit(tf.constant(3)), w, b


def momentum_by_hand(tf):
    w = tf.Variable([1.0, -2.0])
    m = tf.Variable(tf.zeros([2]))

    @tf.function
    def train(n):
        i = tf.constant(0)
        while i < n:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(w**2 * [1.0, 10.0])
            m.assign(0.5 * m + tape.gradient(loss, w))
            w.assign_sub(0.02 * m)
            i += 1
        return loss

    return attempt(train, tf.constant(4)), w, m


def adam_by_hand(tf):
    w = tf.Variable([0.3, 0.7])

    @tf.function
    def train(n):
        m = v = tf.zeros_like(w)
        for t in tf.range(1, n + 1):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.sin(3.0 * w)) + w[0] * w[1]
            g = tape.gradient(loss, w)
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g**2
            k = tf.cast(t, tf.float32)
            w.assign_sub(0.1 * (m / (1 - 0.9**k)) / (tf.sqrt(v / (1 - 0.999**k)) + 1e-7))
        return m, v

    return train(tf.constant(5)), w


def learning_rate_schedule(tf):
    def rate(step):
        if step < 3:
            return 0.1 * tf.cast(step + 1, tf.float32) / 3.0
        elif step < 6:
            return tf.constant(0.1)
        return 0.1 * 0.5 ** tf.cast(step - 5, tf.float32)

    return each(tf, rate, *(tf.constant(k) for k in range(9)))


def loss_scaling_skips_infinite_steps(tf):
    w = tf.Variable([1.0, 2.0])
    scale = tf.Variable(2.0**126)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(w**3) * scale
        g = tape.gradient(loss, w) / scale
        finite = tf.reduce_all(tf.math.is_finite(g))
        if finite:
            w.assign_sub(0.01 * g)
        else:
            scale.assign(scale / 2.0)
        return finite

    return [step() for _ in range(4)], w, scale


def line_search(tf):
    def f(x):
        return tf.reduce_sum(x**4 - 3.0 * x**2 + x)

    def search(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        g = tape.gradient(y, x)
        t = tf.constant(1.0)
        while f(x - t * g) > y - 0.3 * t * tf.reduce_sum(g * g):
            t *= 0.5
        return x - t * g, t

    return each(tf, search, tf.constant([1.0, 2.0]), tf.constant([-1.5, 0.1]))


def newton_with_a_tape_in_the_loop(tf):
    def root(x):
        steps = 0
        while tf.abs(x**3 - 2.0) > 1e-5 and steps < 20:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x**3 - 2.0
            x = x - y / tape.gradient(y, x)
            steps += 1
        return x, steps

    return each(tf, root, tf.constant(1.0), tf.constant(3.0), tf.constant(-4.0))


def newton_for_a_minimum(tf):
    @tf.function
    def minimum(x, n):
        for _ in tf.range(n):
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    y = tf.reduce_sum(tf.cosh(x - [0.3, -0.2])) + 0.5 * x[0] * x[1]
                g = inner.gradient(y, x)
            h = outer.jacobian(g, x)
            x -= tf.linalg.solve(h, g[:, None])[:, 0]
        return x, g

    return attempt(minimum, tf.constant([0.5, 0.5]), tf.constant(4))


def parameters_in_a_dictionary(tf):
    def f(x):
        p = {"w": x[:2], "b": x[2]}
        for _ in tf.range(3):
            with tf.GradientTape() as tape:
                tape.watch(p)
                loss = (tf.reduce_sum(p["w"] * [1.0, 2.0]) + p["b"] - 1.0) ** 2
            g = tape.gradient(loss, p)
            p = {k: p[k] - 0.1 * g[k] for k in p}
        return tf.reduce_sum(p["w"] ** 2) + p["b"]

    return grads(tf, f, tf.constant([0.5, -0.3, 0.2]))


def gradient_penalty(tf):
    w = tf.Variable([[0.4, -0.2], [0.1, 0.3]])

    @tf.function
    def step(real, fake, mix):
        between = real + mix * (fake - real)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(between)
                score = tf.reduce_sum(tf.nn.softplus(between @ w), 1)
            g = inner.gradient(score, between)
            norm = tf.sqrt(tf.reduce_sum(g**2, 1))
            penalty = tf.reduce_mean((norm - 1.0) ** 2)
        return penalty, outer.gradient(penalty, w)

    x = tf.constant(X)
    return step(x[:3], x[3:], tf.constant([[0.2], [0.5], [0.9]]))


def moving_average_of_weights(tf):
    w, mean = tf.Variable(1.0), tf.Variable(1.0, trainable=False)

    @tf.function
    def train(n):
        for i in tf.range(n):
            w.assign_add(tf.cast(i, tf.float32))
            if i % 2 == 0:
                mean.assign(0.9 * mean + 0.1 * w)
        return w - mean

    return train(tf.constant(5)), w, mean


def teacher_forcing(tf):
    def run(x, force):
        y, previous = 0.0, x[0]
        for t in tf.range(1, tf.shape(x)[0]):
            previous = x[t - 1] if force[t] else tf.tanh(previous * 1.5)
            y += previous**2
        return y

    force = tf.constant([True, False, False, True, False, True])
    x = tf.constant([0.5, -0.4, 0.3, 0.9, -0.1, 0.2])
    traced = tf.function(run)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(x, force)
    return y, tape.gradient(y, x)


def class_with_a_training_step(tf):
    class Model:
        def __init__(self):
            self.w = tf.Variable([[0.5], [0.25]])
            self.seen = tf.Variable(0)
            self.history = []

        def __call__(self, x):
            return x @ self.w

        @tf.function
        def train_step(self, x, y):
            with tf.GradientTape() as tape:
                loss = self.loss(x, y)
            self.w.assign_sub(0.1 * tape.gradient(loss, self.w))
            self.seen.assign_add(tf.shape(x)[0])
            return {"loss": loss, "seen": self.seen.read_value()}

        def loss(self, x, y):
            error = self(x) - y
            if tf.reduce_max(tf.abs(error)) > 1.0:
                return tf.reduce_mean(tf.abs(error))
            return tf.reduce_mean(error**2)

    model = Model()
    x, y = _data(tf)
    return [model.train_step(x * s, y) for s in (1.0, 4.0, 1.0)], model.w


def two_optimisers_by_turns(tf):
    g, d = tf.Variable(0.5), tf.Variable(-0.5)

    @tf.function
    def train(n):
        for i in tf.range(n):
            with tf.GradientTape(persistent=True) as tape:
                game = g * d + 0.1 * g**2 - 0.2 * d**2
            if i % 3 == 0:
                d.assign_add(0.5 * tape.gradient(game, d))
            else:
                g.assign_sub(0.5 * tape.gradient(game, g))
            del tape
        return g * d

    return train(tf.constant(6)), g, d


def gradients_through_assigned_variables(tf):
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        for i in tf.range(3):
            v.assign(v * x)
        return v * x

    x = tf.constant(1.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, [x, v]), v


def sampled_rows_of_an_embedding(tf):
    table = tf.Variable(tf.reshape(tf.range(10.0), [5, 2]))

    @tf.function
    def train(ids):
        for row in ids:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.nn.embedding_lookup(table, row) ** 2)
            g = tape.gradient(loss, table)
            table.scatter_sub(tf.IndexedSlices(0.1 * g.values, g.indices))
        return tf.reduce_sum(table)

    return train(tf.constant([[0, 2], [4, 4], [1, 0]])), table


def freezing_by_stop_gradient(tf):
    def f(x):
        h = x
        for i in tf.range(4):
            h = tf.sin(h) * 1.3
            if i < 2:
                h = tf.stop_gradient(h)
        return tf.reduce_sum(h)

    def g(x):
        h = x
        for i in tf.range(4):
            h = h + tf.stop_gradient(h * x)
        return tf.reduce_sum(h)

    x = tf.constant([0.3, 0.9])
    return grads(tf, f, x), grads(tf, g, x)


def norm_of_each_example(tf):
    x, y = _data(tf)
    w, b = _weights(tf)

    @tf.function
    def norms():
        def one(pair):
            row, target = pair
            with tf.GradientTape() as tape:
                loss = (tf.reduce_sum(row[None] @ w) + b[0] - target[0]) ** 2
            g = tape.gradient(loss, [w, b])
            return tf.linalg.global_norm(g)

        mapped = tf.map_fn(one, (x, y), fn_output_signature=tf.float32)
        return mapped, tf.vectorized_map(one, (x, y))

    return norms()
