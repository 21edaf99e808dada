"""`tf.saved_model.save`."""

from __future__ import annotations

from typing import Any

from tensortape.core import nest
from tensortape.core.convert import to_array
from tensortape.core.registry import add_public, export
from tensortape.core.specs import TensorSpec
from tensortape.core.trackable import Trackable
from tensortape.core.tracked_containers import DictView, ListView, TupleView
from tensortape.graph.concrete import ConcreteFunction
from tensortape.graph.function import Function
from tensortape.ops.lookup.tables import Table
from tensortape.train import atomic, object_graph
from tensortape.train.checkpoint import as_array
from tensortape.train.graph_view import Description, GraphView
from tensortape.train.saved_model.functions import FunctionWriter, RestoredFunction
from tensortape.train.saved_model.store import write_model
from tensortape.train.saved_model.tables import write_table
from tensortape.train.saved_model.values import Encoder, Unsaveable

SERVING_KEY = "serving_default"
add_public("saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY", SERVING_KEY)
add_public("saved_model.SERVING", "serve")
_KINDS = {ListView: "list", DictView: "dict", TupleView: "tuple"}
_FUNCTIONS = (Function, ConcreteFunction, RestoredFunction)
_OF_TRAINING = ("train_function", "test_function", "predict_function")
"""Attributes in which Keras keeps its loops."""


@export("saved_model.SaveOptions")
class SaveOptions:
    """Options of `tf.saved_model.save`.

    `experimental_custom_gradients=False` leaves the rules of `tf.custom_gradient` out of the file.
    The others are taken, and without effect.

    Source: `tf.saved_model.SaveOptions`.
    """

    def __init__(self, *, experimental_custom_gradients: bool = True, **kwargs: Any) -> None:
        self.experimental_custom_gradients = experimental_custom_gradients
        self.__dict__.update(kwargs)


