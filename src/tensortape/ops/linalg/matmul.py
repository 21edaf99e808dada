"""Matrix products: ``tf.matmul`` and the operator ``@``."""

from __future__ import annotations

from typing import Any

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dispatch import execute, in_graph
from tensortape.core.dtypes import as_dtype
from tensortape.core.families import differ
from tensortape.core.op import op
from tensortape.core.operators import attach, same_dtype
from tensortape.core.public import tensor
from tensortape.core.registry import PRIMITIVES, export
from tensortape.core.tensor import EagerTensor

PLAIN = {"transpose_a": False, "transpose_b": False}


def explain_matmul(record: Any, tensors: Any, attrs: Any, exc: Exception) -> Exception | None:
    """Sizes that do not fit, in TensorFlow's words."""
    a, b = ("[" + ",".join(map(str, t.shape)) + "]" for t in tensors)
    flip_a = attrs.get("transpose_a") or attrs.get("adj_x")
    flip_b = attrs.get("transpose_b") or attrs.get("adj_y")
    inner_a = tensors[0].shape[-2 if flip_a else -1]
    inner_b = tensors[1].shape[-1 if flip_b else -2]
    if inner_a != inner_b:
        text = f"Matrix size-incompatible: In[0]: {a}, In[1]: {b}"
    else:
        text = f"In[0] and In[1] must have compatible batch dimensions: {a} vs. {b}"
    return errors.InvalidArgumentError(None, None, f"{text} [Op:{record.type}] name: ")


def first_cotangent(xp: Any, g: Any, b: Any, flip_a: bool, flip_b: bool) -> Any:
    """Cotangent of the left factor, from that of the product."""
    b = xp.conj(b) if b.dtype.kind == "c" else b
    if flip_a:
        return xp.matmul(b, g, flip_b, True)
    return xp.matmul(g, b, False, not flip_b)


def second_cotangent(xp: Any, g: Any, a: Any, flip_a: bool, flip_b: bool) -> Any:
    """Cotangent of the right factor, from that of the product."""
    a = xp.conj(a) if a.dtype.kind == "c" else a
    if flip_b:
        return xp.matmul(g, a, True, flip_a)
    return xp.matmul(a, g, not flip_a, False)


def fitted(xp: Any, d: Any, x: Any) -> Any:
    """``d`` summed over the stack axes along which ``x`` was broadcast."""
    stacked = differ(d.shape[:-2], x.shape[:-2])
    return xp.sum_to(d, shape=tuple(x.shape)) if stacked else d


@op("MatMul", primitive="matmul", saves=("inputs",), check=explain_matmul,
    samples=[(((2, 3), (3, 4)), {}), (((3, 2), (4, 3)), {"transpose_a": True, "transpose_b": True}),
             (((2, 2, 3), (3, 1)), {}), (((2, 3), (4, 3)), {"transpose_b": True})])  # fmt: skip
def matmul_op(xp, a, b, *, transpose_a=False, transpose_b=False):
    """Matrix product of ``a`` and ``b``."""
    return xp.matmul(a, b, transpose_a, transpose_b)


@matmul_op.vjp(0)
def _(xp, g, y, a, b, *, transpose_a, transpose_b):
    return fitted(xp, first_cotangent(xp, g, b, transpose_a, transpose_b), a)


@matmul_op.vjp(1)
def _(xp, g, y, a, b, *, transpose_a, transpose_b):
    return fitted(xp, second_cotangent(xp, g, a, transpose_a, transpose_b), b)


@matmul_op.jvp
def _(xp, tangents, y, a, b, *, transpose_a, transpose_b):
    return product_tangent(xp, tangents, a, b, transpose_a, transpose_b)


def product_tangent(xp: Any, tangents: Any, a: Any, b: Any, flip_a: bool, flip_b: bool) -> Any:
    """The product rule."""
    da, db = tangents
    left = None if da is None else xp.matmul(da, b, flip_a, flip_b)
    right = None if db is None else xp.matmul(a, db, flip_a, flip_b)
    if left is None or right is None:
        return right if left is None else left
    return left + right


