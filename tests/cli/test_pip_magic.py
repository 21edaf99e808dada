"""`pip install` lines in notebooks: which words are answered and which are pip's."""

from __future__ import annotations

import pytest

from tensortape.compat.pip_magic import register, split_install

ANSWERED = [
    ("install tensorflow", ["tensorflow"], ""),
    ("install -q -U tensorflow==2.15.0", ["tensorflow"], ""),
    ("install 'tensorflow[and-cuda]>=2.10,<3' keras", ["tensorflow", "keras"], ""),
    ("install TensorFlow_CPU", ["tensorflow-cpu"], ""),
    ("install tf-nightly # newest", ["tf-nightly"], ""),
    ("install tensorflow numpy", ["tensorflow"], "install numpy"),
    ("install -i https://x.example/ keras pydot", ["keras"], "install -i https://x.example/ pydot"),
    ("install -r more.txt keras", ["keras"], "install -r more.txt"),
    ("install --index-url https://x.example/ keras", ["keras"], ""),
    ("install 'keras @ git+https://x.example/k.git'", ["keras"], ""),
]
LEFT_ALONE = [
    "install matplotlib",
    "install tensorflow-datasets tensorflow_probability tf-keras",
    "install -r tensorflow",
    "install --target keras numpy",
    "show tensorflow",
    "uninstall -y tensorflow",
    "install './tensorflow",
    "install tensorflow && echo done",
    "",
]


@pytest.mark.parametrize(("line", "served", "rest"), ANSWERED)
def test_served_packages_are_split_off(line, served, rest):
    assert split_install(line) == (served, rest)


@pytest.mark.parametrize("line", LEFT_ALONE)
def test_other_lines_are_pips_business(line):
    assert split_install(line) is None


class Shell:
    """As much of an IPython shell as the magic touches."""

    def __init__(self):
        self.ran = []
        self.magics = {"pip": lambda line: self.ran.append("%pip " + line)}

    def find_line_magic(self, name):
        return self.magics.get(name)

    def register_magic_function(self, function, kind, name):
        assert kind == "line"
        self.magics[name] = function

    def system(self, command):
        self.ran.append("!" + command)


@pytest.mark.parametrize(
    ("command", "ran", "answered"),
    [
        ("pip install tensorflow", [], True),
        ("pip3 install -q tensorflow", [], True),
        ("/usr/bin/python3 -m pip install keras", [], True),
        ("uv pip install keras numpy", ["!uv pip install numpy"], True),
        ("pip install numpy", ["!pip install numpy"], False),
        ("echo pip install tensorflow", ["!echo pip install tensorflow"], False),
    ],
)
def test_shell_lines(capsys, command, ran, answered):
    shell = Shell()
    register(shell)
    shell.system(command)
    assert shell.ran == ran
    assert ("TensorTape serves" in capsys.readouterr().out) is answered


def test_magic_lines(capsys):
    shell = Shell()
    register(shell)
    for line in ("install tensorflow", "install tensorflow pydot", "install matplotlib", "list"):
        shell.magics["pip"](line)
    assert shell.ran == ["%pip install pydot", "%pip install matplotlib", "%pip list"]
    assert capsys.readouterr().out.count("TensorTape serves tensorflow") == 2
