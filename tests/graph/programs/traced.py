"""What programs share: a function traced, with its gradients, tangents or errors."""


def grads(tf, f, *xs, **options):
    """The value of a traced `f` and its gradients, from outside."""
    traced = tf.function(f, **options)
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = traced(*xs)
    return y, tape.gradient(y, xs)


def orders(tf, f, x, **options):
    """Value, first and second derivative of a traced `f` of one argument, from outside."""
    traced = tf.function(f, **options)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = traced(x)
        g = inner.gradient(y, x)
    return y, g, outer.gradient(g, x)


def tangent(tf, f, x, v, **options):
    """Value of a traced `f` and its derivative along `v`, forwards."""
    traced = tf.function(f, **options)
    with tf.autodiff.ForwardAccumulator(x, v) as acc:
        y = traced(x)
    return y, acc.jvp(y)


def each(tf, f, *points, **options):
    """What a traced `f` gives or raises at each point; a tuple is several arguments."""
    traced = tf.function(f, **options)
    return [attempt(traced, *(p if isinstance(p, tuple) else (p,))) for p in points]


def attempt(f, *args):
    """What a call gives, or the class of what it raises."""
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__
