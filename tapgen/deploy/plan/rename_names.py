"""Which logical ids of a stack a rename changes: the part's own, and those of its companions. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen import naming
from tapgen.deploy.plan.import_identifiers import IDENTIFIERS
from tapgen.errors import UsageError, suggestion
from tapgen.template.types import row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.template.document import Document


def rename_names(old: str, new: str, deployed: Document, wanted: Document) -> dict[str, str]:
    """Old logical id -> new one, of everything that begins with the old name and that the settings name anew.

    `old` and `new` are logical ids or names of parts. `deployed` is what the stack has, `wanted` what the settings
    render to. Empty where the stack has the new names already.

    Raises:
        UsageError: the stack or the settings do not have such a resource.
    """
    there, rendered = _types(deployed), _types(wanted)
    before, after = _stem(old, there), _stem(new, rendered)
    beginning = {name: after + name.removeprefix(before) for name in there if name.startswith(before)}
    names = {
        name: its
        for name, its in beginning.items()
        if its not in there and name not in rendered and rendered.get(its) == there[name]
    }
    if names or _is_done(before, after, there, rendered):
        return names
    raise _refusal(old, new, beginning, there, rendered)


def holding(names: Mapping[str, str], deployed: Document) -> dict[str, str]:
    """Those of the names whose resource must not be made anew: it holds data, has an address, or others know its id."""
    types = _types(deployed)
    return {
        old: new
        for old, new in names.items()
        if row(types[old]).holds or row(types[old]).address or types[old] in IDENTIFIERS
    }


def _types(document: Document) -> dict[str, str]:
    return {name: str(one.get("Type")) for name, one in document.get("Resources", {}).items() if isinstance(one, dict)}


def _stem(name: str, known: Mapping[str, str]) -> str:
    """What logical ids of that name begin with: a logical id itself, or a part's name as they have it."""
    return name if name in known else naming.logical(name)


def _is_done(before: str, after: str, there: Mapping[str, str], rendered: Mapping[str, str]) -> bool:
    """Whether the stack has something of the new name that it has not of the old one."""
    known = there.keys() | rendered.keys()
    named = (name for name in there if name.startswith(after) and name in rendered)
    return any(before + name.removeprefix(after) not in known for name in named)


def _refusal(
    old: str, new: str, beginning: Mapping[str, str], there: Mapping[str, str], rendered: Mapping[str, str]
) -> UsageError:
    """Why nothing is to be renamed."""
    if not beginning:
        return UsageError(f'the stack has no resource "{old}"', suggestion(old, there))
    if not any(its in rendered for its in beginning.values()):
        return UsageError(f'the settings have no resource "{new}"', suggestion(new, rendered))
    for name, its in beginning.items():
        if its in there:
            return UsageError(f"the stack has {its} already", "Two resources cannot become one: name another.")
        if its in rendered and rendered[its] != there[name]:
            return UsageError(f"{name} is {there[name]}, {its} is {rendered[its]}", "A resource keeps its type.")
    kept = ", ".join(name for name in beginning if name in rendered)
    return UsageError(f"the settings still have {kept}", f"Rename it there first: {old} to {new}.")
