"""Files and notebook cells of the user, and positions in them."""

from __future__ import annotations

import linecache
import os
import re

from tensortape.examine.model import Position, SourceFile

AROUND = 8
"""Lines kept before and after a position of a long file."""

WHOLE = 300
"""Cells and files up to this many lines are kept whole."""


class Sources:
    """Numbers positions, and knows which cell of a notebook a code name belongs to.

    A notebook's kernel gives each cell's code a file name and puts the text into ``linecache``
    when the cell starts. Names that appeared there since the last cell belong to the current one.
    """

    def __init__(self) -> None:
        self.cell: int | None = None
        self.cells: dict[str, int] = {}
        self.files: list[str] = []
        self.labels: list[str] = []
        self.positions: list[Position] = []
        self._file_numbers: dict[tuple[str, int | None], int] = {}
        self._numbers: dict[tuple[str, int | None, int, str, str], int] = {}

    def set_cell(self, number: int) -> None:
        """The cell with this number, as in ``In [number]``, runs next."""
        self.absorb()
        self.cell = number

    def absorb(self) -> None:
        """Give the code names that are new in ``linecache`` to the current cell."""
        if self.cell is None:
            return
        for name in tuple(linecache.cache):
            if is_cell(name):
                self.cells.setdefault(name, self.cell)

    def cell_of(self, filename: str, function: str) -> int | None:
        """The cell a frame's code stands in; top-level code is the current cell's."""
        if self.cell is None or not is_cell(filename):
            return None
        if not function:
            return self.cell
        if filename not in self.cells:
            self.absorb()
        return self.cells.get(filename, self.cell)

    def number(self, filename: str, line: int, function: str, via: str) -> int:
        """The number of a position, the same for the same position."""
        key = (filename, self.cell, line, function, via)
        known = self._numbers.get(key)
        if known is None:
            position = Position(
                self.file_number(filename, self.cell_of(filename, function)), line, function, via
            )
            if position not in self.positions:
                self.positions.append(position)
            known = self._numbers[key] = self.positions.index(position)
        return known

    def file_number(self, filename: str, cell: int | None) -> int:
        """The number of a file, or of a cell's code."""
        key = (filename, cell)
        if key not in self._file_numbers:
            self._file_numbers[key] = len(self.files)
            self.files.append(filename)
            self.labels.append(label_of(filename, cell))
        return self._file_numbers[key]

    def describe(self, used: set[int]) -> list[SourceFile]:
        """The files with the text around the ``used`` positions."""
        result = [
            SourceFile(label, "cell" if is_cell(name) else "file")
            for name, label in zip(self.files, self.labels, strict=True)
        ]
        for number in sorted(used):
            position = self.positions[number]
            if position.file is not None:
                add_lines(result[position.file], self.files[position.file], position.line)
        return result


def add_lines(file: SourceFile, name: str, line: int) -> None:
    """Put the text around ``line`` into ``file``; of a cell all of it."""
    text = linecache.getlines(name)
    whole = len(text) <= WHOLE
    first, last = (
        (1, len(text)) if whole else (max(1, line - AROUND), min(len(text), line + AROUND))
    )
    for i in range(first, last + 1):
        file.lines.setdefault(str(i), text[i - 1].rstrip("\n")[:200])


def is_cell(filename: str) -> bool:
    """Whether a code name is a notebook cell's.

    >>> is_cell("/tmp/ipykernel_12/345.py"), is_cell("/site-packages/ipykernel_launcher.py")
    (True, False)
    """
    return filename.startswith("<ipython-input") or bool(re.search(r"ipykernel_\d+[\\/]", filename))


def label_of(filename: str, cell: int | None) -> str:
    """How a page names a file: its path below the working folder, or ``In [n]``.

    >>> label_of("/tmp/ipykernel_1/2.py", 24), label_of("<stdin>", None)
    ('In [24]', '<stdin>')
    """
    if cell is not None:
        return f"In [{cell}]"
    if is_cell(filename):
        return "notebook"
    if filename.startswith("<"):
        return filename
    path = os.path.relpath(filename)
    return path if not path.startswith("..") else os.path.join(*filename.split(os.sep)[-2:])


def text_of(name: str, line: int) -> str:
    """The text of a line, without the space around it."""
    return linecache.getline(name, line).strip()
