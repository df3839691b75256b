"""Write objects of this project out as source that stands alone.

A generated program has to draw the same sequences and the same initial weights as the server. It
could repeat those formulas in a template, and would one day differ; instead the functions
themselves are copied, with everything they use, stripped of type annotations.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from types import FunctionType, ModuleType
from typing import Any

OURS = "app."


class Inliner:
    """Collects definitions in the order in which they have to be written."""

    def __init__(self) -> None:
        self._blocks: dict[str, str] = {}
        self._imports: set[str] = set()

    def source(self) -> str:
        """Return the imports and all definitions so far."""
        return "\n".join(sorted(self._imports)) + "\n\n\n" + "\n\n\n".join(self._blocks.values())

    def function(self, function: Callable[..., Any]) -> None:
        """Add a function and all that it uses."""
        target = inspect.unwrap(function)
        self._add(target.__name__, _parsed(target), sys.modules[target.__module__])

    def instance(self, value: Any, methods: Iterable[str] | None = None) -> None:
        """Add the class of a frozen dataclass instance, with its field values written in.

        Parameters
        ----------
        value : dataclass instance
        methods : iterable of str, optional
            Which methods and properties to keep; all but ``__post_init__`` by default.
        """
        assert is_dataclass(value)
        cls = type(value)
        keep = None if methods is None else set(methods)
        tree = _parsed(cls)
        assert isinstance(tree, ast.ClassDef)
        body: list[ast.stmt] = [ast.Expr(ast.Constant(cls.__doc__))]
        settings = {field.name: getattr(value, field.name) for field in fields(value)}
        for name, setting in settings.items():
            body += ast.parse(f"{name} = {setting!r}").body
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                if node.name != "__post_init__" and (keep is None or node.name in keep):
                    body.append(node)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                is_constant = node.target.id not in settings and node.value is not None
                body += [node] if is_constant else []
        tree.body, tree.decorator_list, tree.bases = body, [], []
        self._add(cls.__name__, tree, sys.modules[cls.__module__])

    def _add(self, name: str, tree: ast.stmt, module: ModuleType) -> None:
        if name in self._blocks:
            return
        self._blocks[name] = ""  # keeps its place while what it uses is written before it
        tree = _Strip().visit(tree)
        for used in sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}):
            self._resolve(used, module)
        del self._blocks[name]
        self._blocks[name] = ast.unparse(ast.fix_missing_locations(tree))

    def _resolve(self, name: str, module: ModuleType) -> None:
        """Add what a global name of a module stands for."""
        if name not in vars(module) or name in self._blocks:
            return
        value = vars(module)[name]
        home = getattr(value, "__module__", None)
        if isinstance(value, ModuleType):
            alias = "" if value.__name__ == name else f" as {name}"
            self._imports.add(f"import {value.__name__}{alias}")
        elif callable(value) and isinstance(home, str):
            if not home.startswith(OURS):
                self._imports.add(f"from {home} import {name}")
            elif isinstance(inspect.unwrap(value), FunctionType):
                self.function(inspect.unwrap(value))
            else:
                self._add(name, _parsed(value), sys.modules[home])
        else:
            assignment, place = _assignment(name, module)
            self._add(name, assignment, place)


class _Strip(ast.NodeTransformer):
    """Takes type annotations away."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:  # the field of a dataclass, which needs some annotation
            node.annotation = ast.Name("object", ast.Load())
            return node
        return ast.Assign([node.target], self.visit(node.value), lineno=node.lineno)


def _parsed(value: Any) -> ast.stmt:
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _assignment(name: str, module: ModuleType) -> tuple[ast.stmt, ModuleType]:
    """Return the statement that gives a constant its value, and the module where it stands."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
            if name in names:
                return node, module
        elif isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names):
            return _assignment(name, sys.modules[str(node.module)])
    raise LookupError(f"{name} has no definition in {module.__name__}")