def adjoint(xp: Any, x: Any, flip: bool) -> Any:
    """What ``adj_x`` conjugates: complex values that are also transposed."""
    return xp.conj(x) if flip and x.dtype.kind == "c" else x


@op("BatchMatMulV2", saves=("inputs",), check=explain_matmul,
    samples=[(((2, 2, 3), (2, 3, 2)), {}), (((2, 1, 3, 2), (3, 3, 4)), {"adj_x": True}),
             (((3, 2), (4, 5, 2)), {"adj_y": True})])  # fmt: skip
def batch_matmul(xp, x, y, *, adj_x=False, adj_y=False):
    """Matrix products of the stacks ``x`` and ``y``, whose leading axes broadcast."""
    return xp.matmul(adjoint(xp, x, adj_x), adjoint(xp, y, adj_y), adj_x, adj_y)


@batch_matmul.vjp(0)
def _(xp, g, z, x, y, *, adj_x, adj_y):
    d = first_cotangent(xp, g, adjoint(xp, y, adj_y), adj_x, adj_y)
    return fitted(xp, adjoint(xp, d, adj_x), x)


@batch_matmul.vjp(1)
def _(xp, g, z, x, y, *, adj_x, adj_y):
    d = second_cotangent(xp, g, adjoint(xp, x, adj_x), adj_x, adj_y)
    return fitted(xp, adjoint(xp, d, adj_y), y)


@batch_matmul.jvp
def _(xp, tangents, z, x, y, *, adj_x, adj_y):
    flips = zip(tangents, (adj_x, adj_y), strict=True)
    turned = [None if t is None else adjoint(xp, t, flip) for t, flip in flips]
    a, b = adjoint(xp, x, adj_x), adjoint(xp, y, adj_y)
    return product_tangent(xp, turned, a, b, adj_x, adj_y)


@op("BatchMatMulV3", nondifferentiable="the result has another type than the factors")
def matmul_to(xp, x, y, *, adj_x=False, adj_y=False, Tout):
    """Matrix product computed and returned in another type."""
    return xp.matmul(xp.astype(x, Tout), xp.astype(y, Tout), adj_x, adj_y)


@export("matmul", "linalg.matmul")
def matmul(a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False,
           a_is_sparse=False, b_is_sparse=False, output_type=None, grad_a=False, grad_b=False,
           name=None):  # fmt: skip
    """Multiply matrix ``a`` by matrix ``b``; leading axes are a stack of matrices and broadcast.

    >>> import tensortape as tf
    >>> tf.matmul(tf.constant([[1.0, 2.0]]), tf.constant([[3.0], [4.0]]))
    <tf.Tensor: shape=(1, 1), dtype=float32, numpy=array([[11.]], dtype=float32)>

    Args:
        a: floating, complex, int32 or int64 tensor of shape ``[..., n, k]``.
        b: tensor of the same dtype and of shape ``[..., k, m]``.
        transpose_a, transpose_b: transpose the last two axes before multiplying.
        adjoint_a, adjoint_b: transpose and conjugate before multiplying.
        a_is_sparse, b_is_sparse: hints; the product is the same.
        output_type: dtype of the result, for int8 factors.
        grad_a, grad_b: hints; the product is the same.
        name: ignored.

    Raises ``InvalidArgumentError`` for shapes that do not fit or different dtypes, ``ValueError``
    for ``transpose`` and ``adjoint`` of the same argument. Source: ``tf.linalg.matmul``.
    """
    a, b = factors(a, b)
    if output_type is not None and as_dtype(output_type) is not a.dtype:
        attrs = {"adj_x": transpose_a or adjoint_a, "adj_y": transpose_b or adjoint_b}
        return execute(matmul_to, (a, b), attrs | {"Tout": as_dtype(output_type)})
    if not (transpose_a or transpose_b or adjoint_a or adjoint_b):
        return product(a, b)
    for letter, t, h in (("a", transpose_a, adjoint_a), ("b", transpose_b, adjoint_b)):
        if t and h:
            raise ValueError(
                f"Only one of `transpose_{letter}` and `adjoint_{letter}` can be True. "
                f"Received `transpose_{letter}`={t}, `adjoint_{letter}`={h}."
            )
    return flipped_product(a, b, (transpose_a, adjoint_a), (transpose_b, adjoint_b))


