"""`%pip install tensorflow` in a notebook: answered, since TensorTape serves TensorFlow here."""

from __future__ import annotations

import re
import shlex
from typing import Any

SERVED = frozenset(
    {
        "keras",
        "keras-nightly",
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-cpu-aws",
        "tensorflow-gpu",
        "tensorflow-intel",
        "tensorflow-macos",
        "tensorflow-metal",
        "tensorflow-rocm",
        "tf-nightly",
        "tf-nightly-cpu",
        "tf-nightly-gpu",
    }
)
# options of `pip install` that take the next word as their value
VALUED = frozenset(
    """-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f
    --find-links -t --target --prefix --root --src --platform --python-version --implementation
    --abi --cache-dir --proxy --retries --timeout --exists-action --trusted-host --cert
    --client-cert --log --progress-bar --report --no-binary --only-binary -C --config-settings
    --upgrade-strategy --global-option --use-feature --use-deprecated --python""".split()
)
NEEDS = frozenset("-r --requirement -e --editable".split())  # values that are requirements
_SHELL_PIP = re.compile(
    r"^\s*(?:sudo\s+)?(?:uv\s+pip|pip[\d.]*|\S*python[\d.]*(?:\.exe)?['\"]?\s+-m\s+pip)\s+(.*)$"
)


def split_install(line: str) -> tuple[list[str], str] | None:
    """Return the packages of a `pip install` line that TensorTape serves, and the rest of the line.

    The rest is "" when nothing else is to be installed. `None` means the line asks for none of
    them and is pip's own business.

    >>> split_install("install -q tensorflow==2.15 pydot")
    (['tensorflow'], 'install -q pydot')
    >>> split_install("install 'tensorflow[and-cuda]>=2' --upgrade")
    (['tensorflow'], '')
    >>> split_install("install matplotlib") is None
    True
    """
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return None
    if "install" not in words or any(word in {"|", "&&", ";", "||"} for word in words):
        return None
    served, kept, wanted = _sort_words(words)
    if not served:
        return None
    return served, shlex.join(kept) if wanted else ""


def _sort_words(words: list[str]) -> tuple[list[str], list[str], bool]:
    """Sort into served packages and words to keep; and whether the latter install anything."""
    served, kept, wanted = [], [], False
    start = words.index("install") + 1
    option = ""
    for word in words[start:]:
        if option:
            wanted |= option in NEEDS
            kept.append(word)
            option = ""
        elif word.startswith("-"):
            kept.append(word)
            option = word if word in VALUED else ""
            wanted |= any(word.startswith(f"{name}=") for name in NEEDS)
        elif _project(word) in SERVED:
            served.append(_project(word))
        else:
            kept.append(word)
            wanted = True
    return served, words[:start] + kept, wanted


def _project(requirement: str) -> str:
    """Return the normalised project name of a requirement such as `tensorflow[x]>=2`."""
    name = re.split(r"[\[<>=!~;@\s]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def answer(served: list[str]) -> str:
    """Return the line that stands for the installation of the served packages."""
    names = ", ".join(dict.fromkeys(served))
    return f"TensorTape serves {names} in this notebook: nothing to install for it."


def register(shell: Any) -> None:
    """Answer `%pip install tensorflow` and `!pip install tensorflow` in an IPython shell."""
    for name in ("pip", "uv"):
        magic = shell.find_line_magic(name)
        if magic is not None:
            shell.register_magic_function(_answering(magic), "line", name)
    run = shell.system

    def system(command: str) -> None:
        match = _SHELL_PIP.match(command)
        split = split_install(match[1]) if match else None
        if match is None or split is None:
            run(command)
            return
        print(answer(split[0]))
        if split[1]:
            run(command[: match.start(1)] + split[1])

    shell.system = system


def _answering(magic: Any) -> Any:
    def pip(line: str) -> None:
        split = split_install(line)
        if split is None:
            magic(line)
            return
        print(answer(split[0]))
        if split[1]:
            magic(split[1])

    pip.__doc__ = magic.__doc__
    return pip
