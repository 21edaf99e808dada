"""What `tf.function` is made of and says: methods, partials, objects, classes, options, counts."""

import functools

DIFFERS = {}


def _tries(*calls):
    """What each call gives, or the class of what it raises."""
    return [_try(call) for call in calls]


def _try(call):
    try:
        return call()
    except Exception as error:
        return type(error).__name__


def _spec(tf, shape=()):
    return tf.TensorSpec(shape, tf.float32)


def _text(kind):
    return str(kind)


def counts(tf):
    f = tf.function(lambda x, n=1: x * n)
    found = [f.experimental_get_tracing_count()]
    for call in (
        lambda: f(tf.constant(1.0)),
        lambda: f(tf.constant(2.0)),
        lambda: f(tf.constant([1.0])),
        lambda: f(tf.constant(1.0), 2),
        lambda: f(tf.constant(1.0), n=2),
        lambda: f.get_concrete_function(_spec(tf)),
        lambda: f.get_concrete_function(_spec(tf, [None])),
        lambda: f(tf.constant([1.0, 2.0])),
    ):
        call()
        found.append(f.experimental_get_tracing_count())
    return found


def counts_after_errors(tf):
    def body(x):
        if x.shape.rank == 1:
            raise ValueError("no vectors")
        return x

    f = tf.function(body)
    found = _tries(lambda: f(tf.ones([2])), lambda: f(tf.ones([2])), lambda: f(tf.constant(1.0)))
    return found, f.experimental_get_tracing_count() >= 1


def counts_of_methods(tf):
    class Model:
        @tf.function
        def run(self, x):
            return x * 2.0

    a, b = Model(), Model()
    a.run(tf.constant(1.0))
    a.run(tf.constant([1.0]))
    b.run(tf.constant(1.0))
    return [m.run.experimental_get_tracing_count() for m in (a, b)]


def function_types(tf):
    def body(x, n=2, *args, flag=True, **more):
        return x

    spec = [_spec(tf), _spec(tf, [None])]
    return [
        _text(tf.function(lambda x, y: x).function_type),
        _text(tf.function(lambda x, y=3: x).function_type),
        _text(tf.function(body).function_type),
        _text(tf.function(lambda x, y: x, input_signature=spec).function_type),
        _text(tf.function(lambda: 1.0).function_type),
        list(tf.function(body).function_type.parameters),
    ]


def function_type_of_a_method(tf):
    class Model:
        @tf.function
        def run(self, x, n=3):
            return x * n

        @tf.function(input_signature=[tf.TensorSpec([None])])
        def fixed(self, x):
            return x

    model = Model()
    return _text(model.run.function_type), _text(model.fixed.function_type)


def input_signatures(tf):
    spec = [_spec(tf), _spec(tf, [None])]
    f, g = tf.function(lambda x, y: x, input_signature=spec), tf.function(lambda x: x)
    return [type(f.input_signature).__name__, len(f.input_signature), g.input_signature]


def names(tf):
    def measure(x):
        return x

    class Callable:
        def __call__(self, x):
            return x

    class Model:
        @tf.function
        def run(self, x):
            return x

    return _tries(
        lambda: tf.function(measure).name,
        lambda: tf.function(lambda x: x).name,
        lambda: tf.function(measure).__name__,
        lambda: tf.function(measure).__wrapped__ is measure,
        lambda: tf.function(measure).python_function is measure,
        lambda: Model().run.name,
        lambda: Model().run.__name__,
    )


def docstrings(tf):
    @tf.function
    def measure(x):
        """Measures."""
        return x

    return measure.__doc__, measure.__module__ == __name__, measure.__qualname__


def callable_object(tf):
    class Scale:
        def __init__(self, by):
            self.by = by

        def __call__(self, x, n=1.0):
            return x * self.by * n

    f = tf.function(Scale(3.0))
    return _tries(
        lambda: f(tf.constant(2.0)),
        lambda: f(tf.constant(2.0), 2.0),
        lambda: f(tf.constant(2.0), n=3.0),
        lambda: f(x=tf.constant(2.0)),
        lambda: f.get_concrete_function(_spec(tf))(tf.constant(4.0)),
        lambda: f.experimental_get_tracing_count(),
    )


def callable_object_with_branches(tf):
    class Absolute:
        def __call__(self, x):
            if x < 0:
                return -x
            return x

    f = tf.function(Absolute())
    return f(tf.constant(-2.0)), f(tf.constant(3.0))


def partial(tf):
    def body(x, y, z=1.0):
        return x * 100.0 + y * 10.0 + z

    a, b = tf.constant(1.0), tf.constant(2.0)
    return _tries(
        lambda: tf.function(functools.partial(body, a))(b),
        lambda: tf.function(functools.partial(body, y=b))(a),
        lambda: tf.function(functools.partial(body, z=5.0))(a, b),
        lambda: tf.function(functools.partial(body, z=5.0))(a, b, z=6.0),
        lambda: tf.function(functools.partial(body, 3.0, 4.0))(),
        lambda: tf.function(functools.partial(body, a)).get_concrete_function(_spec(tf))(b),
        lambda: tf.function(functools.partial(body, a))(b, b, b),
    )


