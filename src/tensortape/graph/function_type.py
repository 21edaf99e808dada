"""What a traced function takes and gives, as types and as text.

The types are written as TensorFlow writes them: ``TensorSpec(…)``, ``Literal[3]``,
``Dict[['a', …]]``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tensortape.core import nest
from tensortape.core.containers import is_namedtuple
from tensortape.core.specs import TensorSpec, TypeSpec, VariableSpec
from tensortape.core.tensor import Tensor
from tensortape.core.tracking import TensorLike

_KINDS = inspect.Parameter
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


class Text(str):
    """A type by its text, which is also its ``repr``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class FunctionType(inspect.Signature):
    """Parameters with the types that were traced as annotations, the result's, and captures.

    Source: ``tf.types.experimental.FunctionType``.
    """

    captures: Mapping[int, Any] = MappingProxyType({})
    """What the function refers to: types by identity."""

    @property
    def output(self) -> Any:
        """The type of the result."""
        return self.return_annotation

    def described(self, names: Any) -> str:
        """A line for each parameter, for the result, and for each capture, which have names."""
        lines = ["Input Parameters:"]
        lines += [f"  {p.name} ({p.kind.name}): {p.annotation}" for p in self.parameters.values()]
        lines += ["Output Type:", f"  {self.output}", "Captures:"]
        lines += [f"  {names[i]}: {kind}" for i, kind in self.captures.items()] or ["  None"]
        return "\n".join(lines)


class _CapturedDefault:
    """Stands for a default value, which is not part of a type."""

    def __repr__(self) -> str:
        return "<captured_default_value>"


CAPTURED_DEFAULT = _CapturedDefault()


def type_of(value: Any, named: bool = False) -> Text:
    """The type of an argument or result; of a tensor its name, too, if ``named``."""
    if isinstance(value, TensorSpec):
        return Text(repr(TensorSpec(value.shape, value.dtype, value.name if named else None)))
    if isinstance(value, Tensor):
        return Text(repr(TensorSpec(value.shape, value.dtype)))
    if isinstance(value, TensorLike):
        return Text(repr(variable_spec(value)))
    if isinstance(value, TypeSpec):
        return Text(repr(value))
    if hasattr(value, "_type_spec"):
        return Text(repr(value._type_spec))
    if nest.is_nested(value):
        return _nested(value, named)
    if isinstance(value, _PLAIN):
        return Text(f"Literal[{value!r}]")
    return Text(f"Weakref[{value!r}]")


def _nested(value: Any, named: bool) -> Text:
    """The type of a container."""
    if isinstance(value, dict):
        pairs = [f"[{key!r}, {type_of(part, named)}]" for key, part in value.items()]
        return Text(f"Dict[{', '.join(pairs)}]")
    if is_namedtuple(type(value)):
        fields = zip(value._fields, value, strict=True)
        pairs = [f"[{key!r}, {type_of(part, named)}]" for key, part in fields]
        return Text(f"{type(value).__name__}[{', '.join(pairs)}]")
    children = nest.CONTAINERS[type(value)].children(value)  # type: ignore[union-attr]
    parts = ", ".join(type_of(part, named) for part in children)
    kind = type(value).__name__
    kind = {"list": "List", "tuple": "Tuple"}.get(kind, kind)
    return Text(f"{kind}[{parts}]")


def variable_spec(variable: Any) -> VariableSpec:
    """The specification of a variable that is an argument."""
    return VariableSpec(variable.shape, variable.dtype, variable.trainable, alias_id=0)


def traced_type(signature: Any, python: inspect.Signature | None) -> FunctionType:
    """The type of a trace for ``signature``, ``(args, kwargs)`` of specifications.

    ``python``: the parameters of the Python function.
    """
    args, kwargs = signature
    known = [] if python is None else list(python.parameters.values())
    plain = [p for p in known if p.kind in (_KINDS.POSITIONAL_ONLY, _KINDS.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in known if p.kind is _KINDS.VAR_POSITIONAL), None)
    made = []
    for i, value in enumerate(args):
        if i < len(plain):
            name, kind = plain[i].name, plain[i].kind
        else:
            name, kind = f"{rest or 'args'}_{i - len(plain)}", _KINDS.POSITIONAL_ONLY
        kind = kind if rest is None else _KINDS.POSITIONAL_ONLY
        made.append(_parameter(name, kind, value))
    own = [p.name for p in known if p.kind is _KINDS.KEYWORD_ONLY and p.name in kwargs]
    others = sorted(kwargs.keys() - set(own))
    made += [_parameter(n, _KINDS.KEYWORD_ONLY, kwargs[n]) for n in (*own, *others)]
    return FunctionType(made)


def _parameter(name: str, kind: Any, value: Any) -> inspect.Parameter:
    """A parameter; specifications show names that are not made of the parameter's."""
    leaves = [s for s in nest.flatten(value) if isinstance(s, TensorSpec) and s.name]
    named = any(s.name != name and not str(s.name).startswith(f"{name}_") for s in leaves)
    return _KINDS(sanitised(name), kind, annotation=type_of(value, named))


def sanitised(name: str) -> str:
    """A name that Python takes for a parameter."""
    found = re.sub(r"\W", "_", name)
    return found if found.isidentifier() else f"arg_{found}"


def declared_type(python: inspect.Signature | None, given: Any) -> FunctionType:
    """The type of a function that is not traced yet; ``given``: its ``input_signature``."""
    parameters = [] if python is None else list(python.parameters.values())
    made = []
    for i, p in enumerate(parameters):
        default = p.empty if p.default is p.empty else CAPTURED_DEFAULT
        kind: Any = p.empty
        if given is not None and p.kind in (_KINDS.POSITIONAL_ONLY, _KINDS.POSITIONAL_OR_KEYWORD):
            if i < len(given):
                kind = type_of(given[i], named=True)
            elif p.default is not p.empty:
                kind = type_of(p.default)
        made.append(p.replace(default=default, annotation=kind))
    return FunctionType(made)
