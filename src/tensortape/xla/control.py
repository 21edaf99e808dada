"""Control flow under XLA: ``If`` becomes a switch, ``While`` a loop or a scan.

Values that a loop keeps of every iteration need room that XLA knows the size of: the number of
iterations is found by running what decides it, when that depends on nothing computed; or it is
bounded by ``maximum``. Other loops that keep values run on NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensortape.core import errors
from tensortape.graph.ir import Node, Program
from tensortape.xla.checks import collecting, ignoring, knowing, note, refuse
from tensortape.xla.errors import Unsupported
from tensortape.xla.runtime import jax, jnp, known, lax
from tensortape.xla.stacks import Same, Stack, room_of
from tensortape.xla.tracing import lowering, results, used
from tensortape.xla.trips import Counter, bounding, counter

UNROLLED = 32
"""Most iterations of a loop that is written out because its steps differ in shape."""


def strong(values: Sequence[Any]) -> list[Any]:
    """Values as JAX arrays of settled dtypes; of stacks all rows that there is room for."""
    values = [room_of(v) for v in values]
    return [jnp.asarray(v, v.dtype) for v in values]


def checked(
    program: Program, args: Sequence[Any], more: Mapping[int, Any] | None = None
) -> tuple[list[Any], Any]:
    """The results of a program within another, and the number of its failure."""
    with collecting() as checks:
        found = results(program, args, more)
    return found, checks.code()


@lowering("If")
def lower_if(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """The chosen branch; of branches that cannot be told apart now, a switch."""
    index, *args = values
    branches = attrs["branches"]
    last = len(branches) - 1
    if known(index):
        at = int(index)
        return results(branches[at if 0 <= at <= last else last], args)
    shapes = {tuple(b.avals[i].shape for i in b.results) for b in branches}
    if len(shapes) > 1:
        raise Unsupported("the branches give results of different shapes")

    def arm(branch: Program) -> Any:
        def run(given: Any) -> Any:
            found, code = checked(branch, given)
            refuse_open([*args, *found])
            return strong(found), jnp.asarray(code)

        return run

    place = jnp.where((index < 0) | (index > last), last, index)
    found, code = lax.switch(place, [arm(b) for b in branches], strong(args))
    note(code)
    return found


def refuse_open(values: Sequence[Any]) -> None:
    """What a loop keeps of as many iterations as data decides passes no branch: it loses count."""
    if any(isinstance(v, Stack) for v in values):
        raise Unsupported("a branch with what a loop keeps whose iterations data counts")


class Repeated:
    """A ``While`` node being lowered."""

    def __init__(self, program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> None:
        self.cond, self.body = attrs["cond"], attrs["body"]
        self.count = attrs["variables"]
        self.values, self.fixed = list(values[: self.count]), list(values[self.count :])
        self.maximum, self.assumed = attrs["maximum"], False
        readers = used(program)
        self.kept = [i in readers for i in node.outputs[self.count :]]

    def test(self, variables: Any) -> tuple[Any, Any]:
        """Whether to go on, and the number of a failure."""
        (go,), code = checked(self.cond, [*variables, *self.fixed])
        return jnp.asarray(go, bool), code

    def step(
        self, variables: Any, more: Mapping[int, Any] | None = None
    ) -> tuple[list[Any], list[Any], Any]:
        """The next values of the variables, values to keep, and the number of a failure."""
        found, code = checked(self.body, [*variables, *self.fixed], more)
        rows = [r for r, k in zip(found[self.count :], self.kept, strict=True) if k]
        return strong(found[: self.count]), strong(rows), code

    @property
    def unchanging(self) -> list[Any]:
        """Of what is kept: the value, where it is the same in each iteration, else ``None``."""
        body = self.body
        known = {**body.constants, **dict(zip(body.params[self.count :], self.fixed, strict=True))}
        return [known.get(i) for i in body.results[self.count :]]

    def outputs(self, variables: Any, stacks: Any) -> list[Any]:
        """The outputs of the node: of stacks that nobody reads, nothing."""
        found = iter(stacks)
        finals = [
            Stack(v, old.count) if isinstance(old, Stack) else v
            for v, old in zip(variables, self.values, strict=True)
        ]
        return [*finals, *[next(found) if k else None for k in self.kept]]

    def assume_rows(self, values: Sequence[Any]) -> None:
        """A loop over stacks runs as often as they have rows; if it does not, that is an error."""
        rooms = [v.room.shape[0] for v in values if isinstance(v, Stack)]
        if rooms:
            self.maximum, self.assumed = max(rooms), True

    def refuse_growth(self) -> None:
        """Shapes may not change from one iteration to the next."""
        sizes = [n for i in self.body.results[: self.count] for n in self.body.avals[i].shape]
        if None not in sizes:
            return
        start = strong(self.values)
        with ignoring():
            news = jax.eval_shape(lambda v: self.step(v)[0], start)
        if any(old.shape != new.shape for old, new in zip(start, news, strict=True)):
            raise Unsupported("the shape of a loop variable changes between iterations")


@lowering("While")
def lower_while(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> list[Any]:
    """A scan where the number of iterations is known or kept values need it, else a loop."""
    loop = Repeated(program, node, values, attrs)
    decided = counter(loop.cond, loop.body, loop.count, values, loop.maximum)
    trips = attrs.get("count")
    if trips is None and decided is not None:
        trips = decided.trips()
    try:
        loop.refuse_growth()
        if trips is not None:
            return scanned(loop, trips, decided)
        if not any(loop.kept):
            return looped(loop)
        if loop.maximum is None:
            limit = bounding(loop.cond, loop.body, loop.count, values, None)
            loop.maximum = None if limit is None else limit.trips()
        if loop.maximum is None:
            loop.assume_rows(values)
        return bounded(loop)
    except Unsupported:
        if trips is None or trips > UNROLLED:
            raise
        return unrolled(loop, trips)


def scanned(loop: Repeated, trips: int, decided: Counter | None) -> list[Any]:
    """A loop of a known number of iterations, and with them the positions that it takes."""
    same = [v for v, k in zip(loop.unchanging, loop.kept, strict=True) if k]
    positions = {} if decided is None else decided.positions(loop.body, trips)
    tested = []

    def step(carry: Any, now: dict[int, Any]) -> Any:
        variables, code = carry
        with knowing([(now[i], a.min(), a.max()) for i, a in positions.items()]):
            variables, rows, new = loop.step(variables, now)
        if not known(new):
            tested.append(True)
            code = jnp.where(code != 0, code, new)
        return (variables, code), [r for r, v in zip(rows, same, strict=True) if v is None]

    start = (strong(loop.values), jnp.int32(0))
    (variables, code), rows = lax.scan(step, start, positions, length=trips)
    if tested:
        note(code)
    changing = iter(rows)
    return loop.outputs(variables, [next(changing) if v is None else Same(v, trips) for v in same])


def looped(loop: Repeated) -> list[Any]:
    """A loop that keeps nothing: it goes on as long as its condition and nothing else says."""
    limit = loop.maximum

    def more(carry: Any) -> Any:
        variables, code, at = carry
        go, _ = loop.test(variables)
        go = go & (code == 0)
        return go if limit is None else go & (at < limit)

    def step(carry: Any) -> Any:
        variables, code, at = carry
        variables, _, new = loop.step(variables)
        _, failed = loop.test(variables)
        new = jnp.where(new != 0, new, failed)
        return variables, jnp.where(code != 0, code, new), at + 1

    _, first = loop.test(loop.values)
    start = (strong(loop.values), jnp.asarray(first), jnp.int64(0))
    variables, code, _ = lax.while_loop(more, step, start)
    note(code)
    return loop.outputs(variables, ())


def bounded(loop: Repeated) -> list[Any]:
    """A loop that keeps values of at most ``maximum`` iterations, and how many there were."""
    if loop.maximum is None:
        raise Unsupported(
            "a loop whose number of iterations depends on data keeps values of each iteration "
            "(for its gradient, or as a TensorArray): give tf.while_loop maximum_iterations"
        )
    limit = int(loop.maximum)
    kept = [i for i, k in zip(loop.body.results[loop.count :], loop.kept, strict=True) if k]
    avals = [loop.body.avals[i] for i in kept]
    if any(None in a.shape for a in avals):
        raise Unsupported("a loop keeps values of changing shapes")
    rooms = [jnp.zeros((limit, *a.shape), a.dtype) for a in avals]

    def more(carry: Any) -> Any:
        variables, _, code, at = carry
        return loop.test(variables)[0] & (at < limit) & (code == 0)

    def step(carry: Any) -> Any:
        variables, rows, code, at = carry
        variables, news, new = loop.step(variables)
        rows = [
            lax.dynamic_update_index_in_dim(r, n, at, 0) for r, n in zip(rows, news, strict=True)
        ]
        return variables, rows, jnp.where(code != 0, code, new), at + 1

    start = (strong(loop.values), rooms, jnp.int32(0), jnp.int64(0))
    variables, rows, code, at = lax.while_loop(more, step, start)
    note(code)
    if loop.assumed:
        refuse(loop.test(variables)[0] & (at >= limit), _too_long)
    return loop.outputs(variables, [Stack(r, at) for r in rows])


@lowering(
    "ByRank",
    "ByRankWithoutGradient",
    "UnevenReserve",
    "UnevenSize",
    "UnevenClear",
    "UnevenShorten",
    "UnevenConcat",
    "UnevenSplit",
    "UnevenSplitLike",
    "UnevenStack",
    "UnevenUnstack",
    "UnevenTake",
    "UnevenPut",
)
def undecided_shapes(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> Any:
    """Ranks that data decides, and lists of tensors of different shapes, need NumPy."""
    if node.op.type.startswith("ByRank"):
        raise Unsupported(f"the rank of what {attrs['call']!r} takes is decided by data")
    raise Unsupported("a tf.TensorArray of elements whose shapes may differ")


@lowering("UnevenRead", "UnevenZeros", "UnevenWrite")
def row_of_tensor(program: Program, node: Node, values: Any, attrs: dict[str, Any]) -> Any:
    """Rows of one shape, in a tensor."""
    flow = values[0]
    if node.op.type == "UnevenZeros":
        return [jnp.zeros_like(flow)]
    if node.op.type == "UnevenRead":
        return [jnp.take(flow, values[1], 0)]
    if attrs["dynamic"] or flow.shape[1:] != values[2].shape:
        raise Unsupported("a tf.TensorArray of elements whose shapes may differ")
    return [flow.at[values[1]].set(values[2])]


def _too_long() -> Exception:
    return errors.InternalError(
        None, None, "a loop ran more often than the loop whose values it reads; jit_compile=False"
    )


def unrolled(loop: Repeated, trips: int) -> list[Any]:
    """A short loop, iteration by iteration; what is known stays known."""
    variables: list[Any] = loop.values
    rows: list[list[Any]] = []
    for _ in range(trips):
        found = results(loop.body, [*variables, *loop.fixed])
        variables = found[: loop.count]
        rows.append([r for r, k in zip(found[loop.count :], loop.kept, strict=True) if k])
    if not trips and any(loop.kept):
        raise Unsupported("a loop without iterations keeps values of unknown shape")
    return loop.outputs(
        variables, [jnp.stack(strong(column)) for column in zip(*rows, strict=True)]
    )
