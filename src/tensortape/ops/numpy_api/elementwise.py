"""Elementwise functions, from tables: names, TensorFlow's function, what it is, an example."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import math
from typing import Any

from tensortape.core.dispatch import NO_ATTRS
from tensortape.core.operators import like
from tensortape.core.public import binary_call
from tensortape.ops.elementwise import divisors
from tensortape.ops.numpy_api.values import as_array, call, inexact, offer, promoted


def truth(x: Any) -> Any:
    """``x`` as truth values."""
    return as_array(x, bool)


def piecewise(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition holds, ``y`` elsewhere."""
    return call("where", condition, x, y)


def cube_root(x: Any) -> Any:
    """Cube root, of negative numbers too."""
    root = abs(x) ** (1.0 / 3)
    return piecewise(x < 0, -root, root)


def sine_quotient(x: Any) -> Any:
    """``sin(pi x) / (pi x)``, continued at 0."""
    return piecewise(x == 0, call("ones_like", x), call("math.sin", x * math.pi) / (x * math.pi))


def rounded(a: Any, decimals: int = 0) -> Any:
    """Nearest number of given decimals."""
    a = as_array(a)
    if decimals == 0 or (a.dtype.is_integer and decimals > 0):
        return call("math.round", a)
    factor = 10.0**decimals
    return call("cast", call("math.round", inexact(a) * factor) / factor, a.dtype)


def real_if(path: str, otherwise: bool) -> Any:
    """A test that only numbers with a fraction can pass; others have one answer."""

    def test(x: Any) -> Any:
        if x.dtype.is_complex:
            return call(path, call("math.real", x)) | call(path, call("math.imag", x))
        if not x.dtype.is_floating:
            return call("fill", call("shape", x), otherwise)
        return call(path, x)

    return test


def signed_infinity(sign: float) -> Any:
    """Whether elements are the infinity of a sign."""
    return lambda x: (
        x == like(sign * math.inf, x) if x.dtype.is_floating else call("zeros_like", truth(x))
    )


def no_fraction(x: Any) -> Any:
    """Rounding towards zero."""
    return piecewise(x < 0, call("math.ceil", x), call("math.floor", x))


def has_imaginary(x: Any) -> Any:
    """Whether elements have an imaginary part."""
    return call("math.imag", x) != 0 if x.dtype.is_complex else call("zeros_like", truth(x))


def bits_not(x: Any) -> Any:
    """Every bit turned over."""
    return ~x


UNARY = (
    ("sin", "math.sin", "Sine of each element.", "0.5", "np.float64(0.4794)"),
    ("cos", "math.cos", "Cosine of each element.", "0.5", "np.float64(0.8776)"),
    ("tan", "math.tan", "Tangent of each element.", "0.5", "np.float64(0.5463)"),
    ("arcsin", "math.asin", "Inverse sine of each element.", "0.5", "np.float64(0.5236)"),
    ("arccos", "math.acos", "Inverse cosine of each element.", "0.5", "np.float64(1.0472)"),
    ("arctan", "math.atan", "Inverse tangent of each element.", "0.5", "np.float64(0.4636)"),
    ("sinh", "math.sinh", "Hyperbolic sine of each element.", "0.5", "np.float64(0.5211)"),
    ("cosh", "math.cosh", "Hyperbolic cosine of each element.", "0.5", "np.float64(1.1276)"),
    ("tanh", "math.tanh", "Hyperbolic tangent of each element.", "0.5", "np.float64(0.4621)"),
    ("arcsinh", "math.asinh", "Inverse hyperbolic sine.", "0.5", "np.float64(0.4812)"),
    ("arccosh", "math.acosh", "Inverse hyperbolic cosine.", "1.5", "np.float64(0.9624)"),
    ("arctanh", "math.atanh", "Inverse hyperbolic tangent.", "0.5", "np.float64(0.5493)"),
    ("exp", "math.exp", "``e**x`` of each element.", "0.5", "np.float64(1.6487)"),
    ("expm1", "math.expm1", "``e**x - 1``, accurate near 0.", "0.5", "np.float64(0.6487)"),
    ("log", "math.log", "Natural logarithm of each element.", "0.5", "np.float64(-0.6931)"),
    ("log1p", "math.log1p", "``log(1 + x)``, accurate near 0.", "0.5", "np.float64(0.4055)"),
    ("sqrt", "math.sqrt", "Square root of each element.", "[4, 9]", "array([2., 3.])"),
    ("floor", "math.floor", "Largest whole number not above.", "1.5", "np.float64(1.0)"),
    ("ceil", "math.ceil", "Smallest whole number not below.", "1.5", "np.float64(2.0)"),
    ("exp2", lambda x: 2**x, "``2**x`` of each element.", "3", "np.float64(8.0)"),
    ("log2", lambda x: call("math.log", x) / math.log(2), "Logarithm to base 2.", "8", "np.float64(3.0)"),
    ("log10", lambda x: call("math.log", x) / math.log(10), "Logarithm to base 10.", "100", "np.float64(2.0)"),
    ("cbrt", cube_root, "Cube root of each element, negative ones too.", "-8.0", "np.float64(-2.0)"),
    ("deg2rad", lambda x: x * (math.pi / 180), "Radians of degrees.", "180", "np.float64(3.1416)"),
    ("rad2deg", lambda x: x * (180 / math.pi), "Degrees of radians.", "[0.0]", "array([0.])"),
    ("sinc", sine_quotient, "``sin(pi x) / (pi x)``, 1 at 0.", "[0, 1]", "array([1., 0.])"),
    ("fix", no_fraction, "Rounding towards zero.", "[1.7, -1.7]", "array([ 1., -1.])"),
    ("isnan", real_if("math.is_nan", False), "Whether elements are NaN.", "[1.0]", "array([False])"),
    ("isinf", real_if("math.is_inf", False), "Whether elements are infinite.", "[1.0]", "array([False])"),
    ("isfinite", real_if("math.is_finite", True), "Whether elements are finite.", "[1]", "array([ True])"),
    ("isposinf", signed_infinity(1.0), "Whether elements are +infinity.", "[1.0]", "array([False])"),
    ("isneginf", signed_infinity(-1.0), "Whether elements are -infinity.", "[1.0]", "array([False])"),
)  # fmt: skip

