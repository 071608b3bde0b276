"""Circular imports."""

from __future__ import annotations


def cycles(edges: set[tuple[str, str, str, int]]) -> list[tuple[tuple[str, ...], str, int]]:
    """Circular imports at module level: the modules in order, and file and line of the import that closes each."""
    graph: dict[str, dict[str, tuple[str, int]]] = {}
    for importer, imported, file, line in sorted(edges):
        graph.setdefault(importer, {}).setdefault(imported, (file, line))
    found: list[tuple[tuple[str, ...], str, int]] = []
    done: set[str] = set()
    for start in sorted(graph):
        path: list[str] = []
        stack = [(start, iter(sorted(graph[start])))] if start not in done else []
        path += [start] if stack else []
        while stack:
            following = next(stack[-1][1], None)
            if following is None:
                done.add(stack.pop()[0])
                path.pop()
            elif following in path:
                file, line = graph[path[-1]][following]
                found.append((tuple(path[path.index(following) :]), file, line))
            elif following not in done:
                path.append(following)
                stack.append((following, iter(sorted(graph.get(following, {})))))
    return found
