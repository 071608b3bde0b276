"""From an environment's settings and its rendered document to a Deployment."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen import naming
from tapgen.deploy.request import Deployment, Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.compose import Origin
    from tapgen.deploy.request import Package
    from tapgen.render import Rendered
    from tapgen.settings.model import Environment

OURS = ("ManagedBy", "Application", "Environment")
"""The tags by which a stack is known as ours."""


def assemble(
    environment: Environment,
    rendered: Rendered,
    *,
    options: Options,
    packages: tuple[Package, ...] = (),
    parameters: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Deployment:
    """The deployment of an environment. REPOSITORY and COMMIT_AUTHOR of `environ` become stack tags."""
    tags = stack_tags(environment, environ)
    return Deployment(
        environment=environment.name,
        stack_name=environment.stack_name,
        document=rendered.document,
        parameters=parameters or {},
        tags=tags,
        ours={key: tags[key] for key in OURS},
        account=environment.account or "",
        regions=environment.target_regions,
        protected=environment.protected,
        packages=packages,
        origins={logical_id: where(origin) for logical_id, origin in rendered.origins.items()},
        options=options,
    )


def stack_tags(environment: Environment, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The tags of the stack: those of every resource, and who deploys what from where."""
    return {
        **naming.tags(environment),
        "Repository": _tag_value(environ.get("REPOSITORY", "")) or "unknown",
        "Author": _tag_value(environ.get("COMMIT_AUTHOR", "")) or "unknown",
    }


def _tag_value(text: str) -> str:
    """The text with only what a tag may hold: CloudFormation API reference, Tag (256 of these characters)."""
    return re.sub(r"[^\w .:/=+@-]", "", text).strip()[:256]


def where(origin: Origin) -> str:
    """A source line as people read it: relative to the current folder where that is shorter."""
    file = Path(origin.file)
    shown = os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file)
    return f"{shown}:{origin.line} (layer {origin.layer})"
