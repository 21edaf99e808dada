"""Private TensorFlow modules that Keras and user code import, and the public names they offer.

`from tensorflow.python.ops import math_ops` has no promise behind it, yet code in the wild does
it. For each such module the table says in which public namespaces its names are looked up.
"""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from functools import cache
from types import ModuleType
from typing import Any

# module below `tensorflow.` -> namespaces of the face to search, in order ("" is the top)
SEARCHED: dict[str, tuple[str, ...]] = {
    "compat.v2": (),  # the alias itself
    "compiler.tf2xla.python.xla": ("",),
    "experimental.dtensor": (),  # Keras imports the module; none of its names exists here
    "python.autograph.impl.api": ("autograph", "autograph.experimental"),
    "python.checkpoint.checkpoint": ("train",),
    "python.data.ops.dataset_ops": ("data", "data.experimental"),
    "python.data.ops.iterator_ops": ("data",),
    "python.distribute.distribute_lib": ("distribute",),
    "python.distribute.mirrored_strategy": ("distribute",),
    "python.eager.backprop": ("", "__internal__"),
    "python.eager.context": ("", "__internal__.eager_context", "config", "__internal__"),
    "python.eager.def_function": ("", "config"),
    "python.eager.forwardprop": ("autodiff", ""),
    "python.framework.composite_tensor": ("__internal__",),
    "python.framework.config": (
        "config",
        "config.experimental",
        "config.threading",
        "config.optimizer",
    ),
    "python.framework.constant_op": ("",),
    "python.framework.dtypes": ("", "dtypes", "dtypes.experimental"),
    "python.framework.errors": ("errors",),
    "python.framework.errors_impl": ("errors",),
    "python.framework.func_graph": ("__internal__",),
    "python.framework.indexed_slices": ("",),
    "python.framework.ops": ("", "__internal__"),
    "python.framework.random_seed": ("random", "compat.v1"),
    "python.framework.smart_cond": ("__internal__.smart_cond",),
    "python.framework.sparse_tensor": ("", "sparse"),
    "python.framework.tensor": ("",),
    "python.framework.tensor_conversion": ("",),
    "python.framework.tensor_shape": ("",),
    "python.framework.tensor_spec": ("",),
    "python.framework.tensor_util": ("",),
    "python.framework.type_spec": ("",),
    "python.framework.type_spec_registry": (),
    "python.module.module": ("",),
    "python.ops.array_ops": ("", "linalg", "nn", "quantization", "sparse", "math"),
    "python.ops.array_ops_stack": ("",),
    "python.ops.bitwise_ops": ("bitwise",),
    "python.ops.check_ops": ("debugging", "math"),
    "python.ops.clip_ops": ("",),
    "python.ops.cond": ("",),
    "python.ops.control_flow_assert": ("debugging", ""),
    "python.ops.control_flow_ops": ("",),
    "python.ops.custom_gradient": ("",),
    "python.ops.embedding_ops": ("nn",),
    "python.ops.functional_ops": ("",),
    "python.ops.gen_array_ops": ("", "quantization", "linalg"),
    "python.ops.gen_math_ops": ("math", "", "linalg"),
    "python.ops.gen_nn_ops": ("nn", ""),
    "python.ops.gradients": ("", "autodiff"),
    "python.ops.gradients_impl": ("",),
    "python.ops.image_ops": ("image", "io"),
    "python.ops.init_ops_v2": ("",),
    "python.ops.linalg.linalg": ("linalg", ""),
    "python.ops.linalg.linalg_impl": ("linalg", ""),
    "python.ops.linalg.sparse.sparse_csr_matrix_ops": ("__internal__.sparse_csr",),
    "python.ops.linalg_ops": ("linalg", ""),
    "python.ops.logging_ops": ("",),
    "python.ops.manip_ops": ("",),
    "python.ops.map_fn": ("",),
    "python.ops.math_ops": ("math", "", "linalg", "sparse"),
    "python.ops.nn": ("nn", "", "math"),
    "python.ops.nn_impl": ("nn", "linalg"),
    "python.ops.nn_ops": ("nn", ""),
    "python.ops.numpy_ops.np_config": ("experimental.numpy",),
    "python.ops.parallel_for.control_flow_ops": ("",),
    "python.ops.random_ops": ("random",),
    "python.ops.resource_variable_ops": ("",),
    "python.ops.script_ops": ("",),
    "python.ops.signal.signal": ("signal",),
    "python.ops.sort_ops": ("",),
    "python.ops.sparse_ops": ("sparse",),
    "python.ops.special_math_ops": ("math.special", "math", ""),
    "python.ops.state_ops": ("",),
    "python.ops.stateful_random_ops": ("random",),
    "python.ops.stateless_random_ops": ("random",),
    "python.ops.string_ops": ("strings", ""),
    "python.ops.tensor_array_ops": ("",),
    "python.ops.unconnected_gradients": ("",),
    "python.ops.variable_scope": ("",),
    "python.ops.variables": ("",),
    "python.ops.while_loop": ("",),
    "python.platform.test": ("test",),
    "python.trackable.autotrackable": ("__internal__.tracking",),
    "python.trackable.base": ("__internal__.tracking",),
    "python.trackable.data_structures": ("__internal__.tracking",),
    "python.util.nest": ("nest", "__internal__.nest"),
    "version": (),
}

