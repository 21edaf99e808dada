"""`tf` as a table of public names, for code that is made from text."""

from __future__ import annotations

from typing import Any

from tensortape.core.registry import PUBLIC


class Names:
    """Stands for `tf` or a namespace of it: `Names().math.tanh` is the public `tf.math.tanh`.

    >>> Names().math.tanh is tf.math.tanh
    True
    """

    def __init__(self, path: str = "") -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}.{name}".lstrip(".")
        return PUBLIC[path] if path in PUBLIC else Names(path)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """There is no such function: say so."""
        raise NotImplementedError(f"tf.{self._path} is not implemented in TensorTape.")


tf: Any = Names()