def partial_of_branches(tf):
    def body(limit, x):
        if x > limit:
            return limit
        return x

    f = tf.function(functools.partial(body, 2.0))
    return f(tf.constant(3.0)), f(tf.constant(1.0))


def partial_of_a_method(tf):
    class Model:
        def __init__(self):
            self.v = tf.Variable(2.0)

        def run(self, x, y):
            return self.v * x + y

    f = tf.function(functools.partial(Model().run, y=tf.constant(1.0)))
    return f(tf.constant(3.0))


def bound_method(tf):
    class Model:
        def __init__(self):
            self.v = tf.Variable(2.0)

        def run(self, x, n=1.0):
            return self.v * x * n

    model = Model()
    f = tf.function(model.run)
    first = f(tf.constant(3.0))
    model.v.assign(5.0)
    return first, f(tf.constant(3.0)), f(tf.constant(3.0), n=2.0), _text(f.function_type)


def static_and_class_methods(tf):
    class Model:
        scale = 3.0

        @staticmethod
        @tf.function
        def still(x):
            return x * 2.0

        @classmethod
        def of_class(cls, x):
            return x * cls.scale

    f = tf.function(Model.of_class)
    x = tf.constant(2.0)
    return Model.still(x), Model().still(x), f(x)


def method_of_the_class(tf):
    class Model:
        @tf.function
        def run(self, x):
            return x * 2.0

    return _tries(
        lambda: Model.run(Model(), tf.constant(1.0)),
        lambda: type(Model.run).__name__ == type(Model().run).__name__,
        lambda: Model().run.get_concrete_function(_spec(tf))(tf.constant(1.0)),
    )


def method_twice(tf):
    class Model:
        @tf.function
        def run(self, x):
            return x

    a = Model()
    return a.run is a.run, Model().run is a.run


def method_that_changes_its_object(tf):
    class Model:
        def __init__(self):
            self.calls = 0

        @tf.function
        def run(self, x):
            self.calls += 1
            return x + float(self.calls)

    model = Model()
    return model.run(tf.constant(0.0)), model.run(tf.constant(0.0)), model.calls


def property_and_inheritance(tf):
    class Base:
        scale = 2.0

        @tf.function
        def run(self, x):
            return self.shifted(x) * self.scale

        def shifted(self, x):
            return x + 1.0

    class Derived(Base):
        scale = 3.0

        @tf.function
        def run(self, x):
            return super().run(x) + 100.0

        def shifted(self, x):
            return x + 2.0

    return Base().run(tf.constant(1.0)), Derived().run(tf.constant(1.0))


def class_as_a_function(tf):
    class Pair(tf.experimental.ExtensionType):
        a: tf.Tensor
        b: tf.Tensor

    f = tf.function(lambda x: Pair(x, x * 2.0))
    found = f(tf.constant(1.0))
    return found.a, found.b


def builtin_functions(tf):
    return _tries(
        lambda: tf.function(tf.sin)(tf.constant(0.5)),
        lambda: tf.function(tf.math.add)(tf.constant(0.5), 1.0),
        lambda: tf.function(sum)([tf.constant(1.0), tf.constant(2.0)]),
        lambda: tf.function(3),
        lambda: tf.function(tf.reduce_sum)(tf.ones([2, 3]), axis=1),
    )


def function_of_a_function(tf):
    f = tf.function(lambda x: x * 2.0)
    g = tf.function(f)
    return g(tf.constant(1.0)), f.experimental_get_tracing_count()


def decorated(tf):
    def twice(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs) * 2.0

        return wrapper

    @tf.function
    @twice
    def f(x, n=1.0):
        if x > 0:
            return x * n
        return -x * n

    x = tf.constant(3.0)
    return f(x), f(-x), f(x, 2.0), f(x, n=2.0), _text(f.function_type)


def options(tf):
    given = {
        "autograph": False,
        "jit_compile": None,
        "reduce_retracing": True,
        "experimental_implements": None,
        "experimental_autograph_options": None,
        "experimental_attributes": None,
        "experimental_follow_type_hints": None,
    }
    x = tf.constant(2.0)
    return _tries(
        lambda: tf.function(lambda x: x * 2.0, **given)(x),
        lambda: tf.function(**given)(lambda x: x * 2.0)(x),
        lambda: tf.function(lambda x: x, experimental_relax_shapes=True)(x),
        lambda: tf.function(lambda x: x, unknown_option=True)(x),
        lambda: tf.function()(lambda x: x * 3.0)(x),
        lambda: tf.function(autograph=True)(lambda x: x if x > 3.0 else -x)(x),
        lambda: tf.function(autograph=False)(lambda x: x if x > 3.0 else -x)(x),
    )


def implements_and_attributes(tf):
    f = tf.function(lambda x: x * 2.0, experimental_implements="some.operation")
    g = tf.function(lambda x: x * 2.0, experimental_attributes={"_noinline": True})
    h = lambda: tf.function(lambda x: x, experimental_attributes={"no_such_attribute": 1})  # noqa: E731
    x = tf.constant(2.0)
    return _tries(lambda: f(x), lambda: g(x), lambda: h()(x))


