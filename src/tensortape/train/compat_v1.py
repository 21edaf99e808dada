"""`tf.compat.v1`: the names of TensorFlow 1 that programs for TensorFlow 2 still use.

A name that means the same in both is handed on; the others have a line below with the arguments
of TensorFlow 1. Sessions, placeholders fed by hand, collections and variable scopes are not here:
they need a graph that is run by hand.
"""

from __future__ import annotations

import functools
import re
import sys
import types
from typing import Any

from tensortape.core.face import complete, explain_missing
from tensortape.core.registry import PUBLIC, export
from tensortape.core.variable import Variable

# names whose arguments or meaning differ between the two; those without a line below are missing
DIFFERENT = frozenset(
    """assert_equal assert_greater assert_less assert_rank device
    hessians io.decode_csv io.decode_raw linalg.diag linalg.diag_part
    math.bincount math.confusion_matrix math.count_nonzero nn.conv1d nn.conv3d
    nn.conv3d_transpose nn.crelu nn.ctc_loss nn.depthwise_conv2d nn.dilation2d nn.embedding_lookup
    nn.embedding_lookup_sparse nn.erosion2d nn.moments nn.pool
    nn.safe_embedding_lookup_sparse nn.sampled_softmax_loss nn.separable_conv2d
    nn.sufficient_statistics nn.weighted_moments random.poisson strings.length strings.reduce_join
    strings.substr strings.to_number test.compute_gradient
    image.crop_and_resize image.resize sparse.concat sparse.reduce_max sparse.reduce_sum
    sparse.split""".split()
)

# the name in TensorFlow 1 and in TensorFlow 2
RENAMED = {
    "ceil": "math.ceil",
    "check_numerics": "debugging.check_numerics",
    "cholesky": "linalg.cholesky",
    "conj": "math.conj",
    "cross": "linalg.cross",
    "diag": "linalg.tensor_diag",
    "digamma": "math.digamma",
    "erf": "math.erf",
    "erfc": "math.erfc",
    "expm1": "math.expm1",
    "fft": "signal.fft",
    "ifft": "signal.ifft",
    "imag": "math.imag",
    "is_finite": "math.is_finite",
    "is_inf": "math.is_inf",
    "is_nan": "math.is_nan",
    "lgamma": "math.lgamma",
    "log": "math.log",
    "log1p": "math.log1p",
    "log_sigmoid": "math.log_sigmoid",
    "matrix_band_part": "linalg.band_part",
    "matrix_determinant": "linalg.det",
    "matrix_inverse": "linalg.inv",
    "matrix_solve": "linalg.solve",
    "matrix_triangular_solve": "linalg.triangular_solve",
    "mod": "math.floormod",
    "random_normal": "random.normal",
    "random_shuffle": "random.shuffle",
    "random_uniform": "random.uniform",
    "real": "math.real",
    "reciprocal": "math.reciprocal",
    "rint": "math.rint",
    "rsqrt": "math.rsqrt",
    "segment_max": "math.segment_max",
    "segment_mean": "math.segment_mean",
    "segment_sum": "math.segment_sum",
    "self_adjoint_eig": "linalg.eigh",
    "sparse_to_dense": "raw_ops.SparseToDense",
    "sparse_tensor_dense_matmul": "sparse.sparse_dense_matmul",
    "sparse_tensor_to_dense": "sparse.to_dense",
    "squared_difference": "math.squared_difference",
    "svd": "linalg.svd",
    "trace": "linalg.trace",
    "truncated_normal": "random.truncated_normal",
    "unsorted_segment_sum": "math.unsorted_segment_sum",
    "where_v2": "where",
    "zeta": "math.zeta",
    "nn.softmax_cross_entropy_with_logits_v2": "nn.softmax_cross_entropy_with_logits",
    "random.normal": "random.normal",
}

