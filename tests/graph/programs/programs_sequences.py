"""Sequences: cells by hand, scans, searches and dynamic programming within functions."""

import collections

from traced import attempt, grads, tangent

X = [[0.1, 0.9], [0.4, -0.3], [-0.8, 0.5], [0.7, 0.2]]


def cell_in_a_while_loop(tf):
    w = tf.Variable([[0.3, -0.2], [0.1, 0.4]])
    u = tf.Variable([[0.5, 0.0], [-0.3, 0.2]])

    @tf.function
    def run(x):
        def body(t, h):
            return t + 1, tf.tanh(x[t][None] @ w + h @ u)

        _, h = tf.while_loop(lambda t, h: t < tf.shape(x)[0], body, (0, tf.zeros([1, 2])))
        return h

    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = run(x)
    return h, tape.gradient(h, [x, w, u])


def cell_in_a_scan(tf):
    def run(x):
        def cell(state, row):
            h, c = state
            i, f = tf.sigmoid(row), tf.sigmoid(h + row)
            c = f * c + i * tf.tanh(row)
            return [tf.tanh(c) * i, c]

        h, c = tf.scan(cell, x, [tf.zeros([2]), tf.ones([2])])
        return tf.reduce_sum(h * c)

    return grads(tf, run, tf.constant(X))


def scan_backwards_and_swapped(tf):
    def run(x):
        forth = tf.scan(lambda a, b: 0.5 * a + b, x)
        back = tf.scan(
            lambda a, b: 0.5 * a + b, x, reverse=True, parallel_iterations=2, swap_memory=True
        )
        return tf.reduce_sum(forth * back)

    return grads(tf, run, tf.constant(X))


def scan_without_back_prop(tf):
    def run(x):
        kept = tf.scan(lambda a, b: a * b, x, back_prop=False)
        return tf.reduce_sum(kept + x)

    return attempt(grads, tf, run, tf.constant(X))


def while_loop_without_back_prop(tf):
    def run(x):
        _, y = tf.while_loop(
            lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x], back_prop=False
        )
        return y + x

    return attempt(grads, tf, run, tf.constant([1.5, 2.0]))


