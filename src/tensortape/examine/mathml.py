r"""Formulas for pages: LaTeX to MathML, which browsers draw by themselves."""

from __future__ import annotations

import html

from tensortape.examine.latex import TABLES, Node, parse

THIN = '<mspace width="0.17em"></mspace>'
FENCE_SIGNS = set("()[]{}|‖⌊⌋⌈⌉⟨⟩")


def mathml(formula: str, display: bool = False) -> str:
    r"""The MathML of a LaTeX formula.

    >>> mathml(r"\frac{g}{x}")
    '<math><mfrac><mi>g</mi><mi>x</mi></mfrac></math>'

    Raises ``ValueError`` for LaTeX that is not understood.
    """
    style = ' display="block"' if display else ""
    return f"<math{style}>{inner(parse(formula))}</math>"


def element(tag: str, content: str, attributes: str = "") -> str:
    """One element."""
    return f"<{tag}{attributes}>{content}</{tag}>"


def inner(node: Node) -> str:
    """The parts of a row, side by side."""
    if node.kind != "row":
        return convert(node)
    out = ""
    for before, part in zip([None, *node.parts], node.parts, strict=False):
        out += (THIN if before is not None and apart(before, part) else "") + convert(part)
    return out


def apart(left: Node, right: Node) -> bool:
    """Whether a space belongs between two parts: around names of functions and large signs."""
    if right.kind in ("operator", "fence", "space") or left.kind in ("operator", "space"):
        return False
    wide = [n.parts[0] if n.kind == "script" else n for n in (left, right)]
    return wide[0].text != "d" and any(n.kind in ("function", "large") for n in wide)


def convert(node: Node) -> str:
    """The MathML of a node: exactly one element."""
    return CONVERTERS[node.kind](node)


def row(node: Node) -> str:
    """Several elements as one; a single one stays itself."""
    return convert(node.parts[0]) if len(node.parts) == 1 else element("mrow", inner(node))


def operator(node: Node) -> str:
    """A sign; brackets do not grow unless they are a pair."""
    fixed = ' stretchy="false"' if node.text in FENCE_SIGNS else ""
    return element("mo", html.escape(node.text), fixed)


def function(node: Node) -> str:
    """An upright name, with the space that belongs after it."""
    upright = ' mathvariant="normal"' if len(node.text) == 1 else ""
    return element("mi", html.escape(node.text), upright)


def script(node: Node) -> str:
    """Sub- and superscripts; below and above for sums."""
    base, below, above = node.parts
    large = base.kind == "large"
    given = [convert(p) for p in (below, above) if p.kind != "none"]
    if len(given) == 2:
        tag = "munderover" if large else "msubsup"
    elif below.kind != "none":
        tag = "munder" if large else "msub"
    else:
        tag = "mover" if large else "msup"
    return element(tag, convert(base) + "".join(given))


def fence(node: Node) -> str:
    """Brackets that grow with what they hold."""
    opening, closing = node.text.split("\0")
    signs = [
        element("mo", html.escape(s), ' fence="true"') if s else "" for s in (opening, closing)
    ]
    return element("mrow", signs[0] + inner(node.parts[0]) + signs[1])


def table(node: Node) -> str:
    """Rows of cells in their brackets."""
    sides = SIDES.get(node.text, ())
    rows = "".join(element("mtr", cells_of(cells.parts, sides)) for cells in node.parts)
    opening, closing = TABLES[node.text]
    large = ' displaystyle="true"' if node.text == "aligned" else ""
    signs = [element("mo", s, ' fence="true"') if s else "" for s in (opening, closing)]
    return element("mrow", signs[0] + element("mtable", rows, large) + signs[1])


def cells_of(cells: list[Node], sides: tuple[str, ...]) -> str:
    """The cells of a row; browsers know no other way to align them than styles."""
    styles = [f' style="text-align:{side}"' for side in sides]
    styles += [""] * (len(cells) - len(styles))
    return "".join(
        element("mtd", inner(cell), style) for cell, style in zip(cells, styles, strict=False)
    )


def accent(node: Node) -> str:
    """A sign above."""
    sign = element("mo", node.text, ' stretchy="false"')
    return element("mover", convert(node.parts[0]) + sign, ' accent="true"')


def space(node: Node) -> str:
    """A gap."""
    return f'<mspace width="{"0.17em" if node.text == "thin" else "1.2em"}"></mspace>'


SIDES = {"aligned": ("right", "left"), "cases": ("left", "left")}
CONVERTERS = {
    "row": row,
    "number": lambda node: element("mn", html.escape(node.text)),
    "name": lambda node: element("mi", html.escape(node.text)),
    "large": lambda node: element("mo", {"Σ": "∑", "Π": "∏"}.get(node.text, node.text)),
    "text": lambda node: element("mtext", html.escape(node.text).replace(" ", "\u00a0")),
    "frac": lambda node: element("mfrac", convert(node.parts[0]) + convert(node.parts[1])),
    "sqrt": lambda node: element("msqrt", inner(node.parts[0])),
    "bold": lambda node: element("mstyle", inner(node.parts[0]), ' style="font-weight:bold"'),
    "operator": operator,
    "function": function,
    "script": script,
    "fence": fence,
    "table": table,
    "accent": accent,
    "space": space,
}
