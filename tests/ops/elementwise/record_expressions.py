"""Records what expressions give in real TensorFlow: dtype, shape and values, or the exception.

Run in an environment that has TensorFlow; writes expressions.json.
"""

# ruff: noqa: E501 (tables of expressions)

import json
import math
import pathlib

import numpy as np

OPERANDS = """
{x} {op} 1.5
1.5 {op} {x}
{x} {op} 2
{x} {op} True
{x} {op} 'abc'
{x} {op} None
{x} {op} 1j
{x} {op} {x}
{x} {op} np.float64(2)
{x} {op} np.array([1., 2.])
np.array([1., 2.]) {op} {x}
{x} {op} [1, 2]
{x} {op} 10**10
{x} {op} d
"""

CONVERSIONS = """
[True, 1.0]; [1, True]; [True, 1]; [1, 2.5]; [1.0, 2]; [2**40, 1]; 2**31; 2**63; -2**63; 2**64
[1, 1j]; [1.0, 'a']; ['a', 1.0]; [np.float64(1), 2.0]; [np.float32(1), 2]; [np.int64(1), 2]
np.int64(2); np.float64(2); np.bool_(True); np.float16(1.5); [np.float16(1.5)]; 1e50; -1e39
[np.array([1, 2]), np.array([3, 4])]; [[1., 2.], np.array([3., 4.])]; []; [[]]; 'abc'; b'a\\0b\\0'
['a', 'bcd']; [['a'], ['b']]; None; [None]; [1, None]; {}; range(3); (1, 2); [[1, 2], [3]]
np.array(['a', 'b']); np.array([b'a', b'b']); np.array([1, 2], dtype=object); np.zeros((2, 3)).T
np.array(3); np.array([1, 2], dtype='>i4'); np.zeros(2, np.longdouble); np.ma.array([1., 2.])
"""

TYPED = """
1, tf.float32; 1.0, tf.int32; True, tf.float32; 1, tf.bool; 1.5, tf.complex64; 1j, tf.float32
300, tf.uint8; -1, tf.uint8; np.array([1.5, 300.]), tf.uint8; np.array([1.]), tf.bool; [], tf.int32
[[], []], tf.string; 'a', tf.float32; 1, tf.string; float('nan'), tf.int32; 65536, tf.float16
"""