def while_loop_with_every_option(tf):
    def run(x):
        return tf.while_loop(
            lambda i, y: y[0] < 100.0,
            lambda i, y: (i + 1, tf.concat([y * x, [1.0]], 0)),
            [0, x[None]],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
            parallel_iterations=1,
            swap_memory=True,
            maximum_iterations=tf.constant(4),
            name="grow",
        )

    traced = tf.function(run)
    x = tf.constant(1.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        i, y = traced(x)
    return i, y, tape.gradient(y, x)


def masked_cell(tf):
    def run(x, lengths):
        h = tf.zeros([2, 2])
        for t in tf.range(tf.shape(x)[1]):
            new = tf.tanh(x[:, t] + 0.5 * h)
            h = tf.where((t < lengths)[:, None], new, h)
        return h

    x = tf.reshape(tf.linspace(-1.0, 1.0, 12), [2, 3, 2])
    traced = tf.function(run)
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = traced(x, tf.constant([3, 1]))
    return h, tape.gradient(h, x)


def attention_with_a_mask(tf):
    def run(q, k):
        n = tf.shape(q)[0]
        scores = q @ tf.transpose(k) / tf.sqrt(tf.cast(tf.shape(k)[-1], tf.float32))
        mask = tf.linalg.band_part(tf.ones([n, n]), -1, 0)
        scores = tf.where(mask > 0, scores, tf.fill(tf.shape(scores), -1e9))
        return tf.nn.softmax(scores) @ k

    return grads(tf, run, tf.constant(X), tf.constant(X) * 0.5)


def attention_row_by_row(tf):
    def run(x):
        out = tf.TensorArray(tf.float32, size=tf.shape(x)[0])
        for t in tf.range(tf.shape(x)[0]):
            seen = x[: t + 1]
            weights = tf.nn.softmax(tf.linalg.matvec(seen, x[t]))
            out = out.write(t, tf.linalg.matvec(seen, weights, transpose_a=True))
        return out.stack()

    return grads(tf, run, tf.constant(X))


def edit_distance(tf):
    def distance(a, b):
        row = tf.range(tf.size(b) + 1)
        for i in tf.range(tf.size(a)):
            new = tf.TensorArray(tf.int32, size=tf.size(b) + 1, clear_after_read=False)
            new = new.write(0, i + 1)
            for j in tf.range(tf.size(b)):
                same = 0 if a[i] == b[j] else 1
                best = tf.minimum(row[j] + same, tf.minimum(row[j + 1], new.read(j)) + 1)
                new = new.write(j + 1, best)
            row = new.stack()
        return row[-1]

    traced = tf.function(distance)
    words = [tf.constant([ord(c) for c in w]) for w in ("kitten", "sitting", "fit")]
    return [attempt(traced, a, b) for a in words for b in words]


def soft_edit_distance(tf):
    def distance(c):
        n = 3
        row = tf.cast(tf.range(n + 1), tf.float32)
        for i in tf.range(n):
            new = [tf.cast(i + 1, tf.float32)]
            for j in range(n):
                ways = tf.stack([row[j] + c[i, j], row[j + 1] + 1.0, new[j] + 1.0])
                new.append(-tf.reduce_logsumexp(-ways))
            row = tf.stack(new)
        return row[n]

    c = tf.constant([[0.1, 0.7, 0.9], [0.8, 0.2, 0.6], [0.5, 0.9, 0.3]])
    return grads(tf, distance, c)


def viterbi(tf):
    def path(scores, moves):
        best, back = scores[0], tf.TensorArray(tf.int32, size=3)
        for t in tf.range(1, 4):
            ways = best[:, None] + moves
            back = back.write(t - 1, tf.argmax(ways, axis=0, output_type=tf.int32))
            best = tf.reduce_max(ways, axis=0) + scores[t]
        links = back.stack()
        state = tf.argmax(best, output_type=tf.int32)
        states = tf.TensorArray(tf.int32, size=4).write(3, state)
        for t in tf.range(2, -1, -1):
            state = links[t, state]
            states = states.write(t, state)
        return states.stack(), tf.reduce_max(best)

    scores = tf.constant([[1.0, 0.2, 0.3], [0.1, 0.9, 0.2], [0.5, 0.4, 0.7], [0.3, 0.8, 0.6]])
    moves = tf.constant([[0.2, -0.4, 0.3], [0.1, 0.0, -0.2], [-0.3, 0.5, 0.1]])
    traced = tf.function(path)
    with tf.GradientTape() as tape:
        tape.watch([scores, moves])
        states, best = traced(scores, moves)
    return states, best, tape.gradient(best, [scores, moves])


def forward_algorithm(tf):
    def likelihood(emit, moves):
        alpha = emit[0]
        for t in tf.range(1, tf.shape(emit)[0]):
            alpha = emit[t] + tf.reduce_logsumexp(alpha[:, None] + moves, axis=0)
        return tf.reduce_logsumexp(alpha)

    emit = tf.math.log(tf.constant([[0.7, 0.3], [0.4, 0.6], [0.9, 0.1]]))
    return grads(tf, likelihood, emit, tf.math.log(tf.constant([[0.8, 0.2], [0.3, 0.7]])))


def connectionist_alignment(tf):
    def loss(logits):
        labels = tf.constant([0, 1, 0, 2, 0])
        logs = tf.nn.log_softmax(logits)
        alpha = tf.concat([tf.gather(logs[0], labels[:2]), tf.fill([3], -30.0)], 0)
        for t in tf.range(1, tf.shape(logits)[0]):
            one = tf.concat([[-30.0], alpha[:-1]], 0)
            skip = tf.concat([[-30.0, -30.0, -30.0], alpha[1:2], [-30.0]], 0)
            alpha = tf.reduce_logsumexp(tf.stack([alpha, one, skip]), 0)
            alpha += tf.gather(logs[t], labels)
        return -tf.reduce_logsumexp(alpha[-2:])

    return grads(tf, loss, tf.reshape(tf.sin(tf.range(12.0)), [4, 3]))


def beam_search(tf):
    table = tf.constant([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.4, 0.2]])

    @tf.function
    def search(width, steps):
        beams = tf.zeros([1, 1], tf.int32)
        scores = tf.zeros([1])
        for _ in tf.range(steps):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[
                    (beams, tf.TensorShape([None, None])),
                    (scores, tf.TensorShape([None])),
                ]
            )
            ways = scores[:, None] + tf.math.log(tf.gather(table, beams[:, -1]))
            count = tf.minimum(width, tf.size(ways))
            scores, flat = tf.math.top_k(tf.reshape(ways, [-1]), count)
            beams = tf.concat([tf.gather(beams, flat // 3), (flat % 3)[:, None]], 1)
        return beams, scores

    return search(tf.constant(2), tf.constant(3))


def greedy_decoding_until_the_end(tf):
    def decode(x):
        token, length = tf.constant(0), 0
        out = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        while True:
            token = tf.argmax(x[token], output_type=tf.int32)
            out = out.write(length, token)
            length += 1
            if token == 3 or length > 5:
                break
        return out.stack(), length

    traced = tf.function(decode)
    return [attempt(traced, tf.one_hot(rows, 4)) for rows in ([2, 3, 1, 0], [1, 0, 0, 0])]


def state_in_a_named_tuple(tf):
    state_type = collections.namedtuple("State", "h count")

    def run(x):
        state = state_type(tf.zeros([2]), 0)
        for row in x:
            state = state_type(tf.tanh(state.h + row), state.count + 1)
        return state.h * tf.cast(state.count, tf.float32)

    return grads(tf, run, tf.constant(X))


def state_in_a_dictionary(tf):
    def run(x):
        state = {"h": tf.zeros([2]), "all": (tf.zeros([2]), tf.ones([2]))}
        for row in x:
            low, high = state["all"]
            state = {
                "h": tf.sin(state["h"] + row),
                "all": (tf.minimum(low, row), tf.maximum(high, row)),
            }
        return state

    x = tf.constant(X)
    traced = tf.function(run)
    with tf.GradientTape() as tape:
        tape.watch(x)
        state = traced(x)
    return state, tape.gradient(state, x)


def while_loop_of_nested_structures(tf):
    def run(x):
        start = {"i": tf.constant(0), "pair": (x, [x * 0.5])}

        def body(s):
            a, (b,) = s["pair"]
            return ({"i": s["i"] + 1, "pair": (a * b, [a + b])},)

        return tf.while_loop(lambda s: s["i"] < 3, body, [start])

    x = tf.constant(0.8)
    traced = tf.function(run)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = traced(x)
        total = sum(tf.reduce_sum(v) for v in tf.nest.flatten(out) if v.dtype == tf.float32)
    return out, tape.gradient(total, x)


def cumulative_products_by_scan_forwards(tf):
    return tangent(
        tf, lambda x: tf.scan(lambda a, b: a * b + 1.0, x), tf.constant(X), tf.ones([4, 2])
    )


def fold_from_the_right(tf):
    def f(x):
        return tf.foldr(lambda a, b: tf.sin(a) + b * a, x, initializer=tf.ones([2]))

    return grads(tf, f, tf.constant(X))


def map_over_several_with_gradients(tf):
    def f(x, y):
        def one(args):
            a, b = args
            with tf.GradientTape() as tape:
                tape.watch(a)
                z = tf.reduce_sum(tf.sin(a) * b)
            return z, tape.gradient(z, a)

        z, g = tf.map_fn(one, (x, y), fn_output_signature=(tf.float32, tf.float32))
        return z[:, None] * g

    return grads(tf, f, tf.constant(X), tf.constant(X)[::-1])


def vectorized_gradients(tf):
    def f(x):
        def one(a):
            with tf.GradientTape() as tape:
                tape.watch(a)
                z = tf.reduce_prod(a) ** 2
            return tape.gradient(z, a)

        return tf.vectorized_map(one, x)

    return grads(tf, f, tf.constant(X))


def branches_by_number(tf):
    def f(x, k):
        return tf.switch_case(k, [lambda: x, lambda: x**2, lambda: tf.exp(x)], default=lambda: -x)

    traced = tf.function(f)
    found = []
    for k in (0, 1, 2, 3, -1):
        x = tf.constant(0.5)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = traced(x, tf.constant(k))
        found.append((y, tape.gradient(y, x)))
    return found


def program_of_instructions(tf):
    def run(codes, x):
        for code in codes:
            x = tf.switch_case(
                code, {0: lambda: x + 1.0, 1: lambda: x * 2.0, 2: lambda: tf.sqrt(x)}
            )
        return x

    traced = tf.function(run)
    x = tf.constant(4.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(tf.constant([0, 1, 2, 1, 0]), x)
    return y, tape.gradient(y, x)


def windows_of_a_signal(tf):
    def f(x):
        total = tf.constant(0.0)
        for i in tf.range(0, tf.size(x) - 2, 2):
            window = x[i : i + 3]
            window.set_shape([3])
            total += tf.reduce_sum(window * [0.25, 0.5, 0.25]) ** 2
        return total

    return grads(tf, f, tf.constant([0.3, 0.1, 0.8, -0.5, 0.9, 0.2, 0.4]))


def stack_machine_with_a_tensor_array(tf):
    def f(x):
        stack = tf.TensorArray(tf.float32, size=4, clear_after_read=False)
        top = 0
        for i in tf.range(4):
            stack = stack.write(top, x[i])
            top += 1
            if top > 1 and x[i] < 0.0:
                stack = stack.write(top - 2, stack.read(top - 2) * stack.read(top - 1))
                top -= 1
        return stack.read(0), top

    x = tf.constant([2.0, 3.0, -1.0, -4.0])
    traced = tf.function(f)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, top = attempt(traced, x)
    return y, top, tape.gradient(y, x)


def running_mean_and_variance(tf):
    def f(x):
        n, mean, m2 = 0.0, 0.0, 0.0
        for v in x:
            n += 1.0
            delta = v - mean
            mean += delta / n
            m2 += delta * (v - mean)
        return m2 / n

    return grads(tf, f, tf.constant([1.0, 2.0, 4.0, 7.0]))


def sorting_by_bubbles(tf):
    def f(x):
        n = tf.size(x)
        swapped = True
        while swapped:
            swapped = False
            for i in tf.range(n - 1):
                if x[i] > x[i + 1]:
                    x = tf.tensor_scatter_nd_update(x, [[i], [i + 1]], [x[i + 1], x[i]])
                    swapped = True
        return x * tf.cast(tf.range(1, n + 1), tf.float32)

    return grads(tf, f, tf.constant([3.0, 1.0, 2.0, 0.5]))


def primes(tf):
    @tf.function
    def sieve(n):
        prime = tf.ones([n], tf.bool)
        prime = tf.tensor_scatter_nd_update(prime, [[0], [1]], [False, False])
        for i in tf.range(2, n):
            if i * i >= n:
                break
            if not prime[i]:
                continue
            steps = tf.range(i * i, n, i)
            off = tf.zeros_like(steps, tf.bool)
            prime = tf.tensor_scatter_nd_update(prime, steps[:, None], off)
        return tf.where(prime)[:, 0]

    return sieve(tf.constant(30))