def factors(a: Any, b: Any) -> tuple[Any, Any]:
    """Both factors as tensors of one dtype."""
    a = tensor(a)
    if type(b) is not EagerTensor:
        own = hasattr(type(b), "_to_tensor")  # as variables have
        b = b._to_tensor() if own else convert_to_tensor(b, dtype_hint=a.dtype)
    if a._a.dtype is not b._a.dtype:
        same_dtype(matmul_op, a, b)
    return a, b


def product(a: Any, b: Any) -> Any:
    """``a @ b`` of tensors, as the operation that TensorFlow uses for their ranks."""
    x, y = a._a, b._a
    if x.ndim != 2 or y.ndim != 2 or x.dtype.kind not in "fcV":
        check_factors(a, b)
        if x.ndim > 2 or y.ndim > 2:
            return execute(batch_matmul, (a, b), {"adj_x": False, "adj_y": False})
    return execute(matmul_op, (a, b), PLAIN)


def flipped_product(a: Any, b: Any, flips_a: Any, flips_b: Any) -> Any:
    """The product with transposed or adjoint factors (pairs of flags)."""
    check_factors(a, b)
    stacked = a.ndim > 2 or b.ndim > 2
    conj = conjugate
    if stacked:
        a = conj(a) if flips_a[0] and a.dtype.is_complex else a
        b = conj(b) if flips_b[0] and b.dtype.is_complex else b
        return execute(batch_matmul, (a, b), {"adj_x": any(flips_a), "adj_y": any(flips_b)})
    a = conj(a) if flips_a[1] and a.dtype.is_complex else a
    b = conj(b) if flips_b[1] and b.dtype.is_complex else b
    return execute(matmul_op, (a, b), {"transpose_a": any(flips_a), "transpose_b": any(flips_b)})


def conjugate(x: Any) -> Any:
    """The complex conjugate, recorded."""
    return execute(PRIMITIVES["conj"], (x,))


def check_factors(a: Any, b: Any) -> None:
    """Refuse ranks and dtypes that have no matrix product."""
    x, y = a._a, b._a
    low = min(x.ndim, y.ndim)
    if low < 2:
        text = (
            f"In[0] and In[1] ndims must be == 2: {x.ndim}"
            if x.ndim == y.ndim
            else f"In[0] and In[1] has different ndims: {list(x.shape)} vs. {list(y.shape)}"
        )
        raise in_graph(errors.InvalidArgumentError(None, None, f"{text} [Op:MatMul] name: "))
    if x.dtype.kind in "biu" and a.dtype.name not in ("int32", "int64"):
        if x.dtype.kind == "u":
            raise errors.NotFoundError(
                None, None, f"Could not find device for node: MatMul[T={a.dtype.name}]: use tf.cast"
            )
        raise errors.InvalidArgumentError(
            None, None,
            f"Value for attr 'T' of {a.dtype.name} is not in the list of allowed values: bfloat16, "
            "half, float, double, int32, int64, complex64, complex128 [Op:MatMul]: use tf.cast",
        )  # fmt: skip


def _forward(self: Any, other: Any) -> Any:
    if getattr(type(other), "__array_ufunc__", other) is None:
        return NotImplemented
    return product(*factors(self, other))


def _reflected(self: Any, other: Any) -> Any:
    return product(*factors(convert_to_tensor(other, dtype_hint=self.dtype), self))


attach("__matmul__", _forward)
attach("__rmatmul__", _reflected)