FUNCTIONS = """
b * b; b * True; b / b; tf.add(1, 2.5); tf.multiply(1, 2.5); tf.multiply(2.5, 1); tf.subtract(1, 2.5); tf.pow(2, 2.5)
tf.maximum(1, 2.5); tf.maximum(2.5, 1); tf.divide(1, 2); tf.divide(3, 2.5); tf.divide(i, 2)
tf.add(np.array([1., 2.]), f); tf.multiply(np.array([1., 2.]), f); tf.multiply(2, np.array([1., 2.]))
tf.less(1, 2.5); tf.equal(1, 1.0); tf.equal(f, d); f == f3; f != f3; tf.equal(f, f3); f == None
f != None; b & True; b | b; b ^ b; ~b; ~i; -b; abs(b); abs(c); -u8; -f; abs(i8); b & 1; b == 1
tf.cast(odd, tf.int32); tf.cast(odd, tf.int8); tf.cast(odd, tf.uint8); tf.cast(odd, tf.bool)
tf.cast(odd, tf.float16); tf.cast(c, tf.float32); tf.cast(b, tf.complex64); tf.cast(st, tf.float32)
tf.cast(f, tf.string); tf.cast(1.7, 'int32'); tf.saturate_cast(odd, tf.uint8); tf.cast(f, 'nope')
tf.saturate_cast(odd, tf.int32); tf.saturate_cast([300, -5], tf.int8); tf.saturate_cast(-1.0, tf.uint16)
tf.exp(1); tf.exp(True); tf.sqrt(4); tf.floor(i); tf.math.ceil(i); tf.round(i); tf.math.rint(i)
tf.sign(b); tf.sign(c); tf.nn.relu(i); tf.nn.relu(c); tf.nn.leaky_relu(i); tf.math.is_nan(i)
tf.math.is_finite(c); tf.math.conj(i); tf.math.conj(b); tf.math.real(i); tf.math.real(b)
tf.math.imag(f); tf.math.angle(f); tf.math.angle([-1., 0., math.nan]); tf.math.angle(i); tf.pow(i, 2)
tf.pow(i, -2); tf.pow(u8, 2); tf.square(b); i // 0; i % 0; tf.truncatediv(i, 2); tf.truncatemod(i, 2)
tf.truncatediv(f, 2); tf.math.floormod(signed, divisors); tf.math.floordiv(signed, divisors)
tf.math.divide_no_nan(1, 0); tf.math.divide_no_nan(i, i); tf.math.multiply_no_nan(i, i)
tf.math.multiply_no_nan(math.nan, 0.); tf.math.xlogy(0., 0.); tf.math.scalar_mul(2, f)
tf.math.scalar_mul(2.5, i); tf.math.scalar_mul(f, f); tf.math.add_n([f, f, 1]); tf.math.add_n(f)
tf.math.add_n([f]); tf.math.add_n([]); tf.math.add_n([f, f3]); tf.math.accumulate_n([f, f])
tf.math.accumulate_n([f, f3]); tf.math.polyval([1., 2.], 3.); tf.math.polyval([], 3.)
tf.math.polyval(f, 3.); tf.math.is_non_decreasing([1, 1, 2]); tf.math.is_strictly_increasing([1, 1])
tf.math.logical_xor(b, True); tf.math.logical_not(i); tf.logical_and(1, 0); tf.logical_and(i, b)
tf.bitwise.left_shift(i, 40); tf.bitwise.right_shift(i, 40); tf.bitwise.left_shift(i, -1)
tf.bitwise.right_shift(i8, 1); tf.bitwise.invert(u8); tf.bitwise.bitwise_and(f, f)
tf.math.nextafter(1., 2.); tf.maximum(nan1, nan2); tf.minimum(nan1, nan2); tf.clip_by_value(f, 0, 1)
tf.clip_by_value(i, 0.5, 1); tf.clip_by_value(f, [[0., 0.]], 5.); tf.clip_by_value([1, 2, 3], [1, 1, 1], 2)
tf.where(b, f, 0.); tf.where(b, f, 0); tf.where(b, 1, 2.5); tf.where([[True, False], [False, True]])
tf.where(True); tf.where(i); tf.where(f, 1, 2); tf.where(b, f, d); tf.where(b, f); tf.where([1, 0, 2])
tf.where(b, [1, 2], f); tf.where(b, f, f3); tf.where(True, 1.0, f); tf.complex(1., 2.); tf.complex(1, 2)
tf.complex(f, d); tf.bitcast(f, tf.int32); tf.bitcast(f, tf.uint8); tf.bitcast(f3, tf.float64)
tf.bitcast(tf.constant([[1, 2, 3, 4]], tf.uint8), tf.int32); tf.math.softplus([-20., 0., 20., 100.])
tf.sigmoid([-50., -20., 0., 20., 100.]); tf.sign([math.nan, -0.]); tf.math.rsqrt([0., -1., 4.])
tf.math.reciprocal_no_nan(i); tf.math.reciprocal_no_nan([0., 2.]); tf.math.lgamma([0., -1., -1.5, 3.])
tf.math.digamma([0., -1., -1.5, 3.]); tf.math.lbeta([[1., 2.]]); tf.math.erfinv([1., -1., 2.])
tf.math.zeta(1., 1.); tf.math.polygamma(1., -1.); tf.math.betainc(1., 2., [0., .5, 1.]); tf.nn.crelu(f)
tf.nn.gelu(i); tf.nn.elu(i); tf.nn.silu(f, beta=2.); tf.nn.relu6(i); tf.equal('a', 'a'); st + 'x'
tf.constant('a') + 'b'; tf.add('a', 'b'); st == 'a'; st < 'b'; tf.math.sin(st); v + v; 2**v; v // 2
bool(f); bool(b); v == v; v != 1.0; [1, 2] + f; (1, 2) * f; f + f[0] * [1, 2]; [f[0], 1.0] * f
"""

