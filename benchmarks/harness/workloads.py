"""What is measured: the files of `workloads/`, each with one function per peer."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.environments import BENCHMARKS

FOLDER = BENCHMARKS / "workloads"


@dataclass(frozen=True)
class Workload:
    """One case of a workload file.

    `fresh` ones are measured by their own functions, once per process (start-up time, memory);
    the others return a step that the worker calls over and over. `targets` maps a peer, or
    "fastest" for the fastest of all peers, to how many times better TensorTape is meant to be.
    `stages`: the table has columns for tracing and compiling.
    """

    name: str
    path: Path
    title: str
    parameters: Mapping[str, Any]
    tolerance: float = 1e-6
    per_call: int = 1
    unit: str = "s"
    fresh: bool = False
    stages: bool = False
    targets: Mapping[str, float] | None = None


def read(path: Path) -> list[Workload]:
    """The cases that a workload file declares."""
    names = runpy.run_path(str(path))
    return [
        Workload(
            name=name,
            path=path,
            title=names["TITLE"],
            parameters=parameters,
            tolerance=names.get("TOLERANCES", {}).get(name, names.get("TOLERANCE", 1e-6)),
            per_call=names.get("PER_CALL", 1),
            unit=names.get("UNIT", "s"),
            fresh=names.get("FRESH", False),
            stages=names.get("STAGES", False),
            targets=names.get("TARGETS", {}).get(name, {}),
        )
        for name, parameters in names["CASES"].items()
    ]


def read_all(folder: Path = FOLDER) -> list[Workload]:
    """All workloads of a folder, in the order of their files; files named `_*` are helpers."""
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    return [workload for path in files for workload in read(path)]


def select(names: str, folder: Path = FOLDER) -> list[Workload]:
    """The workloads whose names are, or else contain, one of a comma-separated list of words.

    Raises ValueError for a word that no name contains, and says which names there are.
    """
    workloads = read_all(folder)
    if names == "all":
        return workloads
    words = [word.strip() for word in names.split(",") if word.strip()]
    for word in words:
        if not any(word in workload.name for workload in workloads):
            known = ", ".join(workload.name for workload in workloads)
            raise ValueError(f"no workload is called {word!r}; there are: {known}")
    names_known = {workload.name for workload in workloads}
    return [
        workload
        for workload in workloads
        if any(
            word == workload.name or (word in workload.name and word not in names_known)
            for word in words
        )
    ]
