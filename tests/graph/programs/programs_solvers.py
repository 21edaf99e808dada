"""Numerical methods written with loops of tensors, and gradients through them."""

from traced import each, grads, orders, tangent


def euler(tf):
    def solve(x, k):
        t, h = 0.0, 0.1
        while t < 0.95:
            x = x + h * (-k * x + tf.sin(t))
            t = t + h
        return x

    return grads(tf, solve, tf.constant([1.0, 0.5]), tf.constant(0.7))


def runge_kutta(tf):
    def slope(y):
        return tf.stack([y[1], -tf.sin(y[0]) - 0.1 * y[1]])

    def solve(y):
        h = 0.2
        for _ in tf.range(5):
            a = slope(y)
            b = slope(y + h / 2 * a)
            c = slope(y + h / 2 * b)
            d = slope(y + h * c)
            y = y + h / 6 * (a + 2 * b + 2 * c + d)
        return tf.reduce_sum(y**2)

    return orders(tf, solve, tf.constant([1.0, 0.3]))


def adaptive_steps(tf):
    def solve(y, end, tolerance):
        t, h = tf.constant(0.0), tf.constant(0.5)
        accepted = rejected = 0
        while t < end:
            h = tf.minimum(h, end - t)
            k1 = tf.cos(y) * y
            k2 = tf.cos(y + h * k1) * (y + h * k1)
            low, high = y + h * k1, y + h * (k1 + k2) / 2
            error = tf.reduce_max(tf.abs(low - high))
            if error < tolerance:
                y, t = high, t + h
                accepted += 1
                if error < tolerance / 4:
                    h *= 2.0
            else:
                h /= 2.0
                rejected += 1
        return y, accepted, rejected

    x = tf.constant([0.3, 0.8])
    traced = tf.function(solve)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, a, r = traced(x, tf.constant(1.0), tf.constant(0.01))
    return y, a, r, tape.gradient(y, x)


def trajectory_in_a_tensor_array(tf):
    def solve(y, n):
        path = tf.TensorArray(tf.float32, size=n + 1, element_shape=[2])
        path = path.write(0, y)
        for i in tf.range(n):
            y = y + 0.1 * tf.stack([y[1], -y[0]])
            path = path.write(i + 1, y)
        return path.stack()

    traced = tf.function(solve)
    y = tf.constant([1.0, 0.0])
    with tf.GradientTape() as tape:
        tape.watch(y)
        path = traced(y, tf.constant(4))
        loss = tf.reduce_sum(path * tf.reshape(tf.range(10.0), [5, 2]))
    return path, tape.gradient(loss, y)


def symplectic_energy(tf):
    def leap(q, p):
        for _ in tf.range(6):
            p = p - 0.05 * tf.sin(q)
            q = q + 0.1 * p
            p = p - 0.05 * tf.sin(q)
        return 0.5 * p**2 - tf.cos(q)

    return grads(tf, leap, tf.constant(0.8), tf.constant(0.1))


def power_iteration(tf):
    def largest(a):
        v = tf.ones([tf.shape(a)[0], 1])
        for _ in tf.range(30):
            v = a @ v
            v = v / tf.norm(v)
        return tf.squeeze(tf.transpose(v) @ a @ v)

    return grads(tf, largest, tf.constant([[2.0, 0.5, 0.1], [0.5, 1.0, 0.2], [0.1, 0.2, 0.5]]))


def sinkhorn(tf):
    def cost(c):
        k = tf.exp(-c / 0.5)
        u = v = tf.ones([3])
        for _ in tf.range(10):
            u = (1.0 / 3.0) / tf.linalg.matvec(k, v)
            v = (1.0 / 3.0) / tf.linalg.matvec(k, u, transpose_a=True)
        return tf.reduce_sum(u[:, None] * k * v[None, :] * c)

    return grads(tf, cost, tf.constant([[0.1, 0.9, 0.4], [0.7, 0.2, 0.8], [0.3, 0.6, 0.5]]))


