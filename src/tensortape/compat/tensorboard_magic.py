"""`%load_ext tensorboard` in a notebook: answered where TensorBoard is not installed.

TensorFlow brings TensorBoard along, so that tutorials load it without asking. Here it is a package
of its own; what `tf.summary` and the Keras callback write is for it all the same.
"""

from __future__ import annotations

import importlib.util
from typing import Any

ANSWER = (
    "TensorBoard is not installed, so nothing is shown here; event files are written all the same"
    " (pip install tensorboard shows them)."
)


def register(shell: Any) -> None:
    """Answer the extension `tensorboard` and its magic in an IPython shell."""
    for name in ("load_ext", "reload_ext"):
        shell.register_magic_function(_answering(shell, shell.find_line_magic(name)), "line", name)


def _answering(shell: Any, load: Any) -> Any:
    def load_ext(line: str) -> Any:
        if line.strip() not in ("tensorboard", "tensorboard.notebook") or installed():
            return load(line)
        shell.register_magic_function(tensorboard, "line", "tensorboard")
        print(ANSWER)
        return None

    load_ext.__doc__ = load.__doc__
    return load_ext


def installed() -> bool:
    """Whether TensorBoard is there."""
    return importlib.util.find_spec("tensorboard") is not None


def tensorboard(line: str) -> None:
    """Show nothing: `%load_ext tensorboard` has said why."""
