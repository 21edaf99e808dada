"""Where each library's interpreter is, and how its virtual environment is made."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from harness.peers import Library, ours

BENCHMARKS = Path(__file__).resolve().parent.parent
# Bytecode must be cached as in everyday use, or import times measure the compiler.
_DROPPED = ("PYTHONDONTWRITEBYTECODE", "KERAS_BACKEND")


class SetupError(Exception):
    """An environment could not be made."""


def _executable(place: Path) -> Path:
    """The interpreter of a virtual environment, or `place` itself if it is one."""
    if not place.is_dir():
        return place
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def parse_overrides(pairs: list[str], names: set[str]) -> dict[str, Path]:
    """`["jax=/some/venv"]` as a mapping; ValueError if malformed or the library is unknown."""
    overrides = {}
    for pair in pairs:
        name, separator, place = pair.partition("=")
        if not separator or name not in names:
            raise ValueError(
                f"--env takes LIBRARY=PATH with LIBRARY one of {', '.join(sorted(names))};"
                f" received {pair!r}"
            )
        overrides[name] = Path(place)
    return overrides


def find_python(library: Library, envs: Path, overrides: Mapping[str, Path]) -> Path | None:
    """The interpreter that has `library`, or None if there is none.

    TensorTape without an environment of its own is measured in the interpreter that runs the
    harness, if that can import it.
    """
    needed = ("tensortape", "jax") if library.name.endswith("-jax") else ("tensortape",)
    place = overrides.get(library.name, envs / f"bench-{library.name}")
    python = _executable(place)
    if python.exists():
        return python
    if ours(library.name) and library.name not in overrides and all(map(find_spec, needed)):
        return Path(sys.executable)
    return None


def process_variables(library: Library) -> dict[str, str]:
    """The environment variables of a worker of `library`."""
    variables = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    if not ours(library.name):
        variables.pop("PYTHONPATH", None)
    return variables | library.variables | {"CUDA_VISIBLE_DEVICES": ""}


def set_up(library: Library, envs: Path) -> Path:
    """Makes the environment of `library` from its requirements file; returns its folder.

    Raises SetupError when pip fails; what pip said has been shown by then.
    """
    place = envs / f"bench-{library.name}"
    requirements = BENCHMARKS / "requirements" / f"{library.name}.txt"
    if not _executable(place).exists():
        venv.create(place, with_pip=True)
    command = [str(_executable(place)), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    # From the root of the repository, which is what `-e .` in a requirements file refers to.
    code = subprocess.run(command, cwd=BENCHMARKS.parent, check=False).returncode
    if code:
        raise SetupError(f"pip could not install {requirements.name} into {place} (exit {code})")
    return place
