"""Which TensorFlow and Keras names a program asks for, and where, found without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

ROOTS = ("tensorflow", "keras", "tf_keras", "tensortape")


class Use(NamedTuple):
    """One place that asks for a name.

    `path` is the whole name, such as `tensorflow.math.tanh`, `written` what the program calls it.
    """

    path: str
    written: str
    line: int


Aliases = dict[str, str]


def find_uses(tree: ast.Module, aliases: Aliases | None = None) -> list[Use]:
    """Return every use of a TensorFlow or Keras name, in the order of the lines.

    `aliases` says what names stand for when the program starts, and is kept up to date: cells of a
    notebook share one.

    >>> find_uses(ast.parse("import tensorflow as tf; tf.math.tanh(x).numpy()"))
    [Use(path='tensorflow', written='tensorflow', line=1),
     Use(path='tensorflow.math.tanh', written='tf.math.tanh', line=1)]
    """
    finder = _Finder({} if aliases is None else aliases)
    finder.run(tree.body)
    return sorted(set(finder.uses), key=lambda use: (use.line, use.path))


class _Finder(ast.NodeVisitor):
    """Walks one scope; bodies of functions wait until the scope around them is complete."""

    def __init__(self, aliases: Aliases) -> None:
        self.aliases = aliases
        self.uses: list[Use] = []
        self.waiting: list[tuple[list[str], list[ast.AST]]] = []

    def run(self, body: list[ast.stmt] | list[ast.AST]) -> None:
        for node in body:
            self.visit(node)
        for hidden, inner in self.waiting:
            scope = {name: path for name, path in self.aliases.items() if name not in hidden}
            finder = _Finder(scope)
            finder.run(inner)
            self.uses += finder.uses
        self.waiting = []

    def visit_Import(self, node: ast.Import) -> None:
        for item in node.names:
            if item.name.partition(".")[0] not in ROOTS:
                self.aliases.pop(item.asname or item.name.partition(".")[0], None)
                continue
            self.uses.append(Use(item.name, item.name, node.lineno))
            bound = item.asname or item.name.partition(".")[0]
            self.aliases[bound] = item.name if item.asname else bound

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        known = not node.level and module.partition(".")[0] in ROOTS
        for item in node.names:
            bound = item.asname or item.name
            if not known:
                self.aliases.pop(bound, None)
                continue
            path = module if item.name == "*" else f"{module}.{item.name}"
            self.uses.append(Use(path, f"from {module} import {item.name}", node.lineno))
            if item.name != "*":
                self.aliases[bound] = path

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        chain = self._chain(node.value)
        for target in node.targets:
            if chain and isinstance(target, ast.Name):
                self.aliases[target.id] = chain[0]
            else:
                self.visit(target)
                self._forget(target)

    def visit_For(self, node: ast.For) -> None:
        self._forget(node.target)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self._forget(item.optional_vars)
        for inner in node.body:
            self.visit(inner)

    def visit_Try(self, node: ast.Try) -> None:
        """What stands under a handler for its absence is asked for at the program's own risk."""
        before = len(self.uses)
        for inner in node.body:
            self.visit(inner)
        if any(_handles_absence(handler) for handler in node.handlers):
            del self.uses[before:]
        for handler in node.handlers:
            for inner in handler.body:
                self.visit(inner)
        for inner in [*node.orelse, *node.finalbody]:
            self.visit(inner)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.aliases.pop(node.name, None)
        for outside in [*node.decorator_list, *_annotations(node.args), node.returns]:
            if outside is not None:
                self.visit(outside)
        self.waiting.append(([*_parameters(node.args), *_bound(node.body)], [*node.body]))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in _annotations(node.args):
            self.visit(default)
        self.waiting.append((_parameters(node.args), [node.body]))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outside in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.visit(outside)
        self.aliases.pop(node.name, None)
        self.waiting.append(([], [*node.body]))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain = self._chain(node)
        if chain is None:
            self.generic_visit(node)
            return
        path, written = chain
        self.uses.append(Use(path, written, node.lineno))

    def _chain(self, node: ast.AST) -> tuple[str, str] | None:
        """The path and the writing of `tf.math.tanh`; `None` for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.aliases:
            return None
        return (
            ".".join([self.aliases[node.id], *parts]),
            ".".join([node.id, *parts]),
        )

    def _forget(self, target: ast.AST) -> None:
        """A name that is bound to something else is no alias any longer."""
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.aliases.pop(node.id, None)


def _handles_absence(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(caught & {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"})


def _parameters(arguments: ast.arguments) -> list[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    extra = [arguments.vararg, arguments.kwarg]
    return [a.arg for a in [*every, *extra] if a is not None]


def _annotations(arguments: ast.arguments) -> Iterator[ast.AST]:
    """Defaults and annotations: they are evaluated outside of the function."""
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        if argument.annotation is not None:
            yield argument.annotation
    yield from (value for value in [*arguments.defaults, *arguments.kw_defaults] if value)


def _bound(body: list[ast.stmt]) -> list[str]:
    """The names a function binds itself, by anything but an import or an alias."""
    names = []
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.append(node.id)
    return names