# name and arguments in TensorFlow 1 = the same in TensorFlow 2
WRITTEN = """
pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0)
    = pad(tensor, paddings, mode, constant_values)
boolean_mask(tensor, mask, name="boolean_mask", axis=None) = boolean_mask(tensor, mask, axis)
gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0)
    = gather(params, indices, axis=axis, batch_dims=batch_dims)
gather_nd(params, indices, name=None, batch_dims=0) = gather_nd(params, indices, batch_dims)
shape(input, name=None, out_type=None) = shape(input, out_type or v2("int32"))
size(input, name=None, out_type=None) = size(input, out_type or v2("int32"))
transpose(a, perm=None, name="transpose", conjugate=False) = transpose(a, perm, conjugate)
zeros_like(tensor, dtype=None, name=None, optimize=True) = zeros_like(tensor, dtype)
ones_like(tensor, dtype=None, name=None, optimize=True) = ones_like(tensor, dtype)
convert_to_tensor(value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None)
    = convert_to_tensor(value, dtype, dtype_hint or preferred_dtype)
argmax(input, axis=None, name=None, dimension=None, output_type=None)
    = argmax(input, dimension if axis is None else axis, output_type or v2("int64"))
argmin(input, axis=None, name=None, dimension=None, output_type=None)
    = argmin(input, dimension if axis is None else axis, output_type or v2("int64"))
gradients(ys, xs, grad_ys=None, name="gradients", colocate_gradients_with_ops=False,
          gate_gradients=False, aggregation_method=None, stop_gradients=None)
    = gradients(ys, xs, grad_ys, stop_gradients=stop_gradients)
space_to_batch(input, paddings, block_size=None, name=None, block_shape=None)
    = space_to_batch(input, block_shape or [block_size] * 2, paddings)
to_float(x, name="ToFloat") = cast(x, v2("float32"))
to_double(x, name="ToDouble") = cast(x, v2("float64"))
to_int32(x, name="ToInt32") = cast(x, v2("int32"))
to_int64(x, name="ToInt64") = cast(x, v2("int64"))
assign(ref, value, validate_shape=None, use_locking=None, name=None) = ref.assign(value)
assign_add(ref, value, use_locking=None, name=None) = ref.assign_add(value)
assign_sub(ref, value, use_locking=None, name=None) = ref.assign_sub(value)
scatter_update(ref, indices, updates, use_locking=True, name=None)
    = ref.scatter_nd_update([[i] for i in indices], updates)
while_loop(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True,
           swap_memory=False, name=None, maximum_iterations=None, return_same_structure=False)
    = while_loop(cond, body, loop_vars, shape_invariants, maximum_iterations=maximum_iterations)
math.in_top_k(predictions, targets, k, name=None) = v2("math.in_top_k")(targets, predictions, k)
nn.in_top_k(predictions, targets, k, name=None) = v2("math.in_top_k")(targets, predictions, k)
nn.conv2d(input, filter=None, strides=None, padding=None, use_cudnn_on_gpu=True,
          data_format="NHWC", dilations=[1, 1, 1, 1], name=None, filters=None)
    = nn.conv2d(input, filter if filters is None else filters, strides, padding, data_format,
                dilations)
nn.conv2d_transpose(value=None, filter=None, output_shape=None, strides=None, padding="SAME",
                    data_format="NHWC", name=None, input=None, filters=None, dilations=None)
    = nn.conv2d_transpose(value if input is None else input, filter if filters is None
                          else filters, output_shape, strides, padding, data_format, dilations)
nn.convolution(input, filter, padding, strides=None, dilation_rate=None, name=None,
               data_format=None, filters=None, dilations=None)
    = nn.convolution(input, filter, strides, padding, data_format, dilations or dilation_rate)
nn.max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None)
    = nn.max_pool2d(value if input is None else input, ksize, strides, padding, data_format)
nn.avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None)
    = nn.avg_pool2d(value if input is None else input, ksize, strides, padding, data_format)
nn.dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None)
    = nn.dropout(x, 1 - keep_prob if rate is None else rate, noise_shape, seed)
nn.softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, dim=-1, name=None,
                                     axis=None)
    = nn.softmax_cross_entropy_with_logits(v2("stop_gradient")(labels), logits,
                                           dim if axis is None else axis)
nn.xw_plus_b(x, weights, biases, name=None) = matmul(x, weights) + biases
"""