GRADIENTS = """
tf.nn.relu, [-1., 0., 2.]; tf.nn.relu6, [0., 3., 6., 7.]; tf.abs, [-1., 0., 2.]; tf.sign, [0., 2.]
tf.floor, [1.5]; tf.round, [1.5]; tf.sqrt, [0., 4.]; tf.math.rsqrt, [0., 4.]; tf.math.log, [0., -1., 2.]
tf.nn.elu, [-1., 0., 1.]; tf.nn.selu, [-1., 0., 1.]; tf.nn.leaky_relu, [-1., 0., 1.]
tf.math.softplus, [-100., 0., 100.]; tf.sigmoid, [-100., 0., 100.]
tf.tanh, [0., 100.]; lambda x: x**2, [-1., 0., 2.]; lambda x: x**0, [0., 1.]; lambda x: x**0.5, [0., 1.]
lambda x: 2.0**x, [0., 1.]; lambda x: x**x, [0., -1., 2.]; lambda x: x**3, [-1., 0., 2.]
lambda x: tf.maximum(x, 1.0), [0., 1., 2.]; lambda x: tf.maximum(1.0, x), [0., 1., 2.]
lambda x: tf.minimum(x, 1.0), [0., 1., 2.]; lambda x: tf.maximum(x, x), [1.]
lambda x: tf.clip_by_value(x, 0., 1.), [-1., 0., .5, 1., 2.]; lambda x: x % 2.0, [3., -3.]
lambda x: 7.0 % x, [2., 3.]; lambda x: x // 2.0, [3.]; lambda x: tf.math.xlogy(x, x), [0., 1.]
lambda x: tf.math.xlog1py(x, x), [0., 1.]; lambda x: tf.math.xdivy(x, x), [0., 1.]
lambda x: tf.math.divide_no_nan(1.0, x), [0., 2.]; lambda x: tf.math.multiply_no_nan(x, x), [0., 2.]
lambda x: tf.where(x > 0, tf.sqrt(x), 0.0), [0., 4.]; lambda x: tf.sqrt(tf.where(x > 0, x, 0.0)), [-1., 4.]
lambda x: tf.atan2(x, 1.0), [0., 1.]; lambda x: tf.atan2(x, x), [0., 1.]; tf.acos, [0., 1.]
tf.atanh, [0., 1.]; tf.acosh, [1., 2.]; tf.math.erfinv, [0., 1.]; tf.math.bessel_i1, [0., 1.]
tf.math.bessel_i1e, [0., 1.]; tf.math.special.bessel_j1, [0., 1.]; tf.math.special.spence, [1., 2.]
lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32), [1.5]; lambda x: tf.cast(x, tf.float64), [1.5]
lambda x: tf.cast(tf.cast(x, tf.complex64), tf.float32), [1.5]; lambda x: abs(tf.complex(x, x)), [0., 3.]
lambda x: tf.math.real(tf.complex(x, x) ** 2), [1., 3.]; lambda x: tf.math.angle(tf.complex(x, x)), [1.]
lambda x: tf.math.squared_difference(x, 1.0), [1., 3.]; lambda x: x / x, [0., 2.]; lambda x: 1 / x, [0., 2.]
lambda x: tf.math.igamma(2.0, x), [0.5, 1.]; lambda x: tf.math.polygamma(1.0, x), [0.5, 1.]
lambda x: tf.nn.gelu(x), [-1., 0., 1.]; lambda x: tf.nn.gelu(x, True), [-1., 0., 1.]; tf.nn.silu, [-1., 0.]
lambda x: tf.truncatemod(x, 2.0), [3.]; lambda x: tf.math.nextafter(x, 2.0), [1.]; tf.nn.crelu, [-1., 2.]
lambda x: tf.saturate_cast(x, tf.float16), [1., 1e6]; tf.math.reciprocal, [0., 2.]; tf.math.ndtri, [.5, 1.]
"""


POLES = """
tf.sqrt, [0., -1., math.inf]; tf.math.rsqrt, [0., -1.]; tf.math.log, [0., -1.]; tf.math.log1p, [-1., -2.]
tf.math.reciprocal, [0., math.inf]; tf.exp, [1000.]; tf.math.expm1, [1000.]; tf.asin, [1., 2.]
tf.acos, [1., 2.]; tf.atanh, [1., 2.]; tf.acosh, [1., 0.]; tf.tan, [math.inf]; tf.sin, [math.inf]
tf.sinh, [1000.]; tf.cosh, [1000.]; tf.tanh, [math.nan]; tf.sigmoid, [math.nan]; tf.nn.relu, [math.nan]
tf.nn.elu, [math.nan, -1000.]; tf.nn.selu, [math.nan]; tf.nn.leaky_relu, [math.nan, 0.]
tf.nn.softplus, [math.nan]; tf.nn.softsign, [math.nan, math.inf]; tf.nn.relu6, [math.nan]
tf.math.erfinv, [1., 2.]; tf.math.lgamma, [0., -1.]; tf.math.digamma, [0.]; tf.abs, [math.nan]
lambda x: x**0.5, [0.]; lambda x: x**-1.0, [0.]; lambda x: 0.0**x, [0., -1.]; lambda x: 1 / x, [0.]
lambda x: x / 0.0, [0., 1.]; lambda x: tf.maximum(x, math.nan), [1.]; lambda x: x * math.inf, [0., 1.]
lambda x: tf.where(x > 5, x, 0.0), [math.inf, 0.]; lambda x: tf.square(x), [math.inf]; tf.nn.silu, [-math.inf]
lambda x: tf.atan2(x, 0.0), [0.]; lambda x: tf.math.xlogy(x, 0.0), [0., 1.]; lambda x: 5.0 % x, [0.]
lambda x: tf.math.divide_no_nan(x, 0.0), [0., 1.]; lambda x: tf.math.squared_difference(x, math.inf), [0.]
"""