UNARY_AS_IS = (
    ("abs absolute", "math.abs", "Magnitude of each element.", "[-1, 2]", "array([1, 2])"),
    ("fabs", "math.abs", "Magnitude of each element, real numbers.", "-1.0", "np.float64(1.0)"),
    ("negative", "math.negative", "``-x`` of each element.", "[1, -2]", "array([-1,  2])"),
    ("positive", lambda x: x, "The elements as they are.", "[1, -2]", "array([ 1, -2])"),
    ("square", "math.square", "``x * x`` of each element.", "[1, -2]", "array([1, 4])"),
    ("sign", "math.sign", "-1, 0 or 1 by the sign.", "[3, -2]", "array([ 1, -1])"),
    ("signbit", lambda x: x < 0, "Whether elements are negative.", "[3, -2]", "array([False,  True])"),
    ("reciprocal", "math.reciprocal", "``1 / x`` of each element.", "4.0", "np.float64(0.25)"),
    ("conj conjugate", "math.conj", "Complex conjugate of each element.", "1 + 2j", "np.complex128(1-2j)"),
    ("real", "math.real", "Real part of each element.", "1 + 2j", "np.float64(1.0)"),
    ("imag", "math.imag", "Imaginary part of each element.", "1 + 2j", "np.float64(2.0)"),
    ("iscomplex", has_imaginary, "Whether elements have an imaginary part.", "[1 + 2j]", "array([ True])"),
    ("isreal", lambda x: ~has_imaginary(x), "Whether elements have none.", "[1.0]", "array([ True])"),
    ("bitwise_not", bits_not, "Every bit turned over.", "[0, 5]", "array([-1, -6])"),
    ("logical_not", lambda x: ~truth(x), "The opposite truth values.", "[0, 5]", "array([ True, False])"),
)  # fmt: skip


def make_unary(path: Any, prepare: Any) -> Any:
    """The function of one array."""

    def function(x: Any) -> Any:
        x = prepare(x)
        return path(x) if callable(path) else call(path, x)

    return function


def on_bools(path: str, instead: str) -> Any:
    """TensorFlow's function for numbers, and another one for truth values."""
    return lambda x, y: call(instead if x.dtype.is_bool else path, x, y)


def small_integers(path: str) -> Any:
    """TensorFlow's function, truth values taken for integers."""

    def function(x: Any, y: Any) -> Any:
        if x.dtype.is_bool:
            x, y = (call("cast", v, "int8") for v in (x, y))
        return call(path, x, y)

    return function


def quotient(x: Any, y: Any) -> Any:
    """True quotient; truth values count as 0.0 and 1.0."""
    if x.dtype.is_bool:
        x, y = (call("cast", v, "float64") for v in (x, y))
    return call("math.truediv", x, y)


def log_sum(base: float) -> Any:
    """``log(base**x + base**y)`` to that base, without overflow."""
    scale = math.log(base)

    def function(x: Any, y: Any) -> Any:
        delta = x - y
        larger = call("math.maximum", x, y)
        rest = call("math.log1p", call("math.exp", -abs(delta) * scale)) / scale
        return piecewise(call("math.is_nan", delta), x + y, larger + rest)

    return function


def steps(x: Any, y: Any) -> Any:
    """Heaviside's function, floating."""
    zero, one = call("zeros_like", y), call("ones_like", y)
    result = piecewise(x < 0, zero, piecewise(x > 0, one, y))
    return inexact(result)


def on_truth(path: str) -> Any:
    """TensorFlow's function of truth values."""
    return lambda x, y: call(path, truth(x), truth(y))


