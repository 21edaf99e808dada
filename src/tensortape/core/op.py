"""The record of one operation, and the decorators that make it.

From this one record come the gradient registry, the public names, reverse and forward mode,
shape inference, batching and the rows of the test suite (see ``docs/adding-an-op.md``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tensortape.core import registry

Rule = Callable[..., Any]

NUMBERS = {np.float32: "f", np.float64: "f", np.int32: "i", np.int64: "i"}
"""Types of values without axes, and the kinds of their dtypes; asking their dtype takes longer."""


class Op:
    """One operation.

    Attributes:
        type: TensorFlow's op type, such as ``"Tanh"``.
        kernel: ``kernel(xp, *arrays, **attrs)``, written against a namespace.
        primitive: its name in the kernel language, when rules may use it as ``xp.<name>``.
        outputs: number of outputs; ``None`` for one output that is not a tuple.
        variadic: the arrays are one list (``concat``); the kernel takes ``*arrays``.
        saves: which of ``"inputs"``/``"outputs"`` (or input positions) the rules read. Inputs
            outside of it may be dropped by a tape; their shape and dtype stay known.
        nondifferentiable: the reason, when no derivative exists on purpose.
        missing_gradient: TensorFlow has no rule either: asking raises ``LookupError``.
        not_derivative: why the rule, as TensorFlow's, is not the mathematical derivative.
        samples: for the registry walk: ``((shape or array, ...), attrs)``, and what to
        differentiate.
        normalise: ``normalise(tensors, attrs) -> attrs``: axes made non-negative and the like,
        once,
            before kernel and rules see them.
        check: ``check(op, tensors, attrs, exc)`` may answer the exception to raise for a kernel's.
        transparent: the output is the one input, and cotangents pass as they are.
        native_dtypes: the kernel handles bfloat16/float8 itself (casts, reshapes).
        dtypes: NumPy kinds of dtypes that elementwise operations accept (``"fc"``); all when empty.
        numbers: types of numbers that it accepts for certain.
        computed: what the outputs of a function with a rule of the user's are copies of.
        computed_by: the traced function that the operation is a call of.
        array_names, attribute_names, attribute_defaults: the kernel's parameters.
        domain, special: where elementwise samples are drawn; points worth a row of their own.
    """

    def __init__(self, type: str, kernel: Rule, **fields: Any) -> None:
        self.type = type
        self.kernel = kernel
        self.name: str = fields.pop("name", kernel.__name__)
        self.primitive: str | None = fields.pop("primitive", None)
        self.outputs: int | None = fields.pop("outputs", None)
        self.variadic: bool = fields.pop("variadic", False)
        self.saves: tuple[Any, ...] | None = fields.pop("saves", None)
        self.nondifferentiable: str | None = fields.pop("nondifferentiable", None)
        self.missing_gradient: bool = fields.pop("missing_gradient", False)
        self.not_derivative: str = fields.pop("not_derivative", "")
        self.samples: list[Any] = list(fields.pop("samples", ()))
        self.domain: Any = fields.pop("domain", None)
        self.special: tuple[Any, ...] = tuple(fields.pop("special", ()))
        self.family: str = fields.pop("family", "op")
        self.transparent: bool = fields.pop("transparent", False)
        self.native_dtypes: bool = fields.pop("native_dtypes", False)
        self.formula: str = fields.pop("formula", "")
        self.dtypes: str = fields.pop("dtypes", "")
        self.numbers = frozenset(n for n, k in NUMBERS.items() if k in (self.dtypes or k))
        self.check: Rule | None = fields.pop("check", None)
        self.normalise: Rule | None = fields.pop("normalise", None)
        if fields:
            raise TypeError(f"operation {type!r}: unknown fields {sorted(fields)}")
        self.pullback: Rule | None = None
        self.pushforward: Rule | None = None
        self.user_pullback: Rule | None = None
        self.computed: tuple[Any, ...] = ()
        self.computed_by: Any = None
        self.partials: dict[int, Rule] = {}
        self.input_vjps: dict[int, Rule] = {}
        code = kernel.__code__  # not by `inspect`, which would take longer than all the rest
        count, all_named = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        many = all_named + bool(code.co_flags & inspect.CO_VARARGS)
        self.array_names = code.co_varnames[1:count] + code.co_varnames[all_named:many]
        self.attribute_names = code.co_varnames[count:all_named]
        self.attribute_defaults: dict[str, Any] = kernel.__kwdefaults__ or {}

    @property
    def doc(self) -> str:
        """What its kernel's docstring says."""
        return inspect.getdoc(self.kernel) or ""

    def __repr__(self) -> str:
        return f"<Op {self.type}>"

    def vjp(self, rule: Any = None) -> Any:
        """``@op.vjp`` for a joint rule, ``@op.vjp(i)`` for the rule of input ``i``.

        Joint: ``rule(xp, g, y, *inputs, **attrs)`` returns one cotangent (one input) or a tuple
        with ``None`` where there is none. Per input: returns that input's cotangent.
        """
        if callable(rule):
            self.pullback = joint_pullback(rule)
            return rule
        position = rule or 0

        def decorate(fn: Rule) -> Rule:
            self.input_vjps[position] = fn
            self.pullback = per_input_pullback(self.input_vjps)
            return fn

        return decorate

    def jvp(self, rule: Rule) -> Rule:
        """Forward rule ``rule(xp, tangents, y, *inputs, **attrs)``; ``None`` tangents are zero."""
        self.pushforward = rule
        return rule


def joint_pullback(rule: Rule) -> Rule:
    """``pullback(xp, g, y, inputs, attrs, needed)`` from one rule for all inputs."""

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        result = rule(xp, g, y, *inputs, **attrs)
        return result if type(result) in (tuple, list) else (result,)

    return pullback


def per_input_pullback(rules: dict[int, Rule]) -> Rule:
    """A pullback that runs only the rules of the inputs that are asked for."""

    def pullback(xp: Any, g: Any, y: Any, inputs: Any, attrs: Any, needed: Any) -> Any:
        if len(inputs) == 2 == len(rules):  # without a comprehension, which is a call
            a, b = inputs
            return (
                rules[0](xp, g, y, a, b, **attrs) if needed[0] else None,
                rules[1](xp, g, y, a, b, **attrs) if needed[1] else None,
            )
        return [
            rules[i](xp, g, y, *inputs, **attrs) if i in rules and needed[i] else None
            for i in range(len(inputs))
        ]

    return pullback


def op(type: str, *, api: str | Iterable[str] = (), **fields: Any) -> Callable[[Rule], Op]:
    """Decorator: register ``kernel(xp, *arrays, **attrs)`` as TensorFlow's op ``type``.

    ``api`` names it below ``tf``; the public function takes the kernel's parameters by
    TensorFlow's names, arrays first, then attributes, then ``name``.
    """

    def decorate(kernel: Rule) -> Op:
        return register(Op(type, kernel, **fields), api)

    return decorate


def register(record: Op, api: str | Iterable[str] = ()) -> Op:
    """Enter a record and its public names."""
    registry.add_op(record)
    paths = (api,) if isinstance(api, str) else tuple(api)
    if paths:
        registry.add_public(paths, PUBLIC_FACTORY[0](record, paths[0]))
    return record


PUBLIC_FACTORY: list[Any] = [None]
"""Set by ``core.public``: makes the public function of a record."""
