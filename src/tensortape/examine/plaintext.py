r"""Formulas for terminals: LaTeX to a line of text."""

from __future__ import annotations

from tensortape.examine.latex import TABLES, Node, parse

RAISED = dict(zip("0123456789+−=()nijkxT⊤*′ab", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱʲᵏˣᵀᵀ*′ᵃᵇ", strict=True))
LOWERED = dict(zip("0123456789+−=()aeijknmxptrs", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₙₘₓₚₜᵣₛ", strict=True))
SPACED = set("=+−·×⊙≤≥≠≈∈→±@<>/∘∗∼≡⋆")
OPENING = set("([{|⌊⌈⟨,=+−·×⊙≤≥<>/")


def plain_text(formula: str) -> str:
    r"""A LaTeX formula in one line of text.

    >>> plain_text(r"\mathrm{d}x = -\frac{g}{\sqrt{1 - x^2}}")
    'dx = −g / √(1 − x²)'
    """
    return " ".join(line(parse(formula)).split())


def line(node: Node) -> str:
    """The text of a node."""
    return WRITERS[node.kind](node)


def row(node: Node) -> str:
    """Parts side by side: spaces around signs between two operands, after commas and names."""
    out = ""
    for i, part in enumerate(node.parts):
        before = out.rstrip()
        text = line(part)
        if part.kind == "operator" and part.text in SPACED:
            unary = part.text == "−" and (not before or before[-1] in OPENING)
            out += text if unary else f" {text} "
        elif part.text == ",":
            out += ", "
        elif part.kind in ("function", "large"):
            gap = " " if before and before[-1] not in OPENING else ""
            out += gap + text + (" " if applied(node.parts, i) else "")
        else:
            out += text
    return out


def applied(parts: list[Node], i: int) -> bool:
    """Whether a function's argument follows without brackets, so that a space is needed."""
    if i + 1 == len(parts) or parts[i].text == "d":
        return False
    after = parts[i + 1]
    return after.kind in ("name", "number", "script", "frac", "function", "large", "bold")


def simple(text: str) -> bool:
    """Whether a text needs no brackets as an operand."""
    bare = text.removeprefix("√")
    return not any(sign in text[1:] for sign in " ·/+−") or bare[:1] + bare[-1:] in ("()", "||")


def bracketed(text: str) -> str:
    """An operand in brackets where it needs them."""
    return text if simple(text) else f"({text})"


def fraction(node: Node) -> str:
    """Above / below."""
    above, below = (" ".join(line(part).split()) for part in node.parts)
    has_sum = any(f" {sign} " in above for sign in "+−")
    return f"{f'({above})' if has_sum else above} / {bracketed(below)}"


def root(node: Node) -> str:
    """√x, √(a + b)."""
    return "√" + bracketed(" ".join(line(node.parts[0]).split()))


def script(node: Node) -> str:
    """Sub- and superscripts, in small letters where there are such."""
    base, below, above = node.parts
    text = line(base)
    if below.kind != "none":
        text += small(line(below), LOWERED, "_")
    if above.kind != "none":
        text += small(line(above), RAISED, "^")
    return text + (" " if base.kind in ("large", "function") else "")


def small(text: str, signs: dict[str, str], mark: str) -> str:
    """``text`` in small letters, or after a mark."""
    text = text.strip()
    dense = text.replace(" ", "")
    if all(c in signs for c in dense):
        return "".join(signs[c] for c in dense)
    return mark + (text if len(text) == 1 else f"({text})")


def fence(node: Node) -> str:
    """What stands in brackets."""
    opening, closing = node.text.split("\0")
    return opening + line(node.parts[0]).strip() + closing


def table(node: Node) -> str:
    """Rows after each other."""
    opening, closing = TABLES[node.text] if node.text != "cases" else ("", "")
    rows = [" ".join(line(c).strip() for c in cells.parts) for cells in node.parts]
    return opening + ("; " if node.text == "aligned" else ", ").join(rows) + closing


WRITERS = {
    "row": row,
    "number": lambda node: node.text,
    "name": lambda node: node.text,
    "large": lambda node: node.text,
    "text": lambda node: node.text,
    "function": lambda node: node.text,
    "operator": lambda node: node.text,
    "none": lambda node: "",
    "space": lambda node: " ",
    "bold": lambda node: line(node.parts[0]),
    "accent": lambda node: line(node.parts[0]) + {"¯": "\u0304", "^": "\u0302"}.get(node.text, ""),
    "frac": fraction,
    "sqrt": root,
    "script": script,
    "fence": fence,
    "table": table,
}