def sinkhorn_in_logs_until_it_stands(tf):
    def plan(c):
        f = g = tf.zeros([2])
        change = tf.constant(1.0)
        n = 0
        while tf.logical_and(change > 1e-4, n < 50):
            new = -tf.reduce_logsumexp(g[None, :] - c, axis=1)
            g = -tf.reduce_logsumexp(new[:, None] - c, axis=0)
            change = tf.reduce_max(tf.abs(new - f))
            f = new
            n += 1
        return tf.reduce_sum(tf.exp(f[:, None] + g[None, :] - c) * c), n

    c = tf.constant([[0.2, 1.1], [0.9, 0.4]])
    traced = tf.function(plan)
    with tf.GradientTape() as tape:
        tape.watch(c)
        y, n = traced(c)
    return y, n, tape.gradient(y, c)


def conjugate_gradients(tf):
    def solve(a, b):
        x = tf.zeros_like(b)
        r = p = b
        rr = tf.tensordot(r, r, 1)
        for i in tf.range(tf.shape(b)[0] * 2):
            if rr < 1e-9:
                break
            ap = tf.linalg.matvec(a, p)
            alpha = rr / tf.tensordot(p, ap, 1)
            x, r = x + alpha * p, r - alpha * ap
            new = tf.tensordot(r, r, 1)
            p = r + new / rr * p
            rr = new
        return tf.reduce_sum(x * [1.0, 2.0])

    return grads(tf, solve, tf.constant([[4.0, 1.0], [1.0, 3.0]]), tf.constant([1.0, 2.0]))


def fixed_point_with_its_own_gradient(tf):
    @tf.custom_gradient
    def solve(a):
        x = tf.zeros_like(a)
        for _ in tf.range(40):
            x = tf.cos(x) * a

        def back(g):
            return g * tf.cos(x) / (1.0 + a * tf.sin(x))

        return x, back

    return grads(tf, lambda a: solve(a) ** 2, tf.constant([0.4, 0.8]))


def custom_gradient_called_in_a_loop(tf):
    @tf.custom_gradient
    def clipped(x):
        def back(g):
            return tf.clip_by_norm(g, 0.5)

        return tf.identity(x), back

    def f(x):
        y = x
        for _ in tf.range(3):
            y = clipped(y * 2.0) + 0.1 * y
        return tf.reduce_sum(y**2)

    return grads(tf, f, tf.constant([0.5, -0.25]))


def bisection(tf):
    def root(c):
        low, high = tf.zeros_like(c), 2.0 * tf.ones_like(c)
        for _ in tf.range(20):
            middle = (low + high) / 2.0
            above = middle**3 + middle - c > 0.0
            low, high = tf.where(above, low, middle), tf.where(above, middle, high)
        x = tf.stop_gradient((low + high) / 2.0)
        return x - (x**3 + x - c) / tf.stop_gradient(3.0 * x**2 + 1.0)

    return grads(tf, root, tf.constant([1.0, 3.0, 8.0]))


def gauss_seidel_by_tensor_scatter(tf):
    def solve(x):
        for _ in tf.range(3):
            for i in tf.range(3):
                left = x[tf.math.floormod(i - 1, 3)]
                right = x[(i + 1) % 3]
                x = tf.tensor_scatter_nd_update(x, [[i]], [0.25 * (left + right) + 0.1])
        return tf.reduce_sum(x * [1.0, 2.0, 3.0])

    return grads(tf, solve, tf.constant([1.0, -1.0, 0.5]))


def matrix_exponential_by_its_series(tf):
    def exponential(a):
        term = total = tf.eye(2)
        k = 1.0
        while tf.reduce_max(tf.abs(term)) > 1e-6:
            term = term @ a / k
            total += term
            k += 1.0
        return total, k

    a = tf.constant([[0.1, 0.4], [-0.3, 0.2]])
    traced = tf.function(exponential)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y, k = traced(a)
    return y, k, tape.gradient(y, a)


def collatz_counts_and_gradient(tf):
    def f(x):
        n = tf.cast(tf.round(x), tf.int32)
        y = x
        while n > 1:
            if n % 2 == 0:
                n //= 2
                y = y * 0.5
            else:
                n = 3 * n + 1
                y = 3.0 * y + 1.0
        return y

    return [grads(tf, f, tf.constant(v)) for v in (6.0, 1.0, 7.2)]


def mandelbrot_of_complex_numbers(tf):
    def escape(c):
        z = tf.zeros_like(c)
        count = tf.zeros(tf.shape(c), tf.int32)
        for _ in tf.range(12):
            inside = tf.abs(z) < 2.0
            z = tf.where(inside, z * z + c, z)
            count += tf.cast(inside, tf.int32)
        return count, z

    traced = tf.function(escape)
    return traced(tf.constant([[0.1 + 0.2j, -1.5 + 0.5j], [0.3 + 0.6j, 1.0 + 1.0j]]))