def signatures_that_are_wrong(tf):
    x = tf.constant(1.0)
    return _tries(
        lambda: tf.function(lambda x: x, input_signature=_spec(tf)),
        lambda: tf.function(lambda x: x, input_signature=[1.0]),
        lambda: tf.function(lambda x: x, input_signature=[_spec(tf), _spec(tf)])(x),
        lambda: tf.function(lambda x, y: x, input_signature=[_spec(tf)])(x),
        lambda: tf.function(lambda x: x, input_signature=(_spec(tf),))(x),
        lambda: tf.function(lambda: 1.0, input_signature=[])(),
        lambda: tf.function(lambda *a: a[0] + a[1], input_signature=[_spec(tf)] * 2)(x, x),
        lambda: tf.function(lambda **k: k["x"], input_signature=[_spec(tf)])(x=x),
    )


def concrete_functions_listed(tf):
    @tf.function
    def measure(x):
        return x * 2.0

    empty = measure.pretty_printed_concrete_signatures()
    measure(tf.constant(1.0))
    measure(tf.constant([1.0]))
    verbose = measure.pretty_printed_concrete_signatures()
    short = measure.pretty_printed_concrete_signatures(verbose=False)
    return empty, verbose.count("Input Parameters"), short


def concrete_functions_of_faces(tf):
    class Scale:
        def __call__(self, x):
            return x * 2.0

        @tf.function
        def run(self, x):
            return x * 3.0

    def body(x, y):
        return x - y

    x = tf.constant(2.0)
    made = [
        tf.function(Scale()).get_concrete_function(_spec(tf)),
        Scale().run.get_concrete_function(_spec(tf)),
        tf.function(functools.partial(body, y=1.0)).get_concrete_function(_spec(tf)),
        tf.function(functools.partial(body, 5.0)).get_concrete_function(_spec(tf)),
        tf.function(lambda x: x * 5.0).get_concrete_function(_spec(tf)),
    ]
    return [c(x) for c in made], [_text(c.function_type) for c in made]


def functions_that_ran_eagerly(tf):
    count = []

    @tf.function
    def f(x):
        count.append(1)
        return x

    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1.0))
        f(tf.constant(2.0))
        eagerly = tf.config.functions_run_eagerly()
    finally:
        tf.config.run_functions_eagerly(False)
    return len(count), eagerly, f.experimental_get_tracing_count(), f(tf.constant(3.0))


def functions_as_attributes(tf):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable(2.0)
            self.run = tf.function(self._run)

        def _run(self, x):
            return x * self.v

    model = Model()
    return model.run(tf.constant(3.0)), len(model.trainable_variables)


def equal_and_hashed(tf):
    f, g = tf.function(lambda x: x), tf.function(lambda x: x)
    return f == f, f == g, len({f, g, f}), callable(f)


def copied(tf):
    import copy

    return copy.copy(tf.function(lambda x: x * 2.0))(tf.constant(1.0))


def pickled(tf):
    import pickle

    return _tries(lambda: pickle.loads(pickle.dumps(tf.function(len)))([1, 2]))


def generators_and_coroutines(tf):
    def generates(x):
        yield x

    async def waits(x):
        return x

    x = tf.constant(1.0)
    return _tries(lambda: tf.function(generates)(x), lambda: tf.function(waits)(x))


def arguments_that_are_wrong(tf):
    f = tf.function(lambda x, *, n: x)
    x = tf.constant(1.0)
    return _tries(
        lambda: f(),
        lambda: f(x),
        lambda: f(x, 2),
        lambda: f(x, n=2),
        lambda: f(x, n=2, m=3),
        lambda: f(x, x=x, n=2),
        lambda: f(x=x, n=[1, {"a": 2}]),
        lambda: f(x, n={1, 2}),
        lambda: f(x, n=object()),
    )


def positional_only(tf):
    @tf.function
    def f(x, /, y):
        return x - y

    a, b = tf.constant(3.0), tf.constant(1.0)
    return _tries(
        lambda: f(a, b),
        lambda: f(a, y=b),
        lambda: f(x=a, y=b),
        lambda: _text(f.function_type),
        lambda: f.get_concrete_function(a, b)(a, b),
        lambda: f.get_concrete_function(a, b)(a, y=b),
    )


def names_that_shadow(tf):
    @tf.function
    def f(self, args, kwargs):
        return self - args * kwargs

    a, b = tf.constant(3.0), tf.constant(1.0)
    return _tries(lambda: f(a, b, b), lambda: f(self=a, args=b, kwargs=b))


def type_hints(tf):
    def body(x: tf.Tensor, n: int = 2) -> tf.Tensor:
        return x * n

    f = tf.function(body)
    return _tries(lambda: f(tf.constant(2.0)), lambda: f(2.0), lambda: _text(f.function_type))


def one_function_in_threads(tf):
    import threading

    count, found = [], []

    @tf.function
    def f(x):
        count.append(1)
        return x * 2.0

    def run(i):
        found.append(float(f(tf.constant(float(i)))))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted(found), f.experimental_get_tracing_count()
