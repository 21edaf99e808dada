"""From the entries of a tape to the function that walks back through the like of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensortape.arrays.namespace import numpy_namespace
from tensortape.autodiff.backward import Mode, reachable, walk
from tensortape.autodiff.endpoints import start
from tensortape.autodiff.saved import LARGE
from tensortape.autodiff.straight_line.noted import CannotNote, Noted, NotingNamespace, Script
from tensortape.core.dtypes import EXTENSION_FLOATS
from tensortape.core.op import NUMBERS
from tensortape.core.variable import Variable


class Place:
    """A tensor of the entries: by which name the function knows it, and its value."""

    __slots__ = ("_a", "_id", "name", "tensor")

    def __init__(self, tensor: Any, name: str, value: Any, identity: int) -> None:
        self.tensor, self.name, self._a, self._id = tensor, name, value, identity


class Writer:
    """Writes the function for one tape: its entries, the target, the sources.

    What a rule reads is looked at again in each tape: types, shapes, dtypes and attributes. So is
    which tensors are the same, and that all others which gradients reach are not. Tensors that the
    tape does not follow may be any; they only must not become ones that it does.
    """

    def __init__(self, entries: Any, target: Any, handles: Any, tracked: Any) -> None:
        self.script = Script()
        self.places: dict[int, Place] = {}
        self.checks: list[str] = []
        self.loads: list[str] = []
        self.patterns: list[str] = []
        self.constants = 0
        self.target, self.handles, self.tracked = target, handles, tracked
        self.entries = [self._entry(*entry) for entry in entries]

    def _entry(self, op: Any, inputs: Any, outputs: Any, attrs: Any, line: Any) -> Any:
        """An entry on noted values; adds how the function takes the like of it apart."""
        if op.pullback is None and not op.transparent:
            raise CannotNote(f"{op.type} has a rule of the user's, or none")
        if line is not None:
            raise CannotNote("large values are let go one after the other")
        given = [self._input(t) for t in inputs]
        follows = op.family == "elementwise"  # from the inputs: need not be looked at again
        made = [self._met(t, follows) for t in outputs]
        name = self.script.fresh("a")
        if any([type(v) is float and v == 0 for v in attrs.values()]):
            raise CannotNote("0.0 and -0.0 are equal, not the same")
        if attrs:
            self.checks.append(f"{name} != {self.script.constant(dict(attrs))}")
        else:
            self.checks.append(name)
        groups = ["".join([f"{text}, " for _, text in group]) for group in (given, made)]
        self.patterns.append(f"(_, ({groups[0]}), ({groups[1]}), {name}, _)")
        return op, tuple([p for p, _ in given]), tuple([p for p, _ in made]), attrs, line

    def _input(self, tensor: Any) -> tuple[Place, str]:
        """The place of an input, and the name under which it is met here."""
        if isinstance(tensor, Variable) or tensor._id in self.places or tensor._id in self.tracked:
            return self._met(tensor)
        self.constants += 1
        place = self._new_place(tensor, -self.constants)
        self.checks.append(f"{place.name}._id in tracked")
        return place, place.name

    def _met(self, tensor: Any, follows: bool = False) -> tuple[Place, str]:
        """As :meth:`_input`, for what the tape follows."""
        known = self.places.get(tensor._id)
        if known is None:
            known = self.places[tensor._id] = self._new_place(tensor, tensor._id, follows)
            return known, known.name
        if known.tensor is not tensor:
            raise CannotNote("another tensor stands for one")
        name = self.script.fresh("s")
        self.checks.append(f"{name} is not {known.name}")
        return known, name

    def _new_place(self, tensor: Any, identity: int, follows: bool = False) -> Place:
        script = self.script
        name = script.fresh("p")
        if isinstance(tensor, Variable):
            return Place(tensor, name, None, identity)
        array, kind = tensor._a, type(tensor._a)
        if kind not in NUMBERS and (kind is not np.ndarray or array.size > LARGE):
            raise CannotNote(f"a value is {kind.__name__}, or large")
        if array.dtype in EXTENSION_FLOATS:
            raise CannotNote("rules compute bfloat16 and float8 in float32")
        value = script.fresh("v")
        if follows:
            script.lines.append((value, f"{name}._a", []))
        else:
            self.loads.append(f"{value} = {name}._a")
            self._check(value, array)
        return Place(tensor, name, Noted(script, value, array), identity)

    def _check(self, value: str, array: Any) -> None:
        """Make sure of the type of an array or number, its shape and dtype."""
        constant = self.script.constant
        if type(array) in NUMBERS:
            self.checks.append(f"type({value}) is not {constant(type(array))}")
            return
        self.checks += [
            f"type({value}) is not ndarray",
            f"{value}.shape != {constant(array.shape)}",
            f"{value}.dtype is not {constant(array.dtype)}",
        ]

    def results(self) -> list[Any]:
        """The gradient of each source, noted; the rules run here."""
        wanted = {h._id for h in self.handles}
        for h in self.handles:
            if h._id not in self.places or h._id not in self.tracked:
                raise CannotNote("a source is not used")
        target = self.places.get(self.target._id)
        if target is None:
            raise CannotNote("the target is not computed by the entries")
        mode = Mode(NotingNamespace(self.script), False)
        needed = reachable(self.entries, wanted)
        grads = start([target], None, needed, mode)
        found = walk(self.entries, grads, needed, wanted, mode)
        return [found.get(h._id) for h in self.handles]

    def function(self, results: list[Any]) -> Any:
        """``function(entries, target, sources, tracked)``: arrays or ``None``, one per source.

        ``None`` in place of the list when the tape holds something else.
        """
        script = self.script
        used: list[str] = []
        texts = [script.text(g, used) for g in results]
        sources = [script.fresh("h") for _ in self.handles]
        for name, h in zip(sources, self.handles, strict=True):
            self.checks.append(f"{name} is not {self.places[h._id].name}")
            if not isinstance(h, Variable):
                self.checks.append(f"{name}._id not in tracked")
        self.checks.append(f"target is not {self.places[self.target._id].name}")
        followed = ", ".join([f"{place.name}._id" for place in self.places.values()])
        self.checks.append(f"len({{{followed}}}) != {len(self.places)}")
        lines = [
            "try:",
            f"    ({', '.join(self.patterns)},) = entries",
            f"    ({', '.join(sources)},) = sources",
            *[f"    {load}" for load in self.loads],
            f"    if {' or '.join(self.checks)}:",
            "        return None",
            "except (TypeError, ValueError):",
            "    return None",
            *needed_lines(script.lines, used),
            f"return [{', '.join(texts)}]",
        ]
        body = "\n".join([f"    {line}" for line in lines])
        source = f"def sweep(entries, target, sources, tracked):\n{body}\n"
        scope = {**script.scope, "ndarray": np.ndarray}
        exec(compile(source, "<straight-line gradient>", "exec"), scope)
        return scope["sweep"]


def needed_lines(lines: Any, used: list[str]) -> list[str]:
    """The lines whose results are used, in their order."""
    wanted = set(used)
    kept = []
    for name, expression, names in reversed(lines):
        if name in wanted:
            wanted.update(names)
            kept.append(f"{name} = {expression}")
    return kept[::-1]


def function_for(entries: Any, target: Any, handles: Any, tracked: Any) -> Any:
    """A function for the like of these entries; ``None`` unless it computes what the walk does."""
    try:
        writer = Writer(entries, target, handles, tracked)
        results = writer.results()
        if all(map(same, results, walked(entries, target, handles, tracked))):
            return writer.function(results)
    except Exception:  # whatever it is, the walk says it better
        return None
    return None


def walked(entries: Any, target: Any, handles: Any, tracked: Any) -> list[Any]:
    """The gradients by the walk, which keeps the entries."""
    wanted = {h._id for h in handles}
    needed = reachable(entries, wanted & tracked)
    mode = Mode(numpy_namespace, False)
    found = walk(entries, start([target], None, needed, mode), needed, wanted, mode)
    return [found.get(h._id) for h in handles]


def same(noted: Any, value: Any) -> bool:
    """Whether both are the same, to the bit."""
    given = noted.value if type(noted) is Noted else noted
    if type(given) is not type(value) or value is None:
        return given is value
    alike = given.dtype == value.dtype and given.shape == value.shape
    return alike and given.tobytes() == value.tobytes()
