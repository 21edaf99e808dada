"""Raw operations of arithmetic, linear algebra, random numbers, and parts of derivatives."""

from __future__ import annotations

MATH = """
Add(x, y) = tf.add(x, y)
AddN(inputs) = tf.add_n(inputs)
AccumulateNV2(inputs, shape) = tf.add_n(inputs)
Div(x, y) = tf.math.floordiv(x, y) if convert(x).dtype.is_integer else tf.divide(x, y)
Inv(x) = tf.math.reciprocal(x)
InvGrad(y, dy) = -dy * tf.math.conj(y * y)
TanhGrad(y, dy) = dy * (1 - tf.math.conj(convert(y) * y))
SigmoidGrad(y, dy) = dy * tf.math.conj(convert(y) * (1 - y))
SqrtGrad(y, dy) = dy * 0.5 / tf.math.conj(y)
RsqrtGrad(y, dy) = dy * -0.5 * tf.math.conj(convert(y) * y * y)
ReciprocalGrad(y, dy) = -dy * tf.math.conj(convert(y) * y)
ReluGrad(gradients, features) = gradients * cast_like(convert(features) > 0, gradients)
Relu6Grad(gradients, features)
    = gradients * cast_like(tf.logical_and(convert(features) > 0, convert(features) < 6),
                            gradients)
LeakyReluGrad(gradients, features, alpha=0.2)
    = tf.where(convert(features) > 0, gradients, gradients * alpha)
EluGrad(gradients, outputs)
    = tf.where(convert(outputs) < 0, gradients * (convert(outputs) + 1), gradients)
SeluGrad(gradients, outputs)
    = tf.where(convert(outputs) < 0, gradients * (convert(outputs) + 1.7580993408473768),
               gradients * cast_like(1.0507009873554805, gradients))
SoftplusGrad(gradients, features) = gradients * tf.math.sigmoid(features)
SoftsignGrad(gradients, features) = gradients / tf.square(1 + tf.abs(features))
Softmax(logits) = tf.nn.softmax(logits)
LogSoftmax(logits) = tf.nn.log_softmax(logits)
SoftmaxCrossEntropyWithLogits(features, labels) = pulled_pair(
    lambda x: tf.nn.softmax_cross_entropy_with_logits(labels, x), features)
SparseSoftmaxCrossEntropyWithLogits(features, labels) = pulled_pair(
    lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x), features)
BatchMatMul(x, y, adj_x=False, adj_y=False, grad_x=False, grad_y=False)
    = tf.linalg.matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y)
SparseMatMul(a, b, transpose_a=False, transpose_b=False, a_is_sparse=False, b_is_sparse=False)
    = tf.linalg.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
BandedTriangularSolve(matrix, rhs, lower=True, adjoint=False)
    = tf.linalg.banded_triangular_solve(matrix, rhs, lower, adjoint)
TridiagonalMatMul(superdiag, maindiag, subdiag, rhs)
    = tridiagonal_product(superdiag, maindiag, subdiag, rhs)
TridiagonalSolve(diagonals, rhs, partial_pivoting=True, perturb_singular=False)
    = tf.linalg.tridiagonal_solve(diagonals, rhs, partial_pivoting=partial_pivoting)
MatrixInverse(input, adjoint=False) = tf.linalg.inv(input, adjoint)
MatrixSolve(matrix, rhs, adjoint=False) = tf.linalg.solve(matrix, rhs, adjoint)
MatrixTriangularSolve(matrix, rhs, lower=True, adjoint=False)
    = tf.linalg.triangular_solve(matrix, rhs, lower, adjoint)
Eig(input, Tout, compute_v=True)
    = tuple(tf.cast(part, Tout) for part in tf.linalg.eig(input)) if compute_v
      else (tf.cast(tf.linalg.eigvals(input), Tout), tf.zeros([0], Tout))
SelfAdjointEigV2(input, compute_v=True)
    = tf.linalg.eigh(input) if compute_v
      else (tf.linalg.eigvalsh(input), zeros([0], input))
Svd(input, compute_uv=True, full_matrices=False)
    = tf.linalg.svd(input, full_matrices) if compute_uv
      else (tf.linalg.svd(input, full_matrices, False), zeros([0], input), zeros([0], input))
MatrixSolveLs(matrix, rhs, l2_regularizer, fast=True)
    = tf.linalg.lstsq(matrix, rhs, float(l2_regularizer), fast)
Lu(input, output_idx_type=tf.int32) = tf.linalg.lu(input, output_idx_type)
XlaEinsum(a, b, equation) = tf.einsum(equation, a, b)
QuantizeAndDequantize(input, signed_input=True, num_bits=8, range_given=False, input_min=0,
                      input_max=0)
    = tf.quantization.quantize_and_dequantize_v2(
        input, input_min, input_max, signed_input, num_bits, range_given)
QuantizeAndDequantizeV2(input, input_min, input_max, signed_input=True, num_bits=8,
                        range_given=False, round_mode="HALF_TO_EVEN", narrow_range=False, axis=-1)
    = tf.quantization.quantize_and_dequantize_v2(
        input, input_min, input_max, signed_input, num_bits, range_given, round_mode,
        narrow_range=narrow_range, axis=None if axis == -1 else axis)
QuantizeAndDequantizeV3(input, input_min, input_max, num_bits, signed_input=True,
                        range_given=True, narrow_range=False, axis=-1)
    = tf.quantization.quantize_and_dequantize_v2(
        input, input_min, input_max, signed_input, int(num_bits), range_given,
        narrow_range=narrow_range, axis=None if axis == -1 else axis)
QuantizeAndDequantizeV4(input, input_min, input_max, signed_input=True, num_bits=8,
                        range_given=False, round_mode="HALF_TO_EVEN", narrow_range=False, axis=-1)
    = tf.quantization.quantize_and_dequantize_v2(
        input, input_min, input_max, signed_input, num_bits, range_given, round_mode,
        narrow_range=narrow_range, axis=None if axis == -1 else axis)
FakeQuantWithMinMaxArgs(inputs, min=-6, max=6, num_bits=8, narrow_range=False)
    = tf.quantization.fake_quant_with_min_max_args(inputs, min, max, num_bits, narrow_range)
FakeQuantWithMinMaxVars(inputs, min, max, num_bits=8, narrow_range=False)
    = tf.quantization.fake_quant_with_min_max_vars(inputs, min, max, num_bits, narrow_range)
FakeQuantWithMinMaxVarsPerChannel(inputs, min, max, num_bits=8, narrow_range=False)
    = tf.quantization.fake_quant_with_min_max_vars_per_channel(inputs, min, max, num_bits,
                                                               narrow_range)
RandomUniform(shape, dtype, seed=0, seed2=0)
    = tf.random.uniform(shape, dtype=dtype, seed=seed2 or seed or None)
RandomStandardNormal(shape, dtype, seed=0, seed2=0)
    = tf.random.normal(shape, dtype=dtype, seed=seed2 or seed or None)
TruncatedNormal(shape, dtype, seed=0, seed2=0)
    = tf.random.truncated_normal(shape, dtype=dtype, seed=seed2 or seed or None)
RandomUniformInt(shape, minval, maxval, seed=0, seed2=0)
    = tf.random.uniform(shape, minval, maxval, dtype=convert(minval).dtype,
                        seed=seed2 or seed or None)
RandomShuffle(value, seed=0, seed2=0) = tf.random.shuffle(value, seed2 or seed or None)
Multinomial(logits, num_samples, seed=0, seed2=0, output_dtype=tf.int64)
    = tf.random.categorical(logits, num_samples, output_dtype, seed2 or seed or None)
StatelessMultinomial(logits, num_samples, seed, output_dtype=tf.int64)
    = tf.random.stateless_categorical(logits, num_samples, seed, output_dtype)
RandomGamma(shape, alpha, seed=0, seed2=0)
    = tf.random.gamma(shape, alpha, dtype=convert(alpha).dtype, seed=seed2 or seed or None)
StatelessRandomGammaV2(shape, seed, alpha)
    = tf.random.stateless_gamma(shape, seed, alpha, dtype=convert(alpha).dtype)
RandomPoissonV2(shape, rate, seed=0, seed2=0, dtype=tf.int64)
    = tf.random.poisson(shape, rate, dtype=dtype, seed=seed2 or seed or None)
"""
