"""``tf.linalg.LinearOperatorCirculant``, ``2D`` and ``3D``: diagonal after a Fourier transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.core import dtypes
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export
from tensortape.core.shapes import TensorShape
from tensortape.ops.linear_operator import hints
from tensortape.ops.linear_operator.arrays import complex_of, conjugate, dims, kept, number
from tensortape.ops.linear_operator.assertions import assert_no_zeros, assert_real
from tensortape.ops.linear_operator.base import LinearOperator, arguments
from tensortape.ops.linear_operator.public import tf


class BlockCirculant(LinearOperator):
    """A (nested) circulant matrix by its spectrum; subclasses say over how many axes."""

    _depth: int

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dtypes.complex64,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ) -> None:
        given = arguments(locals())
        self._spectrum = kept(spectrum)
        if self._spectrum.shape.rank < self._depth:
            raise ValueError(
                f"Argument `spectrum` must have at least {self._depth} dimensions. "
                f"Received: {self._spectrum}."
            )
        what = "A real spectrum always belongs to a self-adjoint operator"
        real = not self._spectrum.dtype.is_complex
        self._start(
            given,
            input_output_dtype,
            is_self_adjoint=hints.implied("is_self_adjoint", is_self_adjoint, real, what),
            is_square=hints.always("is_square", is_square, True, "Circulants are square"),
        )

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self) -> Any:
        return {"spectrum": self._depth}

    @property
    def spectrum(self) -> Any:
        """The spectrum, as it was given."""
        return self._spectrum

    @property
    def block_depth(self) -> int:
        """How many axes of the spectrum belong to one matrix."""
        return self._depth

    @property
    def block_shape(self) -> TensorShape:
        """The sizes of those axes."""
        return self._spectrum.shape[-self._depth :]

    def block_shape_tensor(self) -> Any:
        """``block_shape`` as an int32 vector."""
        if self.block_shape.is_fully_defined():
            return number(self.block_shape, "block_shape")
        return tf.shape(self._spectrum)[-self._depth :]

    def convolution_kernel(self, name: str = "convolution_kernel") -> Any:
        """The first columns of the matrices, in the shape of the spectrum."""
        return tf.cast(self._ifft(complex_of(self._spectrum)), self.dtype)

    def _fft(self, x: Any) -> Any:
        signal = tf.signal
        return (signal.fft, signal.fft2d, signal.fft3d)[self._depth - 1](x)

    def _ifft(self, x: Any) -> Any:
        signal = tf.signal
        return (signal.ifft, signal.ifft2d, signal.ifft3d)[self._depth - 1](x)

    def _shape(self) -> Any:
        n = self.block_shape.num_elements()
        return self._spectrum.shape[: -self._depth].concatenate(TensorShape([n, n]))

    def _shape_tensor(self) -> Any:
        shape = tf.shape(self._spectrum)
        n = tf.reduce_prod(shape[-self._depth :])
        return tf.concat([shape[: -self._depth], [n, n]], 0)

    def _flat(self, x: Any) -> Any:
        """The axes of the block as one."""
        return tf.reshape(x, [*dims(x)[: -self._depth], -1])

    def _filtered(self, x: Any, by: Any, adjoint_arg: bool) -> Any:
        """Columns transformed, ``by(columns, spectrum)``, transformed back."""
        rows = conjugate(x) if adjoint_arg else tf.linalg.matrix_transpose(x)
        rows = tf.cast(rows, complex_of(self._spectrum).dtype)
        block = dims(convert_to_tensor(self._spectrum))[-self._depth :]
        found = self._fft(tf.reshape(rows, [*dims(rows)[:-1], *block]))
        result = self._flat(self._ifft(by(found)))
        return tf.cast(tf.linalg.matrix_transpose(result), self.dtype)

    def _by_row(self, adjoint: bool) -> Any:
        """The spectrum with an axis for the columns of arguments."""
        spectrum = conjugate(complex_of(self._spectrum), adjoint)
        return tf.expand_dims(spectrum, -1 - self._depth)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        spectrum = self._by_row(adjoint)
        return self._filtered(x, lambda found: spectrum * found, adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        spectrum = self._by_row(adjoint)
        return self._filtered(rhs, lambda found: found / spectrum, adjoint_arg)

    def _axes(self) -> list[int]:
        return [-1 - i for i in range(self._depth)]

    def _determinant(self) -> Any:
        return tf.cast(tf.reduce_prod(self._spectrum, axis=self._axes()), self.dtype)

    def _log_abs_determinant(self) -> Any:
        sizes = tf.math.log(tf.math.abs(self._spectrum))
        return tf.cast(tf.reduce_sum(sizes, axis=self._axes()), self.dtype)

    def _trace(self) -> Any:
        real = self.is_self_adjoint or not self.dtype.is_complex
        values = tf.math.real(self._spectrum) if real else self._spectrum
        return tf.cast(tf.reduce_sum(values, axis=self._axes()), self.dtype)

    def _diag_part(self) -> Any:
        n = self._columns()
        each = tf.expand_dims(self.trace() / tf.cast(n, self.dtype), -1)
        return each * tf.ones([n], self.dtype)

    def _eigvals(self) -> Any:
        return self._flat(convert_to_tensor(self._spectrum))

    def _cond(self) -> Any:
        sizes = tf.math.abs(self._eigvals())
        return tf.reduce_max(sizes, axis=-1) / tf.reduce_min(sizes, axis=-1)

    def assert_hermitian_spectrum(self, name: str = "assert_hermitian_spectrum") -> Any:
        """Raise ``tf.errors.InvalidArgumentError`` unless the matrices are real, to rounding."""
        part = tf.math.abs(tf.math.imag(self.convolution_kernel()))
        eps = np.finfo(part.dtype.as_numpy_dtype).eps
        limit = tf.cast(eps * (self.domain_dimension.value or 1), part.dtype)
        return tf.debugging.assert_less(part, limit, message="Spectrum was not Hermitian")

    def _assert_non_singular(self) -> Any:
        message = "Singular operator: Spectrum contained zero values."
        return assert_no_zeros(self._spectrum, message)

    def _assert_positive_definite(self) -> Any:
        message = "Not positive definite: Real part of spectrum was not all positive."
        return tf.debugging.assert_positive(tf.math.real(self._spectrum), message=message)

    def _assert_self_adjoint(self) -> Any:
        message = "Not self-adjoint: The spectrum contained non-zero imaginary part."
        return assert_real(self._spectrum, message)

    def _like(self, spectrum: Any, **given: Any) -> Any:
        return type(self)(spectrum, self.dtype, **given)

    def _linop_adjoint(self) -> Any:
        return self._like(conjugate(self._spectrum), **self._hints())

    def _linop_inverse(self) -> Any:
        return self._like(1.0 / convert_to_tensor(self._spectrum), **self._hints())

    def _linop_matmul(self, left_operator: Any, right_operator: Any) -> Any:
        if type(right_operator) is not type(left_operator):
            return super()._linop_matmul(left_operator, right_operator)
        given = hints.commuting(left_operator, right_operator)
        return self._like(tf.multiply(left_operator.spectrum, right_operator.spectrum), **given)

    def _linop_solve(self, left_operator: Any, right_operator: Any) -> Any:
        if type(right_operator) is not type(left_operator):
            return super()._linop_solve(left_operator, right_operator)
        given = hints.commuting(left_operator, right_operator)
        return self._like(tf.divide(right_operator.spectrum, left_operator.spectrum), **given)


@export("linalg.LinearOperatorCirculant")
class LinearOperatorCirculant(BlockCirculant):
    """A circulant matrix by its ``spectrum`` ``[..., n]``, the transform of its first column.

    ``matmul`` and ``solve`` take O(n log n). A real operator needs ``input_output_dtype`` real and
    a spectrum that is the transform of a real column.

    >>> import tensortape as tf
    >>> spectrum = tf.signal.fft(tf.constant([1.0, 2.0, 0.0], tf.complex64))
    >>> operator = tf.linalg.LinearOperatorCirculant(spectrum, input_output_dtype=tf.float32)
    >>> operator.to_dense().numpy().round(3).tolist()
    [[1.0, 0.0, 2.0], [2.0, 1.0, 0.0], [0.0, 2.0, 1.0]]

    Raises ``ValueError`` for a spectrum with too few axes, or hints that deny what holds for
    circulants. Source: ``tf.linalg.LinearOperatorCirculant``.
    """

    _depth = 1


@export("linalg.LinearOperatorCirculant2D")
class LinearOperatorCirculant2D(BlockCirculant):
    """A circulant matrix of circulant blocks: a periodic convolution of images.

    >>> import tensortape as tf
    >>> operator = tf.linalg.LinearOperatorCirculant2D([[1.0, 2.0], [3.0, 4.0]])
    >>> operator.shape
    TensorShape([4, 4])

    ``spectrum`` has shape ``[..., n0, n1]``. Source: ``tf.linalg.LinearOperatorCirculant2D``.
    """

    _depth = 2


@export("linalg.LinearOperatorCirculant3D")
class LinearOperatorCirculant3D(BlockCirculant):
    """A circulant matrix nested twice: a periodic convolution of volumes.

    >>> import tensortape as tf
    >>> tf.linalg.LinearOperatorCirculant3D(tf.ones([2, 2, 2])).shape
    TensorShape([8, 8])

    ``spectrum`` has shape ``[..., n0, n1, n2]``. Source: ``tf.linalg.LinearOperatorCirculant3D``.
    """

    _depth = 3
