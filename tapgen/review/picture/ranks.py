"""Which column each box of a layered layout stands in, circles broken."""

from __future__ import annotations


def turned_edges(names: list[str], pairs: list[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The edges that lead back to where one came from: turned round, no circle is left."""
    following: dict[str, list[str]] = {}
    for source, target in pairs:
        following.setdefault(source, []).append(target)
    state: dict[str, int] = {}  # 1: on the way, 2: done
    back = set()
    entered = {target for _, target in pairs}
    for start in sorted(names, key=lambda name: name in entered):
        stack = [(start, iter(following.get(start, ())))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            here, rest = stack[-1]
            target = next(rest, "")
            if not target:
                state[here] = 2
                stack.pop()
            elif state.get(target) == 1:
                back.add((here, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(following.get(target, ()))))
    return frozenset(back)


def columns_of(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """The column of each: behind all that lead to it; what nothing leads to stands just before what it leads to."""
    following: dict[str, list[str]] = {}
    open_ones = dict.fromkeys(names, 0)
    for source, target in dict.fromkeys(pairs):
        following.setdefault(source, []).append(target)
        open_ones[target] += 1
    entered = {target for _, target in pairs}
    ranks = dict.fromkeys(names, 0)
    free = [name for name in names if not open_ones[name]]
    while free:
        name = free.pop()
        for target in following.get(name, ()):
            ranks[target] = max(ranks[target], ranks[name] + 1)
            open_ones[target] -= 1
            if not open_ones[target]:
                free.append(target)
    for name, targets in following.items():
        if name not in entered:
            ranks[name] = min(ranks[target] for target in targets) - 1
    lonely = [name for name in names if name not in entered and name not in following]
    for index, name in enumerate(lonely):
        ranks[name] = index % (max(ranks.values()) + 1 if len(names) > len(lonely) else 4)
    return ranks
