"""Regular expressions."""

from __future__ import annotations

import re
from typing import Any

from tensortape.core import errors
from tensortape.core.dtypes import bool as boolean
from tensortape.core.registry import export
from tensortape.ops.strings.elements import Again, each, text, text_op

_replace, _match = text_op("RegexReplace"), text_op("RegexFullMatch")


def _compiled(pattern: Any) -> re.Pattern[bytes]:
    value = text(pattern, "pattern").numpy()
    try:
        return re.compile(value)
    except re.error as error:
        raise errors.InvalidArgumentError(
            None, None, f"Invalid pattern: {value!r}, error: {error}"
        ) from None


def _expanded(match: re.Match[bytes], rewrite: bytes) -> bytes:
    r"""The replacement, in which `\1` is the first group and `\0` all that matched."""

    def one(found: re.Match[bytes]) -> bytes:
        letter = found.group(1)
        return (match.group(int(letter)) or b"") if letter.isdigit() else letter

    return re.sub(rb"\\([0-9\\])", one, rewrite)


@export("strings.regex_replace")
def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Any:
    r"""Each element with what matches `pattern` replaced by `rewrite` (`\1` is the first group).

    >>> tf.strings.regex_replace("a1b22", "[0-9]+", "-").numpy()
    b'a-b-'

    Raises `InvalidArgumentError` for a wrong pattern. Source: `tf.strings.regex_replace`.
    """
    compiled, new = _compiled(pattern), text(rewrite, "rewrite").numpy()
    count = 0 if replace_global else 1

    def replace(value: bytes) -> bytes:
        return compiled.sub(lambda match: _expanded(match, new), value, count=count)

    arguments = {
        "pattern": compiled.pattern,
        "rewrite": new,
        "replace_global": count == 0,
    }
    again = Again(replace, "strings.regex_replace", arguments)
    return each(_replace, again, text(input))


@export("strings.regex_full_match")
def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Any:
    """Whether the whole of each element matches `pattern`.

    >>> tf.strings.regex_full_match(["ab", "abc"], "a.").numpy()
    array([ True, False])

    Source: `tf.strings.regex_full_match`.
    """
    compiled = _compiled(pattern)
    again = Again(
        lambda s: compiled.fullmatch(s) is not None,
        "strings.regex_full_match",
        {"pattern": compiled.pattern},
    )
    return each(_match, again, text(input), dtype=boolean)
