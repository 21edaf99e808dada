"""The kernel language on JAX: evaluating an operation's code in it computes under XLA."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from tensortape.arrays.namespace import FAMILIES, numpy_namespace
from tensortape.xla import primitives
from tensortape.xla.host import primitive
from tensortape.xla.runtime import jnp


def _declared() -> dict[str, Any]:
    """The primitives that the modules of ``primitives`` define."""
    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(primitives.__path__):
        module = importlib.import_module(f"{primitives.__name__}.{info.name}")
        names = FAMILIES.keys() & vars(module).keys()
        found.update({name: getattr(module, name) for name in names})
    return found


OWN = _declared()

JAX_HAS = frozenset(
    "absolute sqrt exp expm1 log log1p sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh "
    "arccosh arctanh sign real imag isfinite isinf isnan logical_not divide maximum minimum "
    "arctan2 equal not_equal less less_equal greater greater_equal logical_and logical_or "
    "logical_xor bitwise_and bitwise_or bitwise_xor gcd lcm nextafter where transpose "
    "broadcast_to squeeze roll tile zeros_like ones_like full_like".split()
)
"""Primitives that are JAX's functions of the same names."""

ON_HOST = frozenset(FAMILIES) - OWN.keys() - JAX_HAS
"""Primitives that XLA lacks: NumPy computes them in a callback."""


class XlaNamespace:
    """Primitives by name, made when first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name in OWN:
            found = OWN[name]
        elif name in JAX_HAS:
            found = getattr(jnp, name)
        elif name in ON_HOST:
            found = primitive(getattr(numpy_namespace, name))
        else:
            raise AttributeError(f"the kernel language has no primitive {name!r}")
        setattr(self, name, found)
        return found

    def __repr__(self) -> str:
        return "<namespace xla>"


xla_namespace: Any = XlaNamespace()
