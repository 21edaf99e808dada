"""Python's own statements and expressions within functions, with tensors deciding."""

import contextlib
import dataclasses
import functools

from traced import attempt, each, grads

SCALE = 3.0


def _scaled(x):
    global SCALE
    SCALE = SCALE + 0.0
    return x * SCALE


def global_names(tf):
    def f(x):
        if x > 0.0:
            return _scaled(x)
        return x

    return [grads(tf, f, tf.constant(v)) for v in (2.0, -2.0)]


def nonlocal_counts(tf):
    def f(x):
        count = 0

        def note(v):
            nonlocal count
            count += 1
            return v * count

        x = note(x)
        for _ in tf.range(3):
            x = x + note(x)
        return x + count

    return attempt(grads, tf, f, tf.constant(1.5))


def nonlocal_in_a_branch(tf):
    def f(x):
        total = x

        def add(v):
            nonlocal total
            total = total + v

        if x > 1.0:
            add(x * x)
        return total

    return [attempt(grads, tf, f, tf.constant(v)) for v in (0.5, 1.5)]


def generators_as_they_are(tf):
    def powers(x):
        for k in range(4):
            yield x**k

    def f(x):
        return tf.add_n(list(powers(x))) + sum(p for p in powers(x))

    return grads(tf, f, tf.constant([0.5, 2.0]))


def comprehensions(tf):
    def f(x):
        rows = [r * r for r in tf.unstack(x)]
        table = {k: v for k, v in enumerate(rows) if k % 2 == 0}
        shapes = {tuple(r.shape) for r in rows}
        pairs = [a * b for a in rows for b in table.values()]
        return tf.add_n(pairs) * float(len(shapes))

    return grads(tf, f, tf.constant([[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]]))


def comprehension_over_a_tensor(tf):
    def f(x):
        return tf.stack([v * 2.0 for v in x])

    return attempt(tf.function(f), tf.constant([1.0, 2.0]))


def comprehension_with_a_tensor_condition(tf):
    def f(x):
        return [v for v in (1.0, 2.0) if x > v]

    return attempt(tf.function(f), tf.constant(1.5))


def lambdas_and_closures(tf):
    def f(x):
        twice = lambda g: lambda v: g(g(v))  # noqa: E731
        step = lambda v: v * 2.0 if v > 1.0 else v + 1.0  # noqa: E731
        return twice(twice(step))(x)

    return [grads(tf, f, tf.constant(v)) for v in (0.5, 1.5)]


def closures_in_a_loop(tf):
    def f(x):
        y = x
        for i in tf.range(3):

            def add(v):
                return v + tf.cast(i, tf.float32) * x

            y = add(y) * 0.5
        return y

    return grads(tf, f, tf.constant(2.0))


def late_binding(tf):
    def f(x):
        makers = [lambda v: v * k for k in range(1, 4)]
        return tf.add_n([m(x) for m in makers])

    return grads(tf, f, tf.constant(2.0))


def class_with_state(tf):
    class Counter:
        def __init__(self, x):
            self.x, self.n = x, 0

        def step(self):
            self.x = self.x * 1.5
            self.n += 1

        @property
        def value(self):
            return self.x * float(self.n)

    def f(x):
        c = Counter(x)
        while c.x < 5.0:
            c.step()
        return c.value

    return attempt(grads, tf, f, tf.constant(1.0))


def attributes_in_a_branch(tf):
    class Box:
        pass

    def f(x):
        box = Box()
        box.y = x
        box.inner = Box()
        box.inner.z = x * 2.0
        if x > 0.0:
            box.y = x * x
            box.inner.z = box.y + 1.0
        return box.y * box.inner.z

    return [attempt(grads, tf, f, tf.constant(v)) for v in (2.0, -2.0)]


def attributes_in_a_loop(tf):
    class Box:
        def __init__(self, y):
            self.y = y

    def f(x):
        box = Box(x)
        for _ in tf.range(3):
            box.y = box.y * x
        return box.y

    return attempt(grads, tf, f, tf.constant(1.5))


def items_in_a_loop(tf):
    def f(x):
        state = {"a": x, "b": [x, x]}
        for _ in tf.range(2):
            state["a"] = state["a"] * x
            state["b"][0] = state["b"][0] + state["a"]
        return state["a"] + state["b"][0] * state["b"][1]

    return attempt(grads, tf, f, tf.constant(1.5))