def gradient_of_a_complex_loop(tf):
    def f(z):
        for _ in tf.range(3):
            z = z * z + tf.complex(0.1, 0.2)
        return tf.abs(z)

    return grads(tf, f, tf.constant(0.4 + 0.3j))


def loop_over_time_forwards(tf):
    def f(x):
        y = x
        while tf.reduce_sum(y) < 10.0:
            y = y * y + x
        return y

    return tangent(tf, f, tf.constant([0.9, 1.2]), tf.constant([1.0, -0.5]))


def forward_over_reverse_through_a_loop(tf):
    @tf.function
    def f(x):
        for _ in tf.range(3):
            x = tf.sin(x) * x
        return tf.reduce_sum(x)

    @tf.function
    def hvp(x, v):
        with tf.autodiff.ForwardAccumulator(x, v) as acc:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            g = tape.gradient(y, x)
        return g, acc.jvp(g)

    return hvp(tf.constant([0.8, 1.3]), tf.constant([1.0, 2.0]))


def reverse_over_reverse_products(tf):
    @tf.function
    def hvp(x, v):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = x
                for _ in tf.range(2):
                    y = tf.tanh(y) * x
                y = tf.reduce_sum(y**3)
            g = inner.gradient(y, x)
        return outer.gradient(g, x, output_gradients=v)

    return hvp(tf.constant([0.5, -1.1, 0.9]), tf.constant([1.0, 0.5, -1.0]))


def jacobian_of_a_loop_from_outside(tf):
    @tf.function
    def f(x):
        for _ in tf.range(3):
            x = tf.stack([x[1], x[0] * x[1]])
        return x

    x = tf.constant([0.7, 1.4])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.jacobian(y, x, experimental_use_pfor=False)


def batch_jacobian_within_a_function(tf):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.stack([x[:, 0] * x[:, 1], tf.sin(x[:, 0]), x[:, 1] ** 2], 1)
        return tape.batch_jacobian(y, x)

    return f(tf.constant([[1.0, 2.0], [0.5, -1.0]]))


def inner_loop_of_maml(tf):
    def outer(w, rate):
        total = 0.0
        for shift in tf.constant([0.5, -0.5, 1.0]):
            fast = w
            for _ in tf.range(2):
                with tf.GradientTape() as tape:
                    tape.watch(fast)
                    loss = tf.reduce_sum((fast - shift) ** 2 * fast)
                fast = fast - rate * tape.gradient(loss, fast)
            total += tf.reduce_sum((fast - shift) ** 2)
        return total

    return grads(tf, outer, tf.constant([0.3, 0.9]), tf.constant(0.05))


def unrolled_inner_loop_and_variables(tf):
    w, rate = tf.Variable([0.4, -0.6]), tf.Variable(0.1)

    @tf.function
    def step():
        with tf.GradientTape() as outer:
            fast = tf.convert_to_tensor(w)
            for _ in range(3):
                with tf.GradientTape() as inner:
                    inner.watch(fast)
                    loss = tf.reduce_sum(tf.cosh(fast))
                fast -= rate * inner.gradient(loss, fast)
            final = tf.reduce_sum(fast**2)
        return final, outer.gradient(final, [w, rate])

    return step()


def cond_with_a_tape_within(tf):
    def f(x):
        def slope():
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(x**3)
            return tape.gradient(y, x)

        return tf.cond(tf.reduce_sum(x) > 0.0, slope, lambda: x * 2.0)

    return [orders(tf, f, tf.constant(v)) for v in ([1.0, 2.0], [-1.0, -2.0])]


def simulated_annealing_without_chance(tf):
    noise = tf.constant([0.5, -0.9, 0.3, 0.8, -0.2, 0.1])

    def search(x):
        best, value = x, tf.reduce_sum(x**2)
        for i, step in enumerate(noise):
            trial = best + step
            score = tf.reduce_sum(trial**2)
            if score < value or i == 2:
                best, value = trial, score
        return best, value

    return each(tf, search, tf.constant([1.0, 0.5]), tf.constant([-0.1]))
