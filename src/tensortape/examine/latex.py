r"""A small part of LaTeX as a tree: what the formulas of this package are written in.

Understood are letters, numbers, ``\frac``, ``\sqrt``, sub- and superscripts, ``\text``,
``\left … \right``, ``cases``, ``pmatrix`` and ``aligned``, accents, Greek letters, and the usual
operators and function names. From one tree come MathML for pages and plain text for terminals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi "
        "chi psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega partial nabla infty top "
        "ell".split(),
        "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΣΦΨΩ∂∇∞⊤ℓ",
        strict=True,
    )
)
OPERATORS = {
    "cdot": "·", "times": "×", "odot": "⊙", "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈",
    "in": "∈", "to": "→", "pm": "±", "ldots": "…", "dots": "…", "cdots": "⋯", "circ": "∘",
    "mid": "|", "ast": "∗", "Rightarrow": "⇒", "sim": "∼", "equiv": "≡", "star": "⋆",
}  # fmt: skip
LARGE = {"sum": "Σ", "prod": "Π", "int": "∫"}
FENCES = {
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "lVert": "‖", "rVert": "‖",
    "lvert": "|", "rvert": "|", "{": "{", "}": "}", "langle": "⟨", "rangle": "⟩", "|": "‖",
}  # fmt: skip
FUNCTIONS = set(
    "sin cos tan sinh cosh tanh log exp max min arg det sign arcsin arccos arctan lim tr".split()
)
SPACES = {",": "thin", ";": "thin", ":": "thin", " ": "thin", "quad": "wide", "qquad": "wide"}
ACCENTS = {"bar": "¯", "hat": "^", "tilde": "~", "dot": "˙", "vec": "→"}
UPRIGHT = {"mathrm", "operatorname"}
TEXTS = {"text", "textrm", "mathtt", "texttt"}
TABLES = {
    "cases": ("{", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "aligned": ("", ""),
}  # fmt: skip

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.S)


@dataclass
class Node:
    """A part of a formula: its kind, its text, and its parts."""

    kind: str
    text: str = ""
    parts: list[Node] = field(default_factory=list)


def parse(formula: str) -> Node:
    r"""The tree of a formula.

    >>> parse(r"\frac{g}{x}").parts[0].kind
    'frac'

    Raises ``ValueError`` for commands and environments that are not understood.
    """
    reader = Reader(formula)
    row = reader.row(())
    if reader.tokens:
        raise ValueError(f"unexpected {reader.tokens[-1]!r} in the formula {formula!r}")
    return row


class Reader:
    """Reads a formula from left to right; ``tokens`` holds what is left, in reverse."""

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self.tokens: list[str] = _TOKEN.findall(formula)[::-1]

    def row(self, ends: tuple[str, ...]) -> Node:
        """Everything up to one of ``ends``, which is left in place."""
        row = Node("row")
        while self.tokens and self.tokens[-1] not in ends and self.tokens[-1] != "}":
            token = self.tokens.pop()
            if token in ("^", "_"):
                self.attach(row, token)
            elif not token.isspace():
                row.parts.append(self.item(token))
        return row

    def attach(self, row: Node, token: str) -> None:
        """Put a sub- or superscript on the item before it."""
        base = row.parts.pop() if row.parts else Node("row")
        if base.kind != "script":
            base = Node("script", parts=[base, Node("none"), Node("none")])
        base.parts[1 if token == "_" else 2] = self.argument()
        row.parts.append(base)

    def argument(self) -> Node:
        """A group in braces, or the next item."""
        self.skip()
        if not self.tokens:
            raise ValueError(f"something is missing at the end of the formula {self.formula!r}")
        return self.item(self.tokens.pop())

    def skip(self) -> None:
        """Leave out spaces."""
        while self.tokens and self.tokens[-1].isspace():
            self.tokens.pop()

    def item(self, token: str) -> Node:
        """The item that begins with ``token``."""
        if token == "{":
            row = self.row(("}",))
            self.expect("}")
            return row
        if token[0] == "\\":
            return self.command(token[1:])
        if token[0].isdigit():
            return Node("number", token)
        if token.isalpha():
            return Node("name", token)
        return Node("operator", {"-": "−", "*": "∗", "'": "′"}.get(token, token))

    def command(self, name: str) -> Node:
        """What a command stands for."""
        for table, kind in (
            (GREEK, "name"), (OPERATORS, "operator"), (LARGE, "large"), (FENCES, "operator"),
            (SPACES, "space"),
        ):  # fmt: skip
            if name in table:
                return Node(kind, table[name])
        if name in FUNCTIONS:
            return Node("function", name)
        if name in TEXTS:
            return Node("text", self.raw())
        if name in UPRIGHT:
            return Node("function", self.raw())
        return self.structure(name)

    def structure(self, name: str) -> Node:
        """Commands with parts."""
        if name in ("frac", "tfrac", "dfrac"):
            return Node("frac", parts=[self.argument(), self.argument()])
        if name == "sqrt":
            return Node("sqrt", parts=[self.argument()])
        if name in ACCENTS:
            return Node("accent", ACCENTS[name], [self.argument()])
        if name in ("mathbf", "boldsymbol"):
            return Node("bold", parts=[self.argument()])
        if name == "left":
            return self.fenced()
        if name == "begin":
            return self.table(self.raw())
        raise ValueError(f"\\{name} is not understood in the formula {self.formula!r}")

    def fenced(self) -> Node:
        r"""``\left( … \right)``."""
        opening = self.fence()
        row = self.row(("\\right",))
        self.expect("\\right")
        return Node("fence", opening + "\0" + self.fence(), [row])

    def fence(self) -> str:
        """The sign after ``left`` or ``right``; a dot stands for none."""
        token = self.tokens.pop().removeprefix("\\")
        return "" if token == "." else FENCES.get(token, token)

    def table(self, name: str) -> Node:
        """An environment: rows of cells."""
        if name not in TABLES:
            raise ValueError(f"the environment {name!r} is not understood in {self.formula!r}")
        rows = [Node("cells")]
        while True:
            rows[-1].parts.append(self.row(("&", "\\\\", "\\end")))
            token = self.tokens.pop() if self.tokens else "\\end"
            if token == "\\\\":
                rows.append(Node("cells"))
            elif token == "\\end":
                self.raw()
                return Node("table", name, rows)

    def raw(self) -> str:
        """The text of a group in braces, as it stands."""
        self.skip()
        self.expect("{")
        text = ""
        while self.tokens and self.tokens[-1] != "}":
            text += self.tokens.pop()
        self.expect("}")
        return text

    def expect(self, token: str) -> None:
        """Take ``token`` away."""
        if not self.tokens or self.tokens.pop() != token:
            raise ValueError(f"{token!r} is missing in the formula {self.formula!r}")