def pieces(text):
    """Rows separated by semicolons or lines; a lambda's commas are its own."""
    return [row.strip() for row in text.replace("\n", ";").split(";") if row.strip()]


def expressions():
    """Every expression of the table."""
    for op in "+ - * / // % ** < == &".split():
        for row in OPERANDS.strip().splitlines():
            for x in "f", "i", "b":
                if (x, op) not in (("b", "*"), ("b", "/")):  # casts, or leaves it to NumPy
                    yield row.format(x=x, op=op)
    yield from (f"tf.constant({row})" for row in pieces(CONVERSIONS) + pieces(TYPED))
    yield from pieces(FUNCTIONS)
    for row in pieces(GRADIENTS):
        function, point = row.rsplit(", [", 1)
        yield f"gradient({function}, [{point})"
        yield f"second({function}, [{point})"
    for row in pieces(POLES):
        function, point = row.rsplit(", [", 1)
        yield f"gradient({function}, [{point})"
        yield f"zero({function}, [{point})"


def scope(tf):
    """The names that expressions use."""

    def gradient(function, point, order=1):
        x = tf.constant(point) if isinstance(point, list) else point
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = gradient(function, x, order - 1) if order > 1 else function(x)
        return None if y is None else tape.gradient(y, x)

    def zero(function, point):
        x = tf.constant(point)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x, output_gradients=tf.zeros_like(y))

    return {
        "tf": tf,
        "zero": zero,
        "np": np,
        "math": math,
        "gradient": gradient,
        "second": lambda function, point: gradient(function, point, 2),
        "f": tf.constant([1.5, 2.0]),
        "f3": tf.constant([1.0, 2.0, 3.0]),
        "i": tf.constant([3, -7]),
        "b": tf.constant([True, False]),
        "d": tf.constant([1.0, 2.0], tf.float64),
        "c": tf.constant([1 + 2j]),
        "i8": tf.constant([3, -7], tf.int8),
        "u8": tf.constant([3], tf.uint8),
        "st": tf.constant(["a", "b"]),
        "v": tf.Variable([1.0, 2.0]),
        "odd": tf.constant([300.7, -5.5, math.nan, math.inf, 1e20]),
        "signed": tf.constant([-7.5, 7.5, -0.0, 5.0, -5.0]),
        "divisors": tf.constant([2.0, -2.0, 3.0, math.inf, math.inf]),
        "nan1": tf.constant([math.nan, 1.0]),
        "nan2": tf.constant([1.0, math.nan]),
    }


def plain(value):
    """Values that JSON can hold."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, bytes):
        return value.decode("latin1")
    return value if not isinstance(value, float) or math.isfinite(value) else repr(value)


def outcome(expression, names):
    """``{"dtype", "shape", "values"}``, ``{"error"}`` or ``{"is"}`` of what is no tensor."""
    try:
        result = eval(expression, names)
    except Exception as exc:
        return {"error": type(exc).__name__}
    if not hasattr(result, "numpy"):
        return {"is": repr(result)}
    array = np.asarray(result.numpy())
    return {
        "dtype": result.dtype.name,
        "shape": list(array.shape),
        "values": plain(array.reshape(-1).tolist()),
    }


if __name__ == "__main__":
    import tensorflow

    names = scope(tensorflow)
    rows = {expression: outcome(expression, names) for expression in expressions()}
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in rows.items()]
    path = pathlib.Path(__file__).with_name("expressions.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
