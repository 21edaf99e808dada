r"""Names, numbers and formulas of operations as LaTeX, with the letters of a rule put in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_TOKEN = re.compile(
    r"\\(?:text|operatorname|mathrm|mathtt|begin|end)\{[^}]*\}|\\[A-Za-z]+|\\.|[A-Za-z]|.", re.S
)
_SENT = re.compile(r"^\\mathrm\{d\}([a-z])(?:_i)? = ")


@dataclass
class Letters:
    """An operation's formulas and what its letters stand for."""

    forward: str = ""
    backward: str = ""
    names: dict[str, str] = field(default_factory=dict)
    operands: dict[str, Any] = field(default_factory=dict)


def parts_of(step: Any, names: dict[int, str], wanted: int | None) -> Letters:
    """The right sides of a step's formulas: of the value, and of what input ``wanted`` is sent."""
    forward, backward = step.latex
    sent = {}
    for part in backward.split(r", \quad "):
        match = _SENT.match(part)
        if match:
            sent[match[1]] = part[match.end() :]
    letters = list(sent) or ["x"]
    inputs = list(step.inputs)
    skip = len(inputs) - len(letters) if step.op in ("SelectV2", "Select") else 0
    found = Letters(right_side(forward))
    many = len(letters) == 1 and len(inputs) > 1 and step.op in ("AddN", "ConcatV2", "Pack")
    for i, operand in enumerate(inputs[skip:]):
        letter = letters[i] if i < len(letters) else "xabcdefh"[i]
        if many:
            letter = letters[0]
        if wanted is None or not many or i + skip == wanted:
            found.names[letter], found.operands[letter] = names[operand.number], operand
        if i + skip == wanted:
            found.backward = sent.get(letter, "")
            found.names["x"] = found.names.get("x", names[operand.number])
    if many:
        found.forward = ""
        if step.op == "AddN":
            found.forward = " + ".join(names[o.number] for o in inputs)
            found.names = dict.fromkeys(found.names, "") if wanted is None else found.names
    found.names["y"], found.operands["y"] = names[step.outputs[0].number], step.outputs[0]
    return found


def right_side(formula: str) -> str:
    """What stands behind ``y =``; empty for formulas of another form."""
    return formula[4:] if formula.startswith("y = ") else ""


def substitute(formula: str, letters: dict[str, str]) -> str:
    r"""A formula with its letters replaced; what needs brackets gets them.

    >>> substitute(r"g \cdot \cos(x)", {"g": "2", "x": "-1"})
    '2 \\cdot \\cos(-1)'
    >>> substitute("x^2 - a", {"x": "-1", "a": "-3"})
    '\\left(-1\\right)^2 - \\left(-3\\right)'
    """
    tokens = _TOKEN.findall(formula)
    out: list[str] = []
    for i, token in enumerate(tokens):
        if token not in letters:
            out.append(token)
            continue
        new = letters[token]
        before = "".join(out).rstrip()[-1:]
        after = "".join(tokens[i + 1 : i + 3]).strip()[:1]
        out.append(bracketed(new, before, after))
    return "".join(out)


def bracketed(text: str, before: str, after: str) -> str:
    """In brackets, where signs or powers would be read wrongly without."""
    compound = text.startswith("-") or " + " in text or " - " in text or r"\times" in text
    alone = before in ("", "(", "{", "|", ",", "=") and after in ("", ")", "}", "|", ",")
    powered = after == "^" and (compound or "\\frac" in text or "^" in text)
    needs = powered or (compound and not alone and not (before == "" and after != "^"))
    return rf"\left({text}\right)" if needs else text


def added(terms: list[str]) -> str:
    """A sum, with minus signs in their place.

    >>> added(["a", "-b"])
    'a - b'
    """
    out = terms[0] if terms else ""
    for term in terms[1:]:
        out += f" - {term[1:].lstrip()}" if term.startswith("-") else f" + {term}"
    return out


def symbol(name: str) -> str:
    r"""A user's name as LaTeX.

    >>> symbol("x"), symbol("w_1"), symbol("loss"), symbol("weights[0]"), symbol("theta")
    ('x', 'w_{1}', '\\mathrm{loss}', '\\mathrm{weights}_{0}', '\\theta')
    """
    greek = "alpha beta gamma delta epsilon theta kappa lambda mu nu xi rho sigma tau phi chi psi"
    match = re.fullmatch(r"([A-Za-z]+?)_?\[?(\d*)\]?", name)
    if match is None:
        plain = re.sub(r"[^A-Za-z0-9]+", " ", name).strip()
        return rf"\mathrm{{{plain}}}"
    word, index = match.groups()
    if word in [*greek.split(), "omega", "eta"]:
        word = "\\" + word
    elif len(word) > 1:
        word = rf"\mathrm{{{word}}}"
    return word + (f"_{{{index}}}" if index else "")


def number(value: Any) -> str:
    r"""A number, vector or matrix as LaTeX, to four digits.

    >>> number(np.float32(0.5)), number(1.25e-7), number(np.array([1.0, 2.0]))
    ('0.5', '1.25 \\times 10^{-7}', '\\begin{pmatrix}1 & 2\\end{pmatrix}')
    """
    if value is None:
        return ""
    a = np.asarray(value)
    if a.ndim == 0:
        return scalar(a.item())
    if a.ndim > 2:
        return r"\text{[" + ", ".join(map(str, a.shape)) + "]}"
    rows = [" & ".join(scalar(v) for v in row) for row in np.atleast_2d(a).tolist()]
    return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"


def scalar(value: Any) -> str:
    """One number."""
    if isinstance(value, bool | str):
        return rf"\text{{{value!s}}}"
    if isinstance(value, complex):
        return rf"{scalar(value.real)} + {scalar(value.imag)} i"
    if value != value:
        return r"\text{NaN}"
    if value in (float("inf"), float("-inf")):
        return r"\infty" if value > 0 else r"-\infty"
    digits, _, power = f"{value:.4g}".partition("e")
    return rf"{digits} \times 10^{{{int(power)}}}" if power else digits
