"""What is to be deployed, and how: the value at the beginning of a deployment."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.compose import Origin
    from tapgen.render import Rendered
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document

HOUR = 3600.0


class Build(Struct, frozen=True):
    """What a container image is built from, and the repository that it goes to."""

    repository: str
    dockerfile: str
    context: str
    platform: str
    target: str = ""
    arguments: tuple[tuple[str, str], ...] = ()


class Package(Struct, frozen=True):
    """A function's code: the parameter that takes its object key, the key by its content, and the zip itself.

    With `build` it is an image in place of a zip, and the key its tag.
    """

    parameter: str
    key: str
    body: Callable[[], bytes]
    build: Build | None = None


class Options(Struct, frozen=True):
    """How to deploy. `plan` is the ARN of a reviewed change set; `timeout` in seconds, of the execution.

    `express`: CloudFormation does not wait until resources are ready; without `rollback` a failed update stays.
    """

    plan_only: bool = False
    plan: str = ""
    allow_loss: frozenset[str] = frozenset()
    detach: bool = False
    wait: bool = False
    import_existing: bool = False
    express: bool = False
    rollback: bool = True
    revert_drift: bool = False
    timeout: float = HOUR


class Deployment(Struct, frozen=True):
    """One stack to deploy into one region.

    `account` and `region` are pins, '' for none. `ours` are the tags that tell a stack as this environment's.
    `origins` says for a logical id where it was made, as text. `environment` is the name for --env in messages.
    """

    environment: str
    stack_name: str
    document: Document
    parameters: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    ours: Mapping[str, str] = {}
    account: str = ""
    regions: tuple[str, ...] = ()
    protected: bool = False
    packages: tuple[Package, ...] = ()
    origins: Mapping[str, str] = {}
    options: Options = Options()

    @property
    def zips(self) -> tuple[Package, ...]:
        """The packages that go to the artifact bucket; the others are images."""
        return tuple(package for package in self.packages if package.build is None)


OURS = ("ManagedBy", "Application", "Environment", naming.USER_TAG)
"""The tags by which a stack is known as ours."""


def deployment_of(
    environment: Environment,
    rendered: Rendered,
    *,
    options: Options,
    packages: tuple[Package, ...] = (),
    parameters: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Deployment:
    """The deployment of an environment and its rendered document.

    REPOSITORY and COMMIT_AUTHOR of `environ` become stack tags.
    """
    tags = stack_tags(environment, environ)
    return Deployment(
        environment=environment.reference,
        stack_name=environment.stack_name,
        document=rendered.document,
        parameters=parameters or {},
        tags=tags,
        ours=own_tags(environment),
        account=environment.account or "",
        regions=environment.target_regions,
        protected=environment.protected,
        packages=packages,
        origins=origins(environment, rendered),
        options=options,
    )


def own_tags(environment: Environment) -> dict[str, str]:
    """The tags by which a stack is known as this environment's."""
    return {key: value for key, value in naming.tags(environment).items() if key in OURS}


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


def origins(environment: Environment, rendered: Rendered) -> dict[str, str]:
    """Where a person would mend each resource: the line of a project's own layer, else that of the settings."""
    from tapgen.proof.report.places import settings_of

    own = {title: where(one) for title, one in rendered.origins.items() if one.layer in environment.layers}
    rest = [title for title in rendered.origins if title not in own]
    return own | settings_of(environment, rendered.document.get("Resources", {}), rest)


def where(origin: Origin) -> str:
    """A source line as people read it: relative to the current folder where that is shorter."""
    file = Path(origin.file)
    shown = os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file)
    return f"{shown}:{origin.line} (layer {origin.layer})"
