"""Convolution and pooling with everything prepared that does not depend on values.

A machine belongs to one workspace: it holds the padded and unfolded pieces of a few examples, which
stay in the cache, and writes its result into a given array; examples are shared between threads.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensortape.arrays.blocks import cores, run_blocks
from tensortape.arrays.eager.convolution import interior, output_size, window_slices
from tensortape.arrays.namespace import numpy_namespace
from tensortape.core.registry import OPS
from tensortape.graph.ir import Aval, Node, sizes
from tensortape.graph.plan.kernels import Written

PIECE = 1 << 18
"""Elements of the unfolded examples that a thread works on at a time."""

SHARED = 1 << 25
"""Work from which examples are shared between threads."""

SHORT = 16
"""Fewer neighbouring elements than these are not worth copying together."""


class Windows:
    """How windows lie in a padded input: sizes, slices and pieces of the batch."""

    def __init__(
        self, shape: Any, kernel: Any, strides: Any, pads: Any, dilations: Any, width: int
    ) -> None:
        self.n, *size, self.channels = shape
        self.size, self.kernel = tuple(size), tuple(kernel)
        self.strides, self.pads, self.dilations = strides, pads, dilations
        self.sizes = tuple(
            output_size(*one) for one in zip(size, kernel, strides, dilations, pads, strict=True)
        )
        self.whole = tuple(b + s + a for s, (b, a) in zip(size, pads, strict=True))
        self.inside = interior(size, pads)
        self.padded = any(map(any, pads))
        self.at = [at for _, at in window_slices(self.sizes, kernel, strides, dilations)]
        self.places, self.window = math.prod(self.sizes), math.prod(kernel)
        each = max(1, self.places * width)
        self.threads = min(cores(), self.n) if self.n * each * width >= SHARED else 1
        self.step = max(1, min(PIECE // each, -(-self.n // (2 * self.threads))))
        if self.threads == 1 and self.n <= 2 * self.step:
            self.step = max(1, self.n if self.n * each <= PIECE else self.step)

    def pad_room(self, dtype: Any, value: Any = 0) -> Any:
        """A padded piece of the batch; its borders never change."""
        return np.full((self.step, *self.whole, self.channels), value, dtype)

    def run(self, part: Any, scratches: Any, *args: Any) -> None:
        """All examples, a piece at a time."""
        run_blocks(part, self.n, self.step, scratches, args)

    def view(self, x: Any) -> Any:
        """The windows of a padded piece, ``(n, *sizes, *kernel, channels)``."""
        n, inner, c = x.strides[0], x.strides[1:-1], x.strides[-1]
        steps = [a * s for a, s in zip(inner, self.strides, strict=True)]
        steps += [a * d for a, d in zip(inner, self.dilations, strict=True)]
        shape = (len(x), *self.sizes, *self.kernel, self.channels)
        return np.lib.stride_tricks.as_strided(x, shape, (n, *steps, c), writeable=False)


class Unfolder(Windows):
    """Examples as matrices with one row for each place of a window.

    The matrix lies in memory column by column where the rows have few neighbouring elements.
    """

    def __init__(self, x: Aval, kernel: Any, strides: Any, pads: Any, dilations: Any) -> None:
        width = math.prod(kernel) * sizes(x)[-1]
        super().__init__(sizes(x), kernel, strides, pads, dilations, width)
        self.columns = width
        self.direct = self.window == 1 and set(strides) == {1} and not self.padded
        self.turned = self.kernel[-1] * self.channels < SHORT
        self.scratches = tuple(self.scratch(x.dtype) for _ in range(self.threads))

    def scratch(self, dtype: Any) -> Any:
        """The padded piece, its windows, and room for the matrix."""
        if self.direct:
            return None, None, None, None
        room = self.pad_room(dtype) if self.padded else None
        rows = self.step * self.places
        if self.turned:
            matrix = np.empty((self.columns, rows), dtype)
            apart = matrix.reshape(self.window, self.channels, self.step, *self.sizes)
            return room, None, matrix.T, apart
        matrix = np.empty((rows, self.columns), dtype)
        apart = matrix.reshape(self.step, *self.sizes, *self.kernel, self.channels)
        return room, None if room is None else self.view(room), matrix, apart

    def matrix(self, x: Any, low: int, high: int, scratch: Any) -> Any:
        """The windows of examples ``low`` to ``high``, one in a row."""
        room, windows, matrix, apart = scratch
        count = high - low
        x = x[low:high]
        if self.direct:
            return x.reshape(-1, self.channels)
        if room is not None:
            room[:count][self.inside] = x
            x = room[:count]
        if self.turned:
            for k, at in enumerate(self.at):
                for c in range(self.channels):
                    apart[k, c, :count] = x[at + (c,)]
        else:
            np.copyto(apart[:count], self.view(x) if windows is None else windows[:count])
        return matrix[: count * self.places]


class Conv(Unfolder):
    """``conv`` into a given array."""

    def __init__(
        self, x: Aval, w: Aval, strides: Any, pads: Any, dilations: Any, groups: int = 1
    ) -> None:
        super().__init__(x, w.shape[:-2], strides, pads, dilations)

    def __call__(self, x: Any, w: Any, out: Any) -> None:
        """All examples."""
        self.run(self.part, self.scratches, x, w.reshape(self.columns, -1), out)

    def part(self, low: int, high: int, scratch: Any, x: Any, w: Any, out: Any) -> None:
        """A few examples."""
        np.matmul(self.matrix(x, low, high, scratch), w, out[low:high].reshape(-1, w.shape[1]))


class ConvFilterGrad(Unfolder):
    """``conv_filter_grad`` into a given array: one term for each piece, added in their order."""

    def __init__(
        self, x: Aval, g: Aval, strides: Any, pads: Any, dilations: Any, groups: int, kernel: Any
    ) -> None:
        super().__init__(x, kernel, strides, pads, dilations)
        self.outputs = sizes(g)[-1]
        pieces = -(-self.n // self.step)
        self.terms = np.empty((pieces, self.columns, self.outputs), x.dtype)

    def __call__(self, x: Any, g: Any, out: Any) -> None:
        """All examples."""
        self.run(self.part, self.scratches, x, g, self.terms)
        np.add.reduce(self.terms, 0, None, out.reshape(self.columns, self.outputs))

    def part(self, low: int, high: int, scratch: Any, x: Any, g: Any, terms: Any) -> None:
        """The term of a few examples."""
        matrix = self.matrix(x, low, high, scratch)
        cotangents = g[low:high].reshape(-1, self.outputs)
        np.matmul(matrix.T, cotangents, terms[low // self.step])


class ConvInputGradByWindows(Unfolder):
    """``conv_input_grad`` for strides of 1: a convolution with the filters turned around."""

    def __init__(self, g: Aval, w: Aval, pads: Any, dilations: Any) -> None:
        kernel = sizes(w)[:-2]
        reach = [(k - 1) * d for k, d in zip(kernel, dilations, strict=True)]
        around = tuple((r - b, r - a) for r, (b, a) in zip(reach, pads, strict=True))
        super().__init__(g, kernel, (1,) * len(kernel), around, dilations)

    def __call__(self, g: Any, w: Any, out: Any) -> None:
        """All examples."""
        turned = w.reshape(self.window, *w.shape[-2:])[::-1].transpose(0, 2, 1)
        self.run(self.part, self.scratches, g, turned.reshape(self.columns, -1), out)

    def part(self, low: int, high: int, scratch: Any, g: Any, w: Any, out: Any) -> None:
        """A few examples."""
        np.matmul(self.matrix(g, low, high, scratch), w, out[low:high].reshape(-1, w.shape[1]))


def conv_input_grad(
    g: Aval, w: Aval, strides: Any, pads: Any, dilations: Any, groups: int, size: Any
) -> Any:
    """The machine that is quicker for these strides."""
    reach = [(k - 1) * d for k, d in zip(sizes(w)[:-2], dilations, strict=True)]
    if set(strides) == {1} and all(max(p) <= r for p, r in zip(pads, reach, strict=True)):
        return ConvInputGradByWindows(g, w, pads, dilations)
    return ConvInputGrad(g, w, strides, pads, dilations, groups, size)


class ConvInputGrad(Windows):
    """``conv_input_grad`` into a given array."""

    def __init__(
        self, g: Aval, w: Aval, strides: Any, pads: Any, dilations: Any, groups: int, size: Any
    ) -> None:
        shape = (g.shape[0], *size, w.shape[-2])
        width = math.prod(sizes(w)[:-1])
        super().__init__(shape, w.shape[:-2], strides, pads, dilations, width)
        self.columns = width
        rows = self.step * self.places
        self.scratches = tuple(
            (np.empty((rows, width), g.dtype), self.pad_room(g.dtype) if self.padded else None)
            for _ in range(self.threads)
        )

    def __call__(self, g: Any, w: Any, out: Any) -> None:
        """All examples."""
        self.run(self.part, self.scratches, g, w.reshape(self.columns, -1).T, out)

    def part(self, low: int, high: int, scratch: Any, g: Any, w: Any, out: Any) -> None:
        """A few examples: what each window gave is added at its place."""
        room, target = scratch
        count = high - low
        columns = room[: count * self.places]
        np.matmul(g[low:high].reshape(count * self.places, -1), w, columns)
        columns = columns.reshape(count, *self.sizes, self.window, self.channels)
        target = out[low:high] if target is None else target[:count]
        target[...] = 0
        for k, at in enumerate(self.at):
            place = target[at]
            np.add(place, columns[..., k, :], place)
        if self.padded:
            out[low:high] = target[self.inside]


class WindowMax(Windows):
    """``window_max`` into a given array."""

    def __init__(
        self, x: Aval, kernel: Any, strides: Any, pads: Any, dilations: Any, first: bool = True
    ) -> None:
        super().__init__(sizes(x), kernel, strides, pads, dilations, sizes(x)[-1])
        rooms = [self.pad_room(x.dtype, -np.inf) if self.padded else None]
        self.threads = 1
        self.scratches = (rooms[0],)

    def __call__(self, x: Any, out: Any) -> None:
        """All examples."""
        self.run(self.part, self.scratches, x, out)

    def part(self, low: int, high: int, room: Any, x: Any, out: Any) -> None:
        """A few examples."""
        x, out = x[low:high], out[low:high]
        if room is not None:
            room = room[: high - low]
            room[self.inside] = x
            x = room
        first, *others = self.at
        np.copyto(out, x[first])
        for at in others:
            np.fmax(out, x[at], out)


class WindowMaxGrad(Windows):
    """``window_max_grad`` into a given array, for windows that tile the input."""

    def __init__(
        self,
        x: Aval,
        y: Aval,
        g: Aval,
        kernel: Any,
        strides: Any,
        pads: Any,
        dilations: Any,
        first: bool = True,
    ) -> None:
        super().__init__(sizes(x), kernel, strides, pads, dilations, sizes(x)[-1])
        self.first = first
        self.tiled = self.kernel == tuple(strides) and not self.padded
        self.covers = self.tiled and all(
            o * s == n for o, s, n in zip(self.sizes, strides, self.size, strict=True)
        )
        self.threads = 1
        shape = (self.step, *self.sizes, self.channels)
        self.scratches = ((np.empty(shape, bool), np.empty(shape, bool)),)

    def __call__(self, x: Any, y: Any, g: Any, out: Any) -> None:
        """All examples."""
        if not self.covers:
            out[...] = 0
        self.run(self.part, self.scratches, x, y, g, out)

    def part(self, low: int, high: int, scratch: Any, x: Any, y: Any, g: Any, out: Any) -> None:
        """A few examples."""
        hit, free = (room[: high - low] for room in scratch)
        x, y, g, out = x[low:high], y[low:high], g[low:high], out[low:high]
        free[...] = True
        for at in self.at:
            np.equal(x[at], y, hit)
            if self.first:
                np.logical_and(hit, free, hit)
                np.greater(free, hit, free)
            np.multiply(g, hit, out[at])


MACHINES: dict[str, Any] = {
    "conv": Conv,
    "conv_input_grad": conv_input_grad,
    "conv_filter_grad": ConvFilterGrad,
    "window_max": WindowMax,
    "window_max_grad": WindowMaxGrad,
}
"""Primitive -> what makes a machine for it; the arguments are those of the primitive."""


OPERATIONS = frozenset(
    "Conv2D Conv3D Conv Conv2DBackpropInput Conv2DBackpropFilter MaxPool MaxPool3D "
    "MaxPoolGrad".split()
)


def machine_of(node: Node, avals: dict[int, Aval]) -> Callable[[], Any] | None:
    """Makes the machine that computes a node, if there is one for it.

    The kernel is run on stand-ins, to see which primitive it calls with which attributes.
    """
    if node.op.type not in OPERATIONS or node.late or OPS.get(node.op.type) is not node.op:
        return None
    called = Called()
    try:
        inputs = [Written(str(k), avals[i]) for k, i in enumerate(node.inputs)]
        if node.op.kernel(called, *inputs, **node.attrs) is not called:
            return None
    except Exception:
        return None
    given = [avals[i] for i in node.inputs]
    bound = inspect.signature(getattr(numpy_namespace, called.name)).bind(*called.args)
    bound.apply_defaults()
    if list(bound.args[: len(inputs)]) != inputs:
        return None
    attrs = dict(list(bound.arguments.items())[len(inputs) :])
    if not suits(called.name, given, attrs):
        return None
    return functools.partial(MACHINES[called.name], *given, **attrs)


class Called:
    """A namespace that remembers the one primitive that was called."""

    name = ""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> Any:
            if self.name or name not in MACHINES:
                raise TypeError("more than one primitive, or one without a machine")
            self.name, self.args = name, args
            return self

        return call


def suits(name: str, avals: Any, attrs: dict[str, Any]) -> bool:
    """Whether a machine computes this call of a primitive."""
    if any(np.dtype(a.dtype).kind != "f" or a.dtype.itemsize < 4 for a in avals):
        return False
    if any(None in a.shape or not all(a.shape) for a in avals):
        return False
    if attrs.get("groups", 1) != 1 or any(min(pad) < 0 for pad in attrs["pads"]):
        return False
    if name == "window_max_grad":
        return tuple(attrs["kernel"]) == tuple(attrs["strides"]) and not any(
            map(any, attrs["pads"])
        )
    return True