def items_in_a_branch(tf):
    def f(x):
        rows = [x, x * 2.0]
        if x > 0.0:
            rows[1] = rows[0] * 5.0
        else:
            rows[0] = -x
        return rows[0] * rows[1]

    return [attempt(grads, tf, f, tf.constant(v)) for v in (2.0, -2.0)]


def decorators(tf):
    def traced_twice(g):
        @functools.wraps(g)
        def wrapper(*args, **kwargs):
            return g(*args, **kwargs) + g(*args, **kwargs)

        return wrapper

    @tf.function
    @traced_twice
    def f(x, power=2):
        if x > 1.0:
            return x**power
        return x * 0.0

    return f(tf.constant(3.0)), f(tf.constant(0.5), power=3), f(tf.constant(2.0), power=3)


def with_statements(tf):
    entered = []

    @contextlib.contextmanager
    def noted(name):
        entered.append(name)
        yield len(entered)
        entered.append("-" + name)

    def f(x):
        with noted("a") as a, noted("b"):
            if x > 0.0:
                y = x * a
            else:
                y = -x
        with tf.name_scope("scope"):
            y = y + 1.0
        return y

    return grads(tf, f, tf.constant(2.0))


def tape_left_by_an_exception(tf):
    @tf.function
    def f(x):
        try:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x * x
                raise KeyError("out")
        except KeyError:
            pass
        return tape.gradient(y, x)

    return attempt(f, tf.constant(3.0))


def formatted_text(tf):
    @tf.function
    def f(x):
        name = f"{len(x.shape)}-{x.dtype.name}-{'a' * 2:>4}"
        return tf.constant(name), tf.strings.format("{} and {}", (x, name))

    return f(tf.constant([1.5, 2.5]))


def assertions(tf):
    def f(x):
        assert x.shape.rank == 1, "rank"
        assert len(x) > 1
        return tf.reduce_sum(x)

    return each(tf, f, tf.constant([1.0, 2.0]), tf.constant([[1.0]]), tf.constant([1.0]))


def asserts_of_tensors_in_loops(tf):
    @tf.function
    def f(x):
        for v in x:
            tf.debugging.assert_less(v, 3.0, message="too large")
            tf.Assert(v > 0.0, [v])
        return tf.reduce_sum(x)

    return [attempt(f, tf.constant(v)) for v in ([1.0, 2.0], [1.0, 3.5], [-1.0, 2.0], [])]


def membership(tf):
    def f(x, names):
        y = x
        if "a" in names:
            y = y * 2.0
        if 3 not in [1, 2]:
            y = y + 1.0
        return y if "b" in names else -y

    traced = tf.function(f)
    return traced(tf.constant(1.0), {"a": 1, "b": 2}), traced(tf.constant(1.0), ("c",))


def membership_of_tensors(tf):
    def f(x):
        return 1 if x in [1, 2] else 0

    return each(tf, f, tf.constant(2), tf.constant(3))


def chained_comparisons(tf):
    def f(x):
        if 0.0 < x <= 1.0 < x + 1.0 < 5.0:
            return x * 2.0
        return x

    return [grads(tf, f, tf.constant(v)) for v in (0.5, 1.0, 1.5)]


def ternaries(tf):
    def f(x):
        return (x if x > 2.0 else x * x) if x > 0.0 else (-x if x > -1.0 else x * 0.0)

    return [grads(tf, f, tf.constant(v)) for v in (3.0, 1.5, -0.5, -2.0)]


def walrus(tf):
    def f(x):
        if (y := x * x) > 2.0:
            return y
        return x + y

    return [attempt(grads, tf, f, tf.constant(v)) for v in (2.0, 1.0)]


def walrus_in_a_loop(tf):
    def f(x):
        n = 0
        while (x := x * 2.0) < 10.0:
            n += 1
        return x, n

    return each(tf, f, tf.constant(1.5))


def match_of_python_values(tf):
    def f(x, how):
        match how:
            case "double":
                return x * 2.0
            case ("power", n):
                return x**n
            case {"add": a}:
                return x + a
            case _:
                return x

    traced = tf.function(f)
    x = tf.constant(3.0)
    return [attempt(traced, x, how) for how in ("double", ("power", 2), {"add": 1.0}, None)]