_ENTRY = re.compile(r"^([\w.]+)\((.*?)\)\s+= (.*?)(?=^[\w.]+\(|\Z)", re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r"(?<![\w.])((?:nn\.)?[a-z_]\w*)\(")


@functools.cache
def _entries() -> dict[str, tuple[str, str]]:
    return {path: (given, body) for path, given, body in _ENTRY.findall(WRITTEN)}


def _make(path: str, given: str, body: str) -> Any:
    """The function of a line; functions named in it are TensorFlow 2's."""
    name = path.rpartition(".")[2]
    body = _FUNCTION.sub(lambda m: m[0] if m[1] == "v2" else f'v2("{m[1]}")(', body)
    scope: dict[str, Any] = {"v2": find}
    exec(f"def {name}({given}):\n    return (\n{body})", scope)
    scope[name].__doc__ = f"`tf.compat.v1.{path}`, with the arguments of TensorFlow 1."
    return scope[name]


def find(path: str) -> Any:
    """The public object of TensorFlow 2 at `path`."""
    if path not in PUBLIC:
        complete()
    return PUBLIC[path]


class V1Namespace(types.ModuleType):
    """`tf.compat.v1`, or a namespace in it.

    >>> tf.compat.v1.log(1.0).numpy(), tf.compat.v1.reduce_sum([1, 2]).numpy()
    (np.float32(0.0), np.int32(3))
    >>> tf.compat.v1.nn.max_pool(tf.ones([1, 2, 2, 1]), [1, 2, 2, 1], [1, 2, 2, 1], "VALID").shape
    TensorShape([1, 1, 1, 1])
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        below = self.__name__.partition("compat.v1")[2].lstrip(".")
        path = f"{below}.{name}".lstrip(".")
        value = self._handed_on(path)
        setattr(self, name, value)
        return value

    def _handed_on(self, path: str) -> Any:
        if path in _entries():
            return _make(path, *_entries()[path])
        target = RENAMED.get(path, path)
        if target not in PUBLIC and complete() and path.rpartition(".")[2] in self.__dict__:
            return self.__dict__[path.rpartition(".")[2]]
        if target in PUBLIC and path not in DIFFERENT:
            return PUBLIC[target]
        inside = (f"{path}.", f"compat.v1.{path}.")
        if any(known.startswith(inside) for known in (*PUBLIC, *_entries())):
            return namespace(path)
        raise AttributeError(explain_missing(f"compat.v1.{path}", PUBLIC))


def namespace(path: str = "") -> V1Namespace:
    """The module `tf.compat.v1` or one in it, made when first asked for."""
    full = f"tensortape.compat.v1.{path}".rstrip(".")
    if not isinstance(sys.modules.get(full), V1Namespace):
        sys.modules[full] = V1Namespace(full, f"Names of TensorFlow 1 below `{path or 'tf'}`.")
    return sys.modules[full]  # type: ignore[return-value]


@export("compat.v1.enable_eager_execution", "compat.v1.enable_v2_behavior",
        "compat.v1.enable_v2_tensorshape", "compat.v1.enable_resource_variables",
        "compat.v1.enable_tensor_equality", "compat.v1.enable_control_flow_v2")  # fmt: skip
def already(*args: Any, **kwargs: Any) -> None:
    """Switch to what TensorFlow 2 does; it is so already. Source: as named."""


_step: list[Variable] = []


@export("compat.v1.train.get_or_create_global_step", "compat.v1.train.create_global_step")
def get_or_create_global_step(graph: Any = None) -> Variable:
    """The variable that counts training steps, int64.

    >>> int(tf.compat.v1.train.get_or_create_global_step())
    0

    Source: `tf.compat.v1.train.get_or_create_global_step`.
    """
    if not _step:
        _step.append(Variable(0, trainable=False, dtype="int64", name="global_step"))
    return _step[0]


@export("compat.v1.train.get_global_step")
def get_global_step(graph: Any = None) -> Variable | None:
    """The variable that counts training steps, if there is one.

    Source: `tf.compat.v1.train.get_global_step`.
    """
    return _step[0] if _step else None


for _path in ("", "nn", "random", "logging", "errors", "gfile", "compat", "train"):
    namespace(_path)