# names TensorFlow's private modules use for a public function of another name
RENAMED = {
    "DatasetV2": "data.Dataset",
    "IteratorBase": "data.Iterator",
    "MakeNdarray": "make_ndarray",
    "NoGradient": "no_gradient",
    "NotDifferentiable": "no_gradient",
    "cond_for_tf_v2": "cond",
    "constant_value": "get_static_value",
    "convert_to_tensor_v2_with_dispatch": "convert_to_tensor",
    "diag": "linalg.tensor_diag",
    "div_no_nan": "math.divide_no_nan",
    "eager_py_func": "py_function",
    "floor_mod": "math.floormod",
    "gradients_v2": "gradients",
    "is_tf_type": "is_tensor",
    "log_matrix_determinant": "linalg.slogdet",
    "mat_mul": "linalg.matmul",
    "matrix_band_part": "linalg.band_part",
    "matrix_determinant": "linalg.det",
    "matrix_diag": "linalg.diag",
    "matrix_diag_part": "linalg.diag_part",
    "matrix_exponential": "linalg.expm",
    "matrix_inverse": "linalg.inv",
    "matrix_logarithm": "linalg.logm",
    "matrix_set_diag": "linalg.set_diag",
    "matrix_solve": "linalg.solve",
    "matrix_solve_ls": "linalg.lstsq",
    "matrix_triangular_solve": "linalg.triangular_solve",
    "mul": "multiply",
    "neg": "negative",
    "next_after": "math.nextafter",
    "random_gamma": "random.gamma",
    "random_normal": "random.normal",
    "random_shuffle": "random.shuffle",
    "random_uniform": "random.uniform",
    "real_div": "realdiv",
    "self_adjoint_eig": "linalg.eigh",
    "self_adjoint_eigvals": "linalg.eigvalsh",
    "sparse_tensor_dense_matmul": "sparse.sparse_dense_matmul",
    "stateless_random_normal": "random.stateless_normal",
    "stateless_random_uniform": "random.stateless_uniform",
    "sub": "subtract",
    "tensor_scatter_add": "tensor_scatter_nd_add",
    "tensor_scatter_sub": "tensor_scatter_nd_sub",
    "truncate_div": "truncatediv",
    "truncate_mod": "truncatemod",
}

_VALUES = "tensortape.compat.private_values"
_CONFIG = "tensortape.core.config"

# (module, name) -> where TensorTape keeps it, for what has no public name at all
PLACES: dict[tuple[str, str], str] = {
    ("compiler.tf2xla.python.xla", "dynamic_update_slice"): f"{_VALUES}:dynamic_update_slice",
    ("python.eager.context", "async_wait"): f"{_VALUES}:async_wait",
    ("python.eager.context", "context"): f"{_VALUES}:context",
    ("python.framework.config", "disable_op_determinism"): f"{_CONFIG}:disable_op_determinism",
    ("python.framework.config", "is_op_determinism_enabled"): (
        f"{_CONFIG}:is_op_determinism_enabled"
    ),
    ("version", "VERSION"): "tensortape.compat.alias:VERSION",
    ("python.framework.ops", "EagerTensor"): "tensortape.core.tensor:EagerTensor",
    ("python.framework.ops", "_gradient_registry"): (
        "tensortape.autodiff.gradient_registry:gradient_registry"
    ),
}


@cache
def packages() -> frozenset[str]:
    """Return every private module path of the table, with the packages above it."""
    paths: set[str] = set()
    for module in SEARCHED:
        parts = ["tensorflow", *module.split(".")]
        paths.update(".".join(parts[:n]) for n in range(2, len(parts) + 1))
    return frozenset(paths)


class PrivateModule:
    """The names one private TensorFlow module offers."""

    def __init__(self, fullname: str) -> None:
        self._path = fullname.partition(".")[2]
        self._spaces = SEARCHED.get(self._path, ())
        self.__doc__ = f"Names of {fullname} that TensorTape offers."

    def __getattr__(self, name: str) -> Any:
        for candidate in self._candidates(name):
            try:
                value = candidate()
            except AttributeError:
                continue
            if not isinstance(value, ModuleType):
                return value
        raise AttributeError(self.explain_missing(name))

    def explain_missing(self, name: str) -> str:
        """Return what to tell somebody who asked for a name that is not here."""
        public = [known for known in dir(self) if not known.startswith("_")]
        near = get_close_matches(name, public, n=1, cutoff=0.5)
        where = f"tensorflow.{self._path}"
        hint = f" The nearest that works: {where}.{near[0]}." if near else ""
        return f"{where}.{name} is not implemented in TensorTape.{hint}"

    def _candidates(self, name: str) -> list[Any]:
        place = PLACES.get((self._path, name))
        if place is not None:
            return [lambda: _at(place)]
        names = [f"{space}.{name}".lstrip(".") for space in self._spaces]
        bare = name[:-3] if name.endswith(("_v2", "_V2")) else None
        if bare:
            names += [f"{space}.{bare}".lstrip(".") for space in self._spaces]
        if self._spaces and name in RENAMED:
            names.append(RENAMED[name])
        return [lambda path=path: _public(path) for path in names]

    def __dir__(self) -> list[str]:
        placed = [name for module, name in PLACES if module == self._path]
        found = [n for space in self._spaces for n in _names_in(space)]
        return sorted({*placed, *found, *self._below()})

    def _below(self) -> set[str]:
        start = f"tensorflow.{self._path}."
        return {p[len(start) :].partition(".")[0] for p in packages() if p.startswith(start)}


def _public(path: str) -> Any:
    """Return the object the face offers under a dotted path; AttributeError if it does not."""
    value: Any = importlib.import_module("tensortape")
    for part in path.split("."):
        if part:
            value = getattr(value, part)
    return value


def _names_in(space: str) -> list[str]:
    try:
        value = _public(space)
    except AttributeError:
        return []
    public = [n for n in dir(value) if not n.startswith("_")]
    return [n for n in public if not isinstance(getattr(value, n, value), ModuleType)]


def _at(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(module), attribute)