def match_of_a_tensor(tf):
    def f(x):
        match x:
            case 1:
                return x + 10
            case _:
                return x

    return each(tf, f, tf.constant(1), tf.constant(2))


def deleted_names(tf):
    def f(x):
        y = x * 2.0
        z = y + 1.0
        del y
        if z > 3.0:
            z = z * 2.0
        return z

    return [attempt(grads, tf, f, tf.constant(v)) for v in (2.0, 0.5)]


def deleted_and_used(tf):
    def f(x):
        y = x * 2.0
        del y
        return y  # noqa: F821

    return each(tf, f, tf.constant(1.0))


def star_arguments(tf):
    def inner(a, *rest, scale=1.0, **more):
        total = a
        for r in rest:
            total = total + r * scale
        for key in sorted(more):
            total = total * more[key]
        return total

    @tf.function
    def f(*xs, **options):
        first, *others = xs
        return inner(first, *others, **options, last=first)

    a, b, c = (tf.constant(v) for v in (1.0, 2.0, 3.0))
    return f(a), f(a, b, c), f(a, b, scale=0.5, other=c)


def mutable_defaults(tf):
    def f(x, seen=[]):  # noqa: B006
        seen.append(1)
        return x * float(len(seen))

    traced = tf.function(f)
    return [traced(tf.constant(v)) for v in (1.0, 2.0)], traced(tf.constant([1.0]))


