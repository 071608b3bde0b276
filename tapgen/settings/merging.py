"""An environment's settings as the project's with its own merged in, and where a merged value was written."""

from __future__ import annotations

from typing import Any

Table = dict[str, Any]
KeyPath = tuple[str | int, ...]


def merged(project: Table, overlay: Table) -> Table:
    """An environment's settings; its own `region` stands for the project's `regions` and the reverse."""
    targets = {"region", "regions"}
    kept = {key: value for key, value in project.items() if key not in targets or not targets & overlay.keys()}
    settings = merge(kept, overlay)
    defaults, functions = settings.get(DEFAULTS), settings.get("functions")
    if not isinstance(defaults, dict) or not isinstance(functions, dict):
        return settings
    return {**settings, "functions": {name: _with_defaults(defaults, name, one) for name, one in functions.items()}}


DEFAULTS = "function_defaults"
OF_ONE = frozenset({"callers", "existing", "name", "routes", "triggers"})
"""What only a function itself can have, no default of all."""


def _with_defaults(defaults: Table, name: str, function: Any) -> Any:
    """A function of the stack's own with the defaults that it does not change; tables are merged as ever."""
    if not isinstance(function, dict) or "existing" in function:
        return function
    return merge({key: value for key, value in defaults.items() if key not in OF_ONE}, function, ("functions", name))


def merge(base: Table, overlay: Table, path: tuple[str, ...] = ()) -> Table:
    """The base with the overlay's values; tables are merged, everything else is replaced.

    `false` takes away what the base has (a function, a trigger, a role), unless false is a value of that setting.
    """
    merged = _owned(base, overlay) if len(path) == PART else dict(base)
    for key, value in overlay.items():
        old = merged.get(key)
        if len(path) == PART and key == "existing" and value is False:
            merged.pop(key, None)
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value, (*path, key))
        elif key in merged and value is False and _takes_away((*path, key)):
            del merged[key]
        else:
            merged[key] = value
    return merged


PART = 2
"""Steps to a part's table: its kind and its name."""

BESIDE_EXISTING = frozenset({"encryption", "stream"})


def _owned(base: Table, overlay: Table) -> Table:
    """What an environment takes over of a part: of one that it finds existing, or makes its own, just what may stay."""
    if "existing" in overlay and "existing" not in base:
        return {key: value for key, value in base.items() if key in BESIDE_EXISTING - {"stream"}}
    if "existing" in base and "existing" not in overlay and overlay.keys() - BESIDE_EXISTING:
        return {key: value for key, value in base.items() if key != "existing"}
    return dict(base)


def _takes_away(path: tuple[str, ...]) -> bool:
    """False at this path is no value of the setting."""
    from tapgen.settings.explain import explain

    value: Any = False
    for step in reversed(path):
        value = {step: value}
    return any(where[: len(path)] == path for where, _ in explain(value))


def written(path: KeyPath, name: str, project: Table, overlay: Table) -> KeyPath:
    """The path as it stands in the file: in the environment's own table when that is where the value is."""
    if path == ("name",) and not {"name"} & (project.keys() | overlay.keys()):
        return ("environments", name)  # the name is the table's own
    own, value = _reached(overlay, path)
    shared, _ = _reached(project, path)
    if path[:1] == ("functions",) and len(path) > PART:
        default = (DEFAULTS, *path[PART:])
        if max(_reached(overlay, default)[0], _reached(project, default)[0]) + 1 > max(own, shared, PART):
            return written(default, name, project, overlay)
    if own > shared or (own == shared > 0 and not isinstance(value, dict)):
        return ("environments", name, *path)
    return path


def _reached(table: Table, path: tuple[str | int, ...]) -> tuple[int, Any]:
    """How many steps of the path the table has, and the value there."""
    value: Any = table
    for count, step in enumerate(path):
        if not isinstance(value, dict) or step not in value:
            return count, value
        value = value[step]
    return len(path), value
