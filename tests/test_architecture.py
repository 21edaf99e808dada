"""Which way imports point, and how large files and functions may be.

`python tests/test_architecture.py` prints the sizes.
"""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1] / "src" / "tensortape"
PACKAGE = "tensortape"

# A folder imports from itself and from those before it; the face (`__init__`) is above all.
LAYERS = (
    "core",
    "arrays",
    "ops",
    "autodiff",
    "graph",
    "xla",
    "data",
    "distribute",
    "train",
    "examine",
    "compat",
    "cli",
)
FACE = len(LAYERS)
MAY_IMPORT_LAZILY = {"compat", "cli"}
MAY_IMPORT_JAX = {"xla"}
MAY_IMPORT_EXAMINE = {"examine", "compat", "cli"}

FILE_LINES = 500
FUNCTION_LINES = 60
REPORTED_FUNCTION_LINES = (18, 40)


class Import(NamedTuple):
    """One import of a module of this package or another."""

    target: str
    line: int
    in_function: bool
    for_types_only: bool


class Module(NamedTuple):
    """One source file."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def layer(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 and parts[1] != "__main__" else ""


def read_modules() -> dict[str, Module]:
    modules = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = (PACKAGE, *path.relative_to(ROOT).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules[name] = Module(name, path, ast.parse(path.read_text(), str(path)))
    return modules


MODULES = read_modules()


def rank(layer: str) -> int:
    return LAYERS.index(layer) if layer else FACE


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports(module: Module) -> Iterator[Import]:
    """Every import of a file, `from package import module` resolved to the module."""

    def walk(node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for target in targets(child):
                yield Import(target, child.lineno, in_function, for_types)
            inner = in_function or isinstance(
                child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
            )
            yield from walk(child, inner, for_types or is_type_checking(child))

    return walk(module.tree, False, False)


def targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        return [
            joined if (joined := f"{base}.{alias.name}") in MODULES else base
            for alias in node.names
        ]
    return []


def own_imports(module: Module) -> Iterator[Import]:
    return (i for i in imports(module) if i.target.split(".")[0] == PACKAGE)


def where(module: Module, line: int) -> str:
    return f"{module.path.relative_to(ROOT.parents[1])}:{line}"


def test_every_module_has_its_place():
    assert {m.layer for m in MODULES.values()} <= {"", *LAYERS}


def test_imports_are_absolute():
    wrong = [where(m, i.line) for m in MODULES.values() for i in imports(m) if i.target[0] == "."]
    assert not wrong, f"relative imports: {wrong}"


def test_imports_point_downwards():
    wrong = [
        f"{where(m, i.line)}: {m.layer} imports {i.target}"
        for m in MODULES.values()
        for i in own_imports(m)
        if not points_downwards(m, i)
    ]
    assert not wrong, "a folder imports only from itself and those before it:\n" + "\n".join(wrong)


def points_downwards(module: Module, imported: Import) -> bool:
    layer = imported.target.split(".")[1] if "." in imported.target else ""
    if layer not in ("", *LAYERS):
        layer = ""  # a name that the face offers
    if layer == "examine" and module.layer and module.layer not in MAY_IMPORT_EXAMINE:
        return False
    if not layer:
        return not module.layer or module.layer in MAY_IMPORT_LAZILY
    return rank(layer) <= rank(module.layer)


def test_imports_stand_at_the_top():
    wrong = [
        f"{where(m, i.line)}: {i.target}"
        for m in MODULES.values()
        for i in imports(m)
        if i.in_function and m.layer and m.layer not in MAY_IMPORT_LAZILY
    ]
    assert not wrong, (
        "imports inside functions (use core.lazy.lazy_import for optional packages):\n"
        + "\n".join(wrong)
    )


def test_only_xla_imports_jax():
    wrong = [
        where(m, i.line)
        for m in MODULES.values()
        for i in imports(m)
        if i.target.split(".")[0] in ("jax", "jaxlib") and m.layer not in MAY_IMPORT_JAX
    ]
    assert not wrong, f"jax is imported outside of xla/: {wrong}"


def test_nothing_imports_tensorflow():
    wrong = [
        where(m, i.line)
        for m in MODULES.values()
        for i in imports(m)
        if i.target.split(".")[0] == "tensorflow"
    ]
    assert not wrong, f"tensorflow is imported: {wrong}"


def import_graph() -> dict[str, set[str]]:
    """Which modules importing a module imports, imports for type checkers left out."""
    return {
        name: {
            i.target
            for i in own_imports(module)
            if i.target in MODULES and not i.in_function and not i.for_types_only
        }
        - {name}
        for name, module in MODULES.items()
    }


def find_cycle(graph: dict[str, set[str]]) -> list[str] | None:
    """Some cycle of a graph, its first node repeated at the end; `None` when there is none."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        for following in sorted(graph.get(node, ())):
            cycle = visit(following, [*path, node])
            if cycle:
                return cycle
        done.add(node)
        return None

    for node in sorted(graph):
        cycle = visit(node, [])
        if cycle:
            return cycle
    return None


def test_imports_make_no_cycle():
    cycle = find_cycle(import_graph())
    assert cycle is None, " imports\n".join(cycle)


@pytest.mark.parametrize(
    ("graph", "cycle"),
    [
        ({"a": {"b"}, "b": set()}, None),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, None),
    ],
)
def test_cycles_are_found(graph, cycle):
    assert find_cycle(graph) == cycle


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, source: list[str]) -> int:
    """The lines of a function that are neither blank nor comment nor docstring."""
    lines = set(range(function.lineno, function.end_lineno + 1))
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= set(range(first.lineno, first.end_lineno + 1))
    texts = (source[number - 1].strip() for number in lines)
    return sum(1 for text in texts if text and not text.startswith("#"))


def function_sizes() -> list[tuple[int, str]]:
    sizes = []
    for module in MODULES.values():
        source = module.path.read_text().splitlines()
        for function in functions(module):
            place = f"{where(module, function.lineno)} {function.name}"
            sizes.append((code_lines(function, source), place))
    return sizes


def file_sizes() -> list[tuple[int, str]]:
    return [(len(m.path.read_text().splitlines()), where(m, 1)) for m in MODULES.values()]


def test_files_are_small():
    wrong = [f"{place}: {size} lines" for size, place in file_sizes() if size > FILE_LINES]
    assert not wrong, f"files over {FILE_LINES} lines:\n" + "\n".join(wrong)


def test_functions_are_small():
    wrong = [f"{place}: {size}" for size, place in function_sizes() if size > FUNCTION_LINES]
    assert not wrong, f"functions over {FUNCTION_LINES} code lines:\n" + "\n".join(wrong)


def report() -> str:
    files, sizes = sorted(file_sizes()), sorted(function_sizes())
    lines = [
        f"{len(files)} files, {sum(size for size, _ in files)} lines; "
        f"median {statistics.median(size for size, _ in files):.0f}, "
        f"p90 {files[int(0.9 * len(files))][0]}, largest {files[-1][0]} ({files[-1][1]})",
        f"{len(sizes)} functions; p90 {sizes[int(0.9 * len(sizes))][0]} code lines, "
        f"largest {sizes[-1][0]} ({sizes[-1][1]})",
    ]
    for limit in REPORTED_FUNCTION_LINES:
        over = [place for size, place in sizes if size > limit]
        lines.append(f"over {limit} code lines: {len(over)} ({len(over) / len(sizes):.1%})")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
