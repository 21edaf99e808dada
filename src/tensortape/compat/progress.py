"""The progress bar of a notebook run."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class CellProgress:
    """Shows which cell of a notebook runs, on standard error, where that is a terminal."""

    def __init__(self, title: str, cells: int) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[cell]}"),
            console=console,
            refresh_per_second=4,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(escape(title), total=cells, cell="")

    def __enter__(self) -> CellProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, number: int, source: str) -> None:
        """Say that cell `number` runs now; it is named by the first line that says something."""
        lines = (line.strip() for line in source.splitlines())
        first = next((line for line in lines if line and not line.startswith("#")), "")
        label = f"cell [{number}] {first[:48]}"
        self._progress.update(self._task, completed=number - 1, cell=escape(label))