def recursion_of_python(tf):
    def power(x, n):
        if n == 0:
            return tf.ones_like(x)
        if n % 2:
            return x * power(x, n - 1)
        half = power(x, n // 2)
        return half * half

    return grads(tf, lambda x: power(x, 11), tf.constant([0.9, 1.1]))


def tree_of_tensors(tf):
    def fold(tree):
        if isinstance(tree, (list, tuple)):
            return sum((fold(t) for t in tree), tf.constant(0.0))
        return tree**2

    @tf.function
    def f(x):
        return fold([x, [x * 2.0, (x * 3.0,)], []])

    return f(tf.constant(2.0))


def partial_arguments(tf):
    def f(a, x, *, k):
        if x > a:
            return x * k
        return a

    half = functools.partial(f, tf.constant(1.0), k=0.5)
    return [grads(tf, half, tf.constant(v)) for v in (3.0, 0.5)]


def dataclass_as_a_structure(tf):
    @dataclasses.dataclass
    class Point:
        x: object
        y: object

        def norm(self):
            return tf.sqrt(self.x**2 + self.y**2)

    def f(x):
        p = Point(x, 2.0 * x)
        if x > 0.0:
            r = p.norm()
        else:
            r = p.x
        return r

    return [grads(tf, f, tf.constant(v)) for v in (2.0, -2.0)]


def dataclass_as_a_loop_variable(tf):
    @dataclasses.dataclass
    class Point:
        x: object

    def f(x):
        p = Point(x)
        for _ in tf.range(3):
            p = Point(p.x * 2.0)
        return p.x

    return attempt(tf.function(f), tf.constant(1.0))


def list_appends_in_a_python_loop(tf):
    def f(x):
        seen = []
        for k in range(3):
            if k > 0:
                seen.append(x * float(k))
        seen += [x]
        seen.insert(0, x * x)
        last = seen.pop()
        return tf.stack(seen) * last

    return grads(tf, f, tf.constant(1.5))


def list_appends_in_a_tensor_loop(tf):
    @tf.function
    def f(x):
        seen = []
        for v in x:
            seen.append(v)
        return seen[0] if seen else x

    return attempt(f, tf.constant([1.0, 2.0]))


def enumerate_and_zip_of_tensors(tf):
    def f(x, y):
        total = tf.constant(0.0)
        for i, (a, b) in enumerate(zip(x, y)):
            total += a * b * float(i + 1) if isinstance(i, int) else a * b * tf.cast(i + 1, a.dtype)
        return total

    return attempt(grads, tf, f, tf.constant([1.0, 2.0, 3.0]), tf.constant([0.5, -1.0, 2.0]))


def enumerate_with_a_start(tf):
    @tf.function
    def f(x):
        total = 0
        for i, v in enumerate(x, 5):
            total += i * v
        return total

    return attempt(f, tf.constant([1, 2, 3]))


def ranges_of_tensors(tf):
    def f(n):
        total = 0
        for i in range(1, n, 2):
            total += i
        for i in range(n):
            if i > 3:
                break
            total += 100
        return total

    return each(tf, f, tf.constant(6), tf.constant(0), 4)


def loops_with_an_else(tf):
    def f(n):
        total = 0
        for i in tf.range(n):
            if i == 3:
                break
            total += i
        else:
            total = -1
        return total

    return each(tf, f, tf.constant(2), tf.constant(5))


def while_true_with_a_return(tf):
    def f(x):
        i = 0
        while True:
            x = x * 1.5
            i += 1
            if x > 10.0:
                return x, i

    return each(tf, f, tf.constant(1.0))


def return_within_nested_loops(tf):
    def f(x, goal):
        for i in tf.range(3):
            for j in tf.range(3):
                if x[i, j] == goal:
                    return tf.stack([i, j])
        return tf.constant([-1, -1])

    x = tf.reshape(tf.range(9), [3, 3])
    return each(tf, f, (x, tf.constant(5)), (x, tf.constant(20)))


def continue_in_a_while(tf):
    def f(x):
        i = 0
        while i < 6:
            i += 1
            if i % 3 == 0:
                continue
            x = x * tf.cast(i, tf.float32)
        return x

    return grads(tf, f, tf.constant(0.5))


def python_prints_once_and_tensors_each_time(tf):
    said = []

    @tf.function
    def f(x):
        said.append("traced")
        for _ in tf.range(2):
            said.append("body")
            x = x + 1.0
        return x

    f(tf.constant(1.0))
    f(tf.constant(2.0))
    return said


def operators_in_place(tf):
    def f(x):
        y = x
        y += 1.0
        y *= x
        y -= 0.5
        y /= 2.0
        y **= 2.0
        y //= 0.5
        y %= 3.0
        return y

    return grads(tf, f, tf.constant([1.5, 2.5]))


def unpacking(tf):
    def f(x):
        a, (b, *c) = tf.unstack(x)[0], tf.unstack(x)
        d, e = x[:2], x[2:]
        (first, second), third = tf.unstack(d), e[0]
        return a * b + tf.add_n(c) + first * second - third

    return attempt(grads, tf, f, tf.constant([1.0, 2.0, 3.0]))


def bools_of_python_and_tensors(tf):
    def f(x, flag):
        if flag and x > 0.0:
            return x * 2.0
        if not flag or x < -1.0:
            return x * 3.0
        return x

    return each(tf, f, *((tf.constant(v), b) for v in (1.0, -0.5, -2.0) for b in (True, False)))


def any_and_all(tf):
    def f(x):
        if any([x > 3.0, x < 0.0]):
            return x
        if all([x > 1.0, x < 3.0]):
            return x * 2.0
        return x * 3.0

    return each(tf, f, tf.constant(4.0), tf.constant(2.0), tf.constant(0.5))


def sums_mins_and_sorts(tf):
    def f(x):
        return sum(tf.unstack(x)), sorted([3, 1, 2]), max(2, 3), abs(x[0]), len(x), sum([1, 2])

    return each(tf, f, tf.constant([-1.0, 2.0]))


def map_and_filter(tf):
    def f(x):
        rows = list(map(lambda v: v * 2.0, tf.unstack(x)))
        kept = list(filter(lambda k: k > 1, [1, 2, 3]))
        return tf.stack(rows) * float(len(kept))

    return attempt(grads, tf, f, tf.constant([-1.0, 2.0]))


def int_and_float_of_tensors(tf):
    def f(x):
        return int(x) + 1, float(x) * 2.0

    return each(tf, f, tf.constant(2.7))


def static_and_class_methods(tf):
    class Maths:
        factor = 2.0

        @staticmethod
        def half(x):
            return x / 2.0 if x > 1.0 else x

        @classmethod
        def scaled(cls, x):
            return cls.half(x) * cls.factor

    return [grads(tf, Maths.scaled, tf.constant(v)) for v in (4.0, 0.5)]


def inherited_calls(tf):
    class Base:
        def __call__(self, x):
            return x * 2.0

    class Derived(Base):
        def __call__(self, x):
            y = super().__call__(x)
            if y > 3.0:
                return y + 100.0
            return y

    return [attempt(grads, tf, Derived(), tf.constant(v)) for v in (1.0, 2.0)]
