"""Which modules of a checkout import which, and which of them import each other in a circle?

Read from the source: imports at the top of a module and in its functions alike; those for type
checkers only are no imports. A parent package is not counted as imported with its modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGES = ("analyzers", "indexer")

Graph = Mapping[str, set[str]]
"""By module, what it imports: our modules and others, by their full names."""


def modules_of(root: Path) -> dict[str, Path]:
    """The file of each of our modules, by its full name."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    }


def graph_of(root: Path) -> dict[str, set[str]]:
    """What each of our modules imports."""
    modules = modules_of(root)
    return {name: set(_imports(path, modules)) for name, path in modules.items()}


def _imports(path: Path, modules: Mapping[str, Path]) -> Iterator[str]:
    """What a module imports; of `from a import b` it is a.b where that is a module, else a."""
    for node in _statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, path, modules)
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield inner if inner in modules else source


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a module but those under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield other
                yield from _statements(other)
            continue
        yield child
        yield from _statements(child)


def _absolute(node: ast.ImportFrom, path: Path, modules: Mapping[str, Path]) -> str:
    """The full name of what is imported from."""
    if not node.level:
        return node.module or ""
    own = next(name for name, file in modules.items() if file == path).split(".")
    package = own if path.name == "__init__.py" else own[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, node.module] if node.module else package)


def circles(graph: Graph) -> list[list[str]]:
    """The sets of modules that reach each other, each sorted; the largest first.

    They are the strongly connected components of more than one module (Tarjan 1972).
    """
    found: list[list[str]] = []
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        path.append(module)
        for other in sorted(graph[module]):
            if other not in graph:
                continue
            if other not in order:
                visit(other)
            if other in path:
                lowest[module] = min(lowest[module], lowest[other])
        if lowest[module] == order[module]:
            at = path.index(module)
            if len(path) > at + 1:
                found.append(sorted(path[at:]))
            del path[at:]

    for module in sorted(graph):
        if module not in order:
            visit(module)
    return sorted(found, key=lambda circle: (-len(circle), circle))