@export("saved_model.save")
def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Save an object, its variables and its traced functions in the folder `export_dir`.

    `obj`: a `tf.Module` or anything else that holds variables. Its `tf.function`s are saved with
    the traces they have: call them, or give them an `input_signature`, before. `signatures`:
    a function, or several by name, to be called by keywords after loading.

    >>> import os, tempfile
    >>> class Line(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.slope = tf.Variable(2.0)
    ...     @tf.function(input_signature=[tf.TensorSpec([None])])
    ...     def __call__(self, x):
    ...         return self.slope * x
    >>> folder = os.path.join(tempfile.mkdtemp(), "line")
    >>> tf.saved_model.save(Line(), folder)
    >>> loaded = tf.saved_model.load(folder)
    >>> loaded(tf.constant([1.0, 2.0])).numpy(), loaded.slope.numpy()
    (array([2., 4.], dtype=float32), np.float32(2.0))

    The format is TensorTape's own; TensorFlow reads the variables in it, not the functions. A kill
    at any moment leaves the model that was there, or the new one. Of rules of `tf.custom_gradient`
    the operations are saved. Raises `ValueError` for what is no such object, and for
    what cannot be a signature; `AssertionError` for functions that use variables which `obj` does
    not hold; `NotImplementedError` for functions that run Python code, such as `tf.py_function`.
    Source: `tf.saved_model.save`.
    """
    if not isinstance(obj, Trackable):
        raise ValueError(
            "Expected an object of type `Trackable`, such as `tf.Module` or a subclass of the "
            f"`Trackable` class, for export. Got {obj} with type {type(obj)}."
        )
    view = GraphView(obj)
    described, functions, chosen = _describe(view, signatures)
    arrays = {key: as_array(tensor) for key, tensor in described.tensors.items()}
    arrays[object_graph.GRAPH_KEY] = to_array(object_graph.encode(described.nodes))
    encoder = Encoder(arrays, getattr(options, "experimental_custom_gradients", True))
    writer = FunctionWriter(encoder, _Numbers(described))
    model = {
        "objects": [
            _object(described, i, functions, encoder) for i in range(len(described.objects))
        ],
        "functions": [_written(writer, fn) for fn in functions.values()],
        "signatures": {name: _signature(writer, name, fn) for name, fn in chosen.items()},
    }
    write_model(atomic.path_text(export_dir), model, arrays)


def _describe(view: GraphView, signatures: Any) -> tuple[Description, dict[int, Any], Any]:
    """The objects, their functions by identity, and the signatures.

    Tracing functions that have an `input_signature` may make variables, so it comes first.
    """
    for obj, _ in view.walk():
        for function in functions_of(obj).values():
            if isinstance(function, Function) and function.input_signature is not None:
                function.get_concrete_function()
    chosen = _chosen(view.root, signatures)
    described = view.describe()
    functions: dict[int, Any] = {}
    for obj in described.objects:
        for function in functions_of(obj).values():
            if not isinstance(function, Function) or function._traced:
                functions[id(function)] = function
    return described, functions, chosen


def functions_of(obj: Any) -> dict[str, Any]:
    """The traced functions that are attributes of an object, by name."""
    names = [name for name, value in vars(obj).items() if isinstance(value, _FUNCTIONS)]
    for cls in type(obj).__mro__:
        names += [n for n, v in vars(cls).items() if isinstance(v, _FUNCTIONS)]
    wanted = [name for name in dict.fromkeys(names) if name not in _OF_TRAINING]
    found = {name: getattr(obj, name) for name in wanted}
    return {name: value for name, value in found.items() if isinstance(value, _FUNCTIONS)}


class _Numbers:
    """Which object a variable is."""

    def __init__(self, described: Description) -> None:
        self._numbers = {id(obj): i for i, obj in enumerate(described.objects)}
        for i, obj in enumerate(described.objects):
            inner = getattr(obj, "_value", None)  # of Keras' variables
            if inner is not None:
                self._numbers.setdefault(id(inner), i)

    def __call__(self, variable: Any) -> int:
        if id(variable) not in self._numbers:
            raise AssertionError(
                "Tried to export a function which references an 'untracked' resource: "
                f"{_called(variable)}, which the saved object does not hold. Make it an attribute "
                "of the object, or of an object that it holds."
            )
        return self._numbers[id(variable)]


def _called(thing: Any) -> str:
    return "a lookup table" if isinstance(thing, Table) else f"the variable {thing.name!r}"


def _object(
    described: Description, number: int, functions: dict[int, Any], encoder: Encoder
) -> Any:
    """One object as JSON."""
    obj, node = described.objects[number], described.nodes[number]
    order = list(functions)
    written: dict[str, Any] = {"children": [[name, i] for name, i in node.children]}
    if getattr(obj, "_should_act_as_resource_variable", False):
        kept = {"trainable": bool(obj.trainable), "name": obj.name.removesuffix(":0")}
        return written | {"kind": "variable", "key": node.attributes[0].key} | kept
    if isinstance(obj, Table):
        return written | write_table(obj, node, encoder)
    held = {name: order.index(id(f)) for name, f in functions_of(obj).items() if id(f) in functions}
    return written | {"kind": _KINDS.get(type(obj), "object"), "functions": held}


def _written(writer: FunctionWriter, function: Any) -> Any:
    name = getattr(function, "__name__", getattr(function, "label", "function"))
    try:
        return {"name": name, **writer.function(function)}
    except Unsaveable as reason:
        raise NotImplementedError(
            f"The function {name!r} cannot be saved: {reason}. Leave it out of the object, or "
            "compute that outside of the function."
        ) from None


def _chosen(root: Any, signatures: Any) -> dict[str, Any]:
    """The functions to be signatures, by name."""
    if signatures is None:
        default = getattr(root, "_default_save_signature", None)
        found = [default] if isinstance(default, Function) else _possible(root)
        return {SERVING_KEY: _concrete(found[0])} if len(found) == 1 else {}
    if not isinstance(signatures, dict):
        signatures = {SERVING_KEY: signatures}
    chosen = {name: _concrete(function) for name, function in signatures.items()}
    for name, concrete in chosen.items():
        _check_outputs(name, concrete)
    return chosen


def _possible(root: Any) -> list[Any]:
    """The functions of an object that can be signatures as they are."""
    found = []
    for function in functions_of(root).values():
        if isinstance(function, Function) and function.input_signature is None:
            continue
        if isinstance(function, (Function, ConcreteFunction)):
            concrete = _concrete(function)
            if _not_a_tensor(concrete._result.structure) is None:
                found.append(concrete)
    return found


def _concrete(function: Any) -> Any:
    if isinstance(function, ConcreteFunction):
        return function
    if isinstance(function, Function):
        if function.input_signature is not None:
            return function.get_concrete_function()
        if len(function._traced) == 1 and function._traced[0][1] is not None:
            return function._traced[0][1]
    raise ValueError(
        "Expected a TensorFlow function for which to generate a signature, but got "
        f"{function!r}. Only `tf.functions` with an input signature or concrete functions can be "
        "used as a signature."
    )


def _named_outputs(structure: Any) -> dict[str, Any]:
    """The results of a function by the names they have in a signature."""
    if isinstance(structure, dict):
        return {name: structure[name] for name in sorted(structure)}
    results = structure if isinstance(structure, (list, tuple)) else [structure]
    return {f"output_{i}": result for i, result in enumerate(results)}


def _not_a_tensor(structure: Any) -> Any:
    """The first result that is no tensor, by name, as a signature may not have it."""
    for name, result in _named_outputs(structure).items():
        if result is None or nest.is_nested(result) or hasattr(result, "_type_spec"):
            return name, result
    return None


def _check_outputs(name: str, concrete: Any) -> None:
    wrong = _not_a_tensor(concrete._result.structure)
    if wrong is not None:
        raise ValueError(
            f"Got a non-Tensor value {wrong[1]!r} for key {wrong[0]!r} in the output of the "
            f"function {concrete.label} used to generate the SavedModel signature {name!r}. "
            "Outputs for functions used as signatures must be a single Tensor, a sequence of "
            "Tensors, or a dictionary from string to Tensor."
        )


def _signature(writer: FunctionWriter, name: str, concrete: Any) -> Any:
    try:
        trace = writer.trace(concrete)
    except Unsaveable as reason:
        raise NotImplementedError(f"The signature {name!r} cannot be saved: {reason}.") from None
    args, kwargs = concrete.signature
    specs = [s for s in nest.flatten((args, kwargs)) if isinstance(s, TensorSpec)]
    if len(specs) != len(concrete.flat_names):
        raise ValueError(f"The signature {name!r} has arguments that are no tensors.")
    outputs = list(_named_outputs(concrete._result.structure))
    return {"trace": trace, "inputs": list(concrete.flat_names), "outputs": outputs}
