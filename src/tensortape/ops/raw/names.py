"""`tf` as a table of public names, for code that is made from text."""

from __future__ import annotations

from typing import Any

from tensortape.core.face import complete
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
        """The function may not be loaded yet; otherwise there is none."""
        complete()
        if self._path in PUBLIC:
            return PUBLIC[self._path](*args, **kwargs)
        owner, _, method = self._path.rpartition(".")
        if owner in PUBLIC:
            return getattr(PUBLIC[owner], method)(*args, **kwargs)
        raise NotImplementedError(f"tf.{self._path} is not implemented in TensorTape.")


tf: Any = Names()
