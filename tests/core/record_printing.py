"""Records how real TensorFlow prints: run in an environment that has it, writes printing.json."""

import json
import pathlib

# NumPy expressions; `f` is a float64 ramp of n elements, `i` an integer one.
VALUES = """
np.float32(3)
np.float32(1e-8)
np.float32(1e10)
np.float32(123456789)
np.float32(np.pi)
np.float32('nan')
np.float32('-inf')
np.float32(-0.0)
np.float64(1)/3
np.float64(1e300)
np.float16(1.1)
np.int32(-7)
np.int64(2**62)
np.uint8(255)
np.uint64(2**63)
np.int8(-128)
np.bool_(True)
np.complex64(1+2j)
np.complex128(1/3-2j)
np.array(1.1, bfloat16)
np.array(b'abc', object)
np.array(b'a\\'b', object)
np.array(b'\\xff\\x00', object)
f(3).astype('float32')
f(6).astype('float16').reshape(2, 3)
f(6).reshape(3, 2)
f(24).reshape(2, 3, 4).astype('float32')
f(4).reshape(1, 1, 2, 2)
f(1).reshape(1, 1, 1)
f(5).astype(bfloat16)
f(4).astype(bfloat16).reshape(2, 2)
f(1500)
f(1500).astype('float32').reshape(30, 50)
f(2000).reshape(2, 1000)
1e-10 * f(3)
1e10 * f(3)
np.array([1e-10, 1.0])
np.array([1e10, 1.0], 'float32')
np.array([np.nan, np.inf, -np.inf, 1], 'float32')
np.array([[0.00661098], [1], [2]])
i(4).astype('int32')
i(4)
i(1000).astype('int32')
i(1001).astype('int32')
i(6).astype('int8').reshape(2, 3)
i(4).astype('uint16')
i(4).astype('uint32').reshape(4, 1)
i(3) * 10**12
np.array([True, False])
np.array([[True], [False]])
f(3) + 1j
(f(4) - 1j).astype('complex64').reshape(2, 2)
np.zeros(0, 'float32')
np.zeros((0, 3), 'float32')
np.zeros((2, 0, 3), 'int64')
np.zeros(0, bool)
np.zeros((0,), object)
np.array([b'abc', b'd'], object)
np.array([[b'abc', b'dddddd'], [b'x', b'y']], object)
np.array([b'\\xff'], object)
np.array([b'a' * 200], object)
np.array([b'ab'] * 2000, object)
np.array(2.5, float8_e5m2)
np.array([2.5, 1], float8_e4m3fn)
np.array([[2.5, 1], [0.3, 1]], float8_e4m3fn)
np.array(3, int4)
np.array([3, -2], int4)
np.array([[3], [2]], uint4)
""".strip().splitlines()

FORMATS = [
    ("np.float32(3.14159)", ".3f"),
    ("np.float32(3.14159)", ""),
    ("np.float64(3.14159)", ".2e"),
    ("np.float32(3.14159)", "g"),
    ("np.float16(3.14159)", ""),
    ("np.array(1.1, bfloat16)", ".2f"),
    ("np.array(1.1, bfloat16)", ""),
    ("np.int32(3)", "5d"),
    ("np.int32(3)", ">5"),
    ("np.int32(3)", ""),
    ("np.bool_(True)", ""),
    ("np.array([1.0, 2.0])", ""),
    ("f(6).reshape(2, 3)", ""),
    ("np.array([1.0, 2.0])", ".2f"),
    ("np.array(b'a', object)", ">3"),
]


def numpy_scope():
    import ml_dtypes
    import numpy as np

    names = {name: getattr(ml_dtypes, name) for name in dir(ml_dtypes)}
    names["np"] = np
    names["f"] = lambda n: np.linspace(-1, 2, n)
    names["i"] = lambda n: np.arange(n) - 1
    return names


def main():
    import tensorflow as tf

    scope = numpy_scope()
    values = []
    for expression in VALUES:
        tensor = tf.constant(eval(expression, scope))
        variable = tf.Variable(tensor, name="x_train")
        values.append([expression, tensor.dtype.name, str(tensor), repr(tensor), repr(variable)])
    formats = []
    for expression, spec in FORMATS:
        try:
            formats.append([expression, spec, format(tf.constant(eval(expression, scope)), spec)])
        except TypeError:
            formats.append([expression, spec, None])
    target = pathlib.Path(__file__).with_name("printing.json")
    recorded = {"tensorflow": tf.__version__, "values": values, "formats": formats}
    target.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
