"""AutoGraph at its edges: symbols that only a loop defines, exceptions, what is refused."""

DIFFERS = {}


def _each(tf, f, *points):
    """What a traced `f` gives or raises at each of these points."""
    traced = tf.function(f)
    return [_outcome(traced, tf.constant(x)) for x in points]


def _outcome(f, x):
    try:
        return f(x)
    except Exception as error:
        return type(error).__name__


def defined_by_a_for(tf):
    def f(n):
        for i in tf.range(n):
            z = i * 2
        return z

    return _each(tf, f, 0, 3)


def defined_by_a_while(tf):
    def f(n):
        i = 0
        while i < n:
            z = i * 2
            i += 1
        return z

    return _each(tf, f, 0, 3)


def defined_by_a_loop_and_not_used(tf):
    def f(n):
        for i in tf.range(n):
            z = i * 2  # noqa: F841
        return n

    return _each(tf, f, 0, 3)


def defined_by_a_loop_and_used_in_a_branch(tf):
    def f(n):
        for i in tf.range(n):
            z = i * 2
        if n > 0:
            return z
        return n

    return _each(tf, f, 0, 3)


def structures_defined_by_a_loop(tf):
    def f(n):
        for i in tf.range(n):
            z = (i, {"a": i * 2})
        return z

    return _each(tf, f, 0, 3)


def rows_of_growing_length(tf):
    def f(n):
        for i in tf.range(n):
            z = tf.range(i)
        return z

    return _each(tf, f, 3)


def defined_by_an_inner_loop(tf):
    def f(n):
        s = 0
        for i in tf.range(n):
            for j in tf.range(i + 1):
                z = j
            s += z
        return s, z

    return _each(tf, f, 3)


def none_before_a_loop(tf):
    def f(n):
        r = None
        for i in tf.range(n):
            r = i
        return r

    return _each(tf, f, 0, 3)


def none_within_a_loop(tf):
    def f(n):
        r = None
        i = 0
        while i < n:
            i += 1
            if r is None:
                r = i
            else:
                r = r + i
        return r

    return _each(tf, f, 0, 3)


def none_that_no_loop_changes(tf):
    def f(n):
        r = None
        s = 0
        for i in tf.range(n):
            s += i
        return s if r is None else r

    return _each(tf, f, 0, 3)


def exceptions_by_name(tf):
    def f(x):
        try:
            if x > 0:
                y = x
            else:
                y = -x
            raise ValueError("a")
        except ValueError as error:
            z = len(str(error))
        finally:
            y = y * 2
        return y + z

    return _each(tf, f, 1, -3)


def exceptions_in_a_loop(tf):
    def f(x):
        r = x
        for i in tf.range(3):
            try:
                if i > 1:
                    r = r * 2
                else:
                    r = r + 1
            except (TypeError, KeyError) as error:  # noqa: F841
                r = r * 10
            else:
                r = r + 100
        return r

    return _each(tf, f, 1, -2)


def returns_from_a_handler(tf):
    def f(x):
        try:
            int("a")
        except ValueError as error:  # noqa: F841
            if x > 0:
                return x
            return -x
        return x * 0

    return _each(tf, f, 1, -2)


def conditions_of_several_values(tf):
    def f(x):
        if x > 0:
            return 1
        return 2

    def g(x):
        return 1 if x > 0 else 2

    return _each(tf, f, [1.0, 2.0], [[1.0]]), _each(tf, g, [1.0, 2.0], [[-1.0]])


def conditions_of_text(tf):
    def f(x):
        if x:
            return 1
        return 2

    return _each(tf, f, "a", "")


def none_in_one_branch(tf):
    def f(x):
        z = None
        if x > 0:
            z = x
        return z

    return _each(tf, f, 1, -1)


def branches_of_other_dtypes(tf):
    def f(x):
        if x > 0:
            z = 1
        else:
            z = 2.0
        return z

    return _each(tf, f, 1, -1)


def loops_that_change_shapes_or_dtypes(tf):
    def f(n):
        x = tf.zeros([1])
        for _ in tf.range(n):
            x = tf.concat([x, x], 0)
        return x

    def g(n):
        x = 0
        for _ in tf.range(n):
            x = tf.cast(x, tf.float32)
        return x

    return _each(tf, f, 3), _each(tf, g, 3)


def rewritten_by_name(tf):
    def inner(x):
        if x > 0:
            return x * 2.0
        return x * 3.0

    def f(x):
        y = inner(x)
        while y < 10.0:
            y = y * 1.5
        return y

    g = tf.autograph.to_graph(f)
    inside = tf.function(g, autograph=False)
    results = [h(tf.constant(v)) for h in (f, g, inside) for v in (0.5, 1.5)]
    with tf.GradientTape() as tape:
        x = tf.constant(1.5)
        tape.watch(x)
        y = inside(x)
    return results, tape.gradient(y, x), tf.autograph.to_graph(inner)(2.0)


def rewritten_without_what_it_calls(tf):
    def inner(x):
        if x > 0:
            return x * 2.0
        return x * 3.0

    def f(x):
        return inner(x) + 1.0

    g = tf.autograph.to_graph(f, recursive=False)
    return _each(tf, g, 1.0), g(tf.constant(-2.0))


def rewritten_methods(tf):
    class Halves:
        def __init__(self):
            self.by = 2.0

        def run(self, x):
            while x > 1.0:
                x = x / self.by
            return x

    halves = Halves()
    g = tf.autograph.to_graph(halves.run)
    h = tf.autograph.to_graph(Halves.run)
    x = tf.constant(11.0)
    return g(halves, x), h(halves, x), tf.function(g)(halves, x)


def code_of_functions(tf):
    def f(x):
        if x > 0:
            return x
        return -x

    def g(x):
        while x > 0:
            x = x - 1
        return x

    texts = [tf.autograph.to_code(entity) for entity in (f, g, lambda x: x if x > 0 else -x)]
    return [[word in text for word in ("if_stmt", "while_stmt", "if_exp")] for text in texts]


def what_cannot_be_rewritten(tf):
    def generator(x):
        yield x

    found = []
    for entity in (3, "f", len, None, generator):
        for look in (tf.autograph.to_graph, tf.autograph.to_code):
            try:
                found.append(type(look(entity)).__name__)
            except Exception:
                found.append("raised")
    return found


def features(tf):
    feature = tf.autograph.experimental.Feature

    def f(x):
        if x > 0:
            return x
        return -x

    g = tf.autograph.to_graph(f, experimental_optional_features=feature.LISTS)
    h = tf.function(f, experimental_autograph_options=feature.all_but(feature.LISTS))
    left = sorted(f.name for f in feature.all_but([feature.LISTS, feature.NAME_SCOPES]))
    return sorted(f.name for f in feature.all()), left, g(tf.constant(-1.0)), h(tf.constant(-1.0))
