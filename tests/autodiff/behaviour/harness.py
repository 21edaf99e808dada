"""Small programs of TensorFlow's gradient system, and how their outcomes are written down.

Each `programs_*.py` holds functions that take `tf` (a case each, by the function's name) and
tables of expressions. `record.py` runs all of them on real TensorFlow, `test_behaviour.py` here.
"""

import inspect
import itertools
import math
import pathlib
import runpy

HERE = pathlib.Path(__file__).parent
PYTHON = {"math": math, "inf": float("inf"), "nan": float("nan")}


def collect():
    """All cases by name: functions of `tf`; and the reasons of those that differ on purpose."""
    cases, differs = {}, {}
    for path in sorted(HERE.glob("programs_*.py")):
        names = runpy.run_path(str(path))
        theme = path.stem.removeprefix("programs_")
        for name, value in names.items():
            if takes_tf(name, value):
                cases[f"{theme}: {name}"] = value
        for mode, rows in names.get("EXPRESSIONS", {}).items():
            for expression, dtype, points in rows:
                for point in points:
                    name = f"{theme}: {mode} {expression} at {point} {dtype}"
                    assert name not in cases, name
                    cases[name] = MODES[mode](expression, dtype, point)
        differs.update({f"{theme}: {name}": why for name, why in names.get("DIFFERS", {}).items()})
    assert differs.keys() <= cases.keys(), differs.keys() - cases.keys()
    return cases, differs


def takes_tf(name, value):
    if not inspect.isfunction(value) or name.startswith("_"):
        return False
    return list(inspect.signature(value).parameters) == ["tf"]


def scope_of(tf):
    import numpy as np

    return {"tf": tf, "np": np, **PYTHON}


def both_orders(expression, dtype, point):
    """Value, gradient, gradient of the gradient's sum, and the tangent along ones."""

    def program(tf):
        scope = scope_of(tf)
        x = tf.constant(eval(point, scope), dtype)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = eval(expression, {**scope, "x": x})
            g = inner.gradient(y, x)
        second = None if g is None else outer.gradient(g, x)
        return {"value": y, "first": g, "second": second}

    return program


def first_order(expression, dtype, point):
    def program(tf):
        scope = scope_of(tf)
        x = tf.constant(eval(point, scope), dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = eval(expression, {**scope, "x": x})
        return {"value": y, "first": tape.gradient(y, x)}

    return program


def two_inputs(expression, dtype, point):
    """Both gradients of an expression of `x` and `y`."""

    def program(tf):
        scope = scope_of(tf)
        x, y = (tf.constant(v, dtype) for v in eval(point, scope))
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            z = eval(expression, {**scope, "x": x, "y": y})
        return {"value": z, "first": tape.gradient(z, [x, y])}

    return program


def tangent(expression, dtype, point):
    """Value and tangent along 1, 2, 3, ..."""

    def program(tf):
        scope = scope_of(tf)
        x = tf.constant(eval(point, scope), dtype)
        count = math.prod(x.shape.as_list())
        direction = tf.reshape(tf.cast(tf.range(1, count + 1), dtype), x.shape)
        with tf.autodiff.ForwardAccumulator(x, direction) as acc:
            y = eval(expression, {**scope, "x": x})
        return {"value": y, "tangent": acc.jvp(y)}

    return program


def whole_jacobian(expression, dtype, point):
    def program(tf):
        scope = scope_of(tf)
        x = tf.constant(eval(point, scope), dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = eval(expression, {**scope, "x": x})
        return tape.jacobian(y, x)

    return program


MODES = {
    "orders": both_orders,
    "first": first_order,
    "inputs": two_inputs,
    "tangent": tangent,
    "jacobian": whole_jacobian,
}


def outcome(program, tf):
    """What a program gives, as JSON: its value, or the class of its exception."""
    try:
        return encode(program(tf))
    except Exception as error:
        return {"raises": type(error).__name__}


def encode(value):
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return number(value)
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return {"slices": [encode(value.values), encode(value.indices), encode(value.dense_shape)]}
    if isinstance(value, dict):
        return {"dict": {str(k): encode(v) for k, v in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"tuple" if isinstance(value, tuple) else "list": [encode(v) for v in value]}
    return array(value)


def array(value):
    import numpy as np

    a = np.asarray(value)
    flat = a.ravel()
    if a.dtype.kind == "V" or a.dtype.name in ("bfloat16",):
        flat = flat.astype(np.float32)
    if a.dtype.kind == "c":
        flat = itertools.chain.from_iterable((z.real, z.imag) for z in flat)
    values = [number(v) for v in flat]
    return {"dtype": a.dtype.name, "shape": list(a.shape), "values": values}


def number(v):
    if isinstance(v, bytes):
        return v.decode()
    v = v.item() if hasattr(v, "item") else v
    if isinstance(v, (bool, int)):
        return v
    return v if math.isfinite(v) else str(v)