BINARY = (
    ("add", on_bools("math.add", "math.logical_or"), "Sum.", "[1, 2], 0.5", "array([1.5, 2.5])"),
    ("subtract", "math.subtract", "Difference.", "[1, 2], 1", "array([0, 1])"),
    ("multiply", on_bools("math.multiply", "math.logical_and"), "Product.", "[1, 2], 3", "array([3, 6])"),
    ("true_divide divide", quotient, "Quotient.", "[1, 2], 2", "array([0.5, 1. ])"),
    ("floor_divide", small_integers("math.floordiv"), "Quotient, floored.", "[7, -7], 2", "array([ 3, -4])"),
    ("mod remainder", small_integers("math.floormod"), "Remainder.", "[7, -7], 3", "array([1, 2])"),
    ("maximum", on_bools("math.maximum", "math.logical_or"), "The larger.", "[1, 5], 3", "array([3, 5])"),
    ("minimum", on_bools("math.minimum", "math.logical_and"), "The smaller.", "[1, 5], 3", "array([1, 3])"),
    ("power float_power", "math.pow", "``x**y``.", "[2, 3], 2", "array([4, 9])"),
    ("gcd", lambda x, y: binary_call(divisors.gcd, x, y, NO_ATTRS), "Greatest common divisor.", "12, 18", "np.int64(6)"),
    ("lcm", lambda x, y: binary_call(divisors.lcm, x, y, NO_ATTRS), "Least common multiple.", "4, 6", "np.int64(12)"),
    ("arctan2", "math.atan2", "Angle of the point (y, x).", "0.0, 1.0", "np.float64(0.0)"),
    ("nextafter", "math.nextafter", "Next number towards y.", "0.0, 0.0", "np.float64(0.0)"),
    ("hypot", lambda x, y: call("math.sqrt", inexact(x * x + y * y)), "Hypotenuse.", "3.0, 4.0", "np.float64(5.0)"),
    ("logaddexp", log_sum(math.e), "``log(exp(x) + exp(y))``.", "0.0, 0.0", "np.float64(0.6931)"),
    ("logaddexp2", log_sum(2.0), "``log2(2**x + 2**y)``.", "0.0, 0.0", "np.float64(1.0)"),
    ("heaviside", steps, "0 below 0, 1 above, y at 0.", "[-1, 0, 2], 0.5", "array([0. , 0.5, 1. ])"),
    ("equal", "math.equal", "Whether equal.", "[1, 2], 1", "array([ True, False])"),
    ("not_equal", "math.not_equal", "Whether different.", "[1, 2], 1", "array([False,  True])"),
    ("less", "math.less", "Whether smaller.", "[1, 2], 2", "array([ True, False])"),
    ("less_equal", "math.less_equal", "Whether not larger.", "[1, 2], 1", "array([ True, False])"),
    ("greater", "math.greater", "Whether larger.", "[1, 2], 1", "array([False,  True])"),
    ("greater_equal", "math.greater_equal", "Whether not smaller.", "[1, 2], 2", "array([False,  True])"),
    ("logical_and", on_truth("math.logical_and"), "Whether both.", "[1, 0], 2", "array([ True, False])"),
    ("logical_or", on_truth("math.logical_or"), "Whether any.", "[1, 0], 0", "array([ True, False])"),
    ("logical_xor", on_truth("math.logical_xor"), "Whether one.", "[1, 0], 1", "array([False,  True])"),
    ("bitwise_and", on_bools("bitwise.bitwise_and", "math.logical_and"), "Bits of both.", "6, 3", "np.int64(2)"),
    ("bitwise_or", on_bools("bitwise.bitwise_or", "math.logical_or"), "Bits of any.", "6, 3", "np.int64(7)"),
    ("bitwise_xor", on_bools("bitwise.bitwise_xor", "math.logical_xor"), "Bits of one.", "6, 3", "np.int64(5)"),
)  # fmt: skip


def make_binary(path: Any) -> Any:
    """The function of two arrays of a common dtype."""

    def function(x1: Any, x2: Any) -> Any:
        x1, x2 = promoted(x1, x2)
        return path(x1, x2) if callable(path) else call(path, x1, x2)

    return function


def enter_tables() -> None:
    """Enter all functions of the tables."""
    for table, prepare in ((UNARY, inexact), (UNARY_AS_IS, as_array)):
        for names, path, doc, example, result in table:
            shown = f"tnp.{names.split()[0]}({example}).numpy()"
            if "." in result:
                shown += ".round(4)"
            offer(make_unary(path, prepare), names, doc, shown, result)
    for names, path, doc, example, result in BINARY:
        shown = f"tnp.{names.split()[0]}({example}).numpy()" + (
            ".round(4)" if "." in result else ""
        )
        doc = f"{doc[:-1]}, element by element, of two arrays promoted and broadcast together."
        offer(make_binary(path), names, doc, shown, result)


enter_tables()
offer(rounded, "around round", "Nearest number of given decimals; halves go to the even one.",
      "tnp.around([1.27, 2.5], 1).numpy()", "array([1.3, 2.5])")  # fmt: skip
