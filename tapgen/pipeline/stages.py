"""What a pipeline does, whoever runs it: its environments in their order, each in its regions."""

from __future__ import annotations

from msgspec import Struct

from tapgen.settings.model import Project


class Stage(Struct, frozen=True):
    """One environment: protected ones come last, and wait for somebody's approval of their plan."""

    environment: str
    approved: bool
    regions: tuple[str, ...]
    """Empty: the one of the pipeline's own AWS configuration."""
    after: tuple[str, ...]
    """The environments that must have been deployed before."""


def stages(project: Project) -> tuple[Stage, ...]:
    """The unprotected environments side by side, then each protected one after all before it."""
    environments = project.environments.values()
    found = [Stage(one.name, False, one.target_regions, ()) for one in environments if not one.protected]
    after = tuple(one.environment for one in found)
    for one in environments:
        if one.protected:
            found.append(Stage(one.name, True, one.target_regions, after))
            after = (one.name,)
    return tuple(found)
