"""Bodies `f(tf, x)` in several modes, and programs of `tf`; what they give is written down.

`record.py` runs all of it on real TensorFlow, `test_graph_behaviour.py` here.
"""

import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def load(path):
    """A file as a module: AutoGraph reads the source of functions, and needs their modules."""
    name = f"graph_behaviour_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return vars(sys.modules[name])


SHARED = load(HERE.parents[1] / "autodiff" / "behaviour" / "harness.py")
outcome = SHARED["outcome"]
MATRIX = [[0.5, -1.2], [2.0, 0.3], [-0.7, 1.1]]


def collect():
    """All cases by name, and the reasons of those that differ on purpose."""
    cases, differs = {}, {}
    for path in sorted(HERE.glob("bodies_*.py")):
        names = load(path)
        theme = path.stem.removeprefix("bodies_")
        for name, body in names.items():
            if name in ("at",) or not callable(body) or name.startswith("_"):
                continue
            for point in names["POINTS"].get(name, ("matrix",)):
                for mode, make in MODES.items():
                    case = f"{theme}: {name} at {point}, {mode}"
                    cases[case] = make(body, point)
                    why = names.get("DIFFERS", {}).get(name)
                    if mode == "inside":
                        why = names.get("DIFFERS_INSIDE", {}).get(name, why)
                    if why is not None:
                        differs[case] = (why, eager(body, point, mode))
    for path in sorted(HERE.glob("programs_*.py")):
        names = load(path)
        theme = path.stem.removeprefix("programs_")
        for name, program in names.items():
            if SHARED["takes_tf"](name, program):
                cases[f"{theme}: {name}"] = program
        differs.update({f"{theme}: {name}": why for name, why in names.get("DIFFERS", {}).items()})
    assert differs.keys() <= cases.keys(), differs.keys() - cases.keys()
    return cases, differs


def eager(body, point, mode):
    """What a body gives without `tf.function`, which is what the modes must give."""

    def program(tf):
        x = argument(tf, point)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = body(tf, x)
            g = inner.gradient(y, x)
        h = outer.gradient(g, x)
        zero = tf.zeros_like(x) if h is None else h
        if mode == "second":
            return zero
        return {"value": y, "first": g} | ({"second": zero} if mode == "inside" else {})

    return program


def argument(tf, point):
    return tf.constant(MATRIX if point == "matrix" else point, tf.float32)


def outside(body, point):
    """Traced, and differentiated from outside: the value and the gradient."""

    def program(tf):
        f = tf.function(lambda x: _called(body, tf, x))
        x = argument(tf, point)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return {"value": y, "first": tape.gradient(y, x)}

    return program


def _called(body, tf, x):
    return body(tf, x)


def inside(body, point):
    """The tape within the traced function, around the second derivative too."""

    def program(tf):
        @tf.function
        def f(x):
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    y = _called(body, tf, x)
                g = inner.gradient(y, x)
            return y, g, outer.gradient(g, x)

        y, g, h = f(argument(tf, point))
        return {"value": y, "first": g, "second": h}

    return program


def second(body, point):
    """The second derivative of a traced function, from outside."""

    def program(tf):
        f = tf.function(lambda x: _called(body, tf, x))
        x = argument(tf, point)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = f(x)
            g = inner.gradient(y, x)
        return outer.gradient(g, x)

    return program


MODES = {"outside": outside, "inside": inside, "second": second}
