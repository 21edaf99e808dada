"""`tf.saved_model.load`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from tensortape.core import errors, nest
from tensortape.core.registry import export
from tensortape.core.specs import TensorSpec
from tensortape.core.tracking import AutoTrackable
from tensortape.core.variable import Variable
from tensortape.train import atomic
from tensortape.train.bundle import BundleReader
from tensortape.train.saved_model.functions import RestoredFunction, RestoredTrace
from tensortape.train.saved_model.store import has_model, read_model
from tensortape.train.saved_model.tables import read_table
from tensortape.train.wire import damaged


@export("saved_model.LoadOptions")
class LoadOptions:
    """Options of `tf.saved_model.load`: taken, and without effect.

    Source: `tf.saved_model.LoadOptions`.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)


class RestoredObject(AutoTrackable):
    """What a saved object is after loading: the same attributes, and its functions."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function `__call__` that was saved."""
        if "__call__" not in vars(self):
            raise TypeError(
                "The saved object has no traced `__call__`. Make it a tf.function and call it, or "
                f"give it an input_signature, before saving. There are: {sorted(vars(self))}"
            )
        return vars(self)["__call__"](*args, **kwargs)


class Signature:
    """A function to be called with tensors by name; gives tensors by name."""

    def __init__(self, written: Any, arrays: Any, variables: Any, name: str) -> None:
        self._trace = RestoredTrace(written["trace"], arrays, variables)
        self._inputs = written["inputs"]
        self._outputs = written["outputs"]
        self.name = name

    @property
    def structured_input_signature(self) -> Any:
        """The specifications of the arguments, all by name."""
        pairs = zip(self._inputs, self._trace.specs, strict=True)
        return (), {name: TensorSpec(spec.shape, spec.dtype, name) for name, spec in pairs}

    @property
    def structured_outputs(self) -> dict[str, TensorSpec]:
        """The specifications of the results by name."""
        made = nest.flatten(self._concrete.structured_outputs)
        pairs = zip(self._outputs, made, strict=True)
        return {name: TensorSpec(spec.shape, spec.dtype, name) for name, spec in pairs}

    @property
    def output_shapes(self) -> dict[str, Any]:
        """The shapes of the results by name."""
        return {name: spec.shape for name, spec in self.structured_outputs.items()}

    @property
    def output_dtypes(self) -> dict[str, Any]:
        """The dtypes of the results by name."""
        return {name: spec.dtype for name, spec in self.structured_outputs.items()}

    @property
    def _concrete(self) -> Any:
        return self._trace.function.get_concrete_function()

    @property
    def inputs(self) -> list[Any]:
        """The parameters as tensors of the graph."""
        return list(self._concrete.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The results as tensors of the graph."""
        return list(self._concrete.outputs)

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables that it reads or assigns."""
        return tuple(self._concrete.variables)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those of the variables that tapes watch by themselves."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def captured_inputs(self) -> list[Any]:
        """Tensors and variables that it uses."""
        return list(self._concrete.captured_inputs)

    def __repr__(self) -> str:
        specs = self.structured_input_signature[1]
        takes = ", ".join(f"{name}: {spec!r}" for name, spec in specs.items())
        gives = ", ".join(f"{name}: {spec!r}" for name, spec in self.structured_outputs.items())
        return f"<signature {self.name!r} (*, {takes}) -> {{{gives}}}>"

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The results by name.

        Raises `TypeError` for arguments other than those of the signature,
        `InvalidArgumentError` for tensors of another dtype.
        """
        given = dict(zip(self._inputs, args, strict=False)) | kwargs
        if sorted(given) != sorted(self._inputs) or len(args) > len(self._inputs):
            raise TypeError(
                f"The signature {self.name!r} takes {self._inputs}, received {sorted(given)}."
            )
        values = [given[name] for name in self._inputs]
        try:
            result = self._trace.function(*values)
        except TypeError:  # of other shapes, as concrete functions take them
            result = self._concrete(*values)
        return dict(zip(self._outputs, nest.flatten(result), strict=True))


class Signatures(Mapping[str, Signature]):
    """The signatures of a loaded object by name."""

    def __init__(self, signatures: dict[str, Signature]) -> None:
        self._signatures = signatures

    def __getitem__(self, name: str) -> Signature:
        return self._signatures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signatures)

    def __len__(self) -> int:
        return len(self._signatures)

    def __repr__(self) -> str:
        return f"_SignatureMap({self._signatures!r})"


@export("saved_model.load", "compat.v1.saved_model.load_v2")
def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """The object that `tf.saved_model.save` saved in a folder.

    It has the attributes of the saved one that hold variables, in the same containers, its
    functions, and `signatures`. Its classes and other attributes are not saved. No code of the
    folder is run: functions do operations of this library, when they are called.

    >>> import os, tempfile
    >>> module = tf.Module()
    >>> module.weights = [tf.Variable(1.0), tf.Variable(2.0)]
    >>> folder = os.path.join(tempfile.mkdtemp(), "m")
    >>> tf.saved_model.save(module, folder)
    >>> [float(v) for v in tf.saved_model.load(folder).weights]
    [1.0, 2.0]

    Raises `OSError` if there is no saved model, `NotImplementedError` for one that TensorFlow
    saved (its variables can be restored with `tf.train.Checkpoint`), `tf.errors.DataLossError` for
    a damaged one. Source: `tf.saved_model.load`.
    """
    folder = atomic.path_text(export_dir)
    if not has_model(folder):
        raise _no_model(folder)
    model, prefix = read_model(folder)
    try:
        return _Loader(model, BundleReader(prefix)).root
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise damaged(f"{folder} holds no model ({error!r})") from None
    except errors.NotFoundError as error:
        raise damaged(f"{folder} lacks a part ({error})") from None


def _no_model(folder: str) -> Exception:
    if os.path.isfile(os.path.join(folder, "saved_model.pb")):
        return NotImplementedError(
            f"{folder} was saved by TensorFlow, in a format whose functions are not read here. "
            "Build the object in Python and restore its variables with "
            f"tf.train.Checkpoint(object).restore({folder!r})."
        )
    return OSError(f"SavedModel file does not exist at: {folder} (no tensortape_model.json in it)")


@export("saved_model.contains_saved_model")
def contains_saved_model(export_dir: Any) -> bool:
    """Whether a folder holds a saved model of TensorTape.

    >>> tf.saved_model.contains_saved_model("/nowhere")
    False

    Source: `tf.saved_model.contains_saved_model`.
    """
    return has_model(atomic.path_text(export_dir))


class _Loader:
    """The objects of a model."""

    def __init__(self, model: Any, reader: BundleReader) -> None:
        self._written = model["objects"]
        self._reader = reader
        # all of it is read now, so that damage is noticed before anything is made
        self._arrays: dict[str, Any] = {name: reader.read(name) for name in reader.entries}
        self._objects: dict[int, Any] = {}
        self._functions = model["functions"]
        self._made: dict[int, RestoredFunction] = {}
        self.root = self.object(0)
        for number, obj in list(self._objects.items()):
            for name, which in self._written[number].get("functions", {}).items():
                object.__setattr__(obj, name, self._function(which))
        signatures = {
            name: Signature(written, self.array, self.object, name)
            for name, written in model["signatures"].items()
        }
        object.__setattr__(self.root, "signatures", Signatures(signatures))

    def array(self, name: str) -> Any:
        """A constant."""
        if name not in self._arrays:
            raise damaged(f"there is no array {name!r}")
        return self._arrays[name]

    def _function(self, number: int) -> RestoredFunction:
        if number not in self._made:
            written = self._functions[number]
            made = RestoredFunction(written, self.array, self.object, written["name"])
            self._made[number] = made
        return self._made[number]

    def object(self, number: int) -> Any:
        """An object with everything below it."""
        if number not in self._objects:
            made, fill = self._begin(self._written[number])
            self._objects[number] = made
            fill(made)
            if isinstance(made, dict) and self._written[number]["kind"] == "tuple":
                made = self._objects[number] = tuple(made.values())
        return self._objects[number]

    def _begin(self, written: Any) -> tuple[Any, Any]:
        kind = written["kind"]
        if kind == "variable":
            value = self.array(written["key"])
            dtype = self._reader.entry(written["key"]).dtype
            made = Variable(value, written["trainable"], name=written["name"], dtype=dtype)
            return made, lambda made: None
        if kind == "table":
            return read_table(written, self.array), lambda made: None
        if kind == "list":
            return [], lambda made: self._fill_list(made, written)
        if kind in ("dict", "tuple"):
            return {}, lambda made: made.update(self._children(written))
        return RestoredObject(), lambda made: self._fill_object(made, written)

    def _children(self, written: Any) -> Iterator[tuple[str, Any]]:
        return ((name, self.object(number)) for name, number in written["children"])

    def _fill_object(self, made: Any, written: Any) -> None:
        for name, child in self._children(written):
            setattr(made, name, child)

    def _fill_list(self, made: list[Any], written: Any) -> None:
        for name, child in self._children(written):
            made += [None] * (int(name) + 1 - len(made))
            made[int(name)] = child
