"""EDGE: container images that a deployment builds by docker, and pushes to a repository of ECR.

An image's tag is a hash over what it is made of, so that what is there already is not built again, whoever built it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen import naming, reading
from tapgen.deploy.artifacts.packages import digest_of
from tapgen.deploy.request import Build, Package
from tapgen.errors import TapgenError
from tapgen.sources import Selection, read_source

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.settings.functions import Function
    from tapgen.settings.invocations import Image
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
IGNORED = ".dockerignore"
_TAG = 40  # characters of the hash
_TOLD = 20  # lines of docker's that are told where it fails
_ONE_IMAGE = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
"""Lambda takes an image, and no index of one and what attests it: developer guide, "Create a function by an image"."""


def images(environment: Environment, document: Document) -> tuple[Package, ...]:
    """The images that functions of the document are built from; nothing is built yet.

    Raises:
        TapgenError: a file that an image is made of cannot be read.
    """
    declared, tags = document.get("Parameters", {}), dict[Build, str]()
    found = []
    for name, function in environment.functions.items():
        parameter = naming.image_tag(name)
        if function.image and function.image.dockerfile and parameter in declared:
            build = _build(environment, function, function.image)
            tags[build] = tags.get(build) or _tag(build)
            found.append(Package(parameter, tags[build], bytes, build))
    return tuple(found)


def push(client: Client, package: Package, account: str, say: Callable[[str], None]) -> None:
    """Build an image and push it, where its repository has not got it yet.

    Raises:
        TapgenError: there is no docker, or the image cannot be built or pushed.
    """
    build = package.build
    if build is None or client.emulated:
        return
    has_it = client.has_image(build.repository, package.key)
    if has_it:
        return
    if has_it is None:
        say(f"Creating the repository {build.repository}")
        client.create_repository(build.repository)
    user, password, registry = client.registry_login()
    uri = f"{registry}/{build.repository}:{package.key}"
    say(f"Building {build.repository}:{package.key[:12]} of {build.dockerfile}")
    _docker([*_command(build), "--tag", uri, build.context])
    say(f"Pushing {build.repository}:{package.key[:12]} to {account}")
    _docker(["login", "--username", user, "--password-stdin", registry], password)
    _docker(["push", uri])


def _build(environment: Environment, function: Function, image: Image) -> Build:
    dockerfile = environment.root / str(image.dockerfile)
    context = environment.root / image.context if image.context else dockerfile.parent
    return Build(
        repository=image.repository or environment.application,
        dockerfile=str(dockerfile),
        context=str(context),
        platform=PLATFORMS[function.architecture],
        target=image.target,
        arguments=tuple(image.arguments.items()),
    )


def _command(build: Build) -> list[str]:
    arguments = [word for name, value in build.arguments for word in ("--build-arg", f"{name}={value}")]
    target = ["--target", build.target] if build.target else []
    return ["build", "--file", build.dockerfile, "--platform", build.platform, *target, *arguments]


def _tag(build: Build) -> str:
    dockerfile, context = Path(build.dockerfile), Path(build.context)
    source = read_source(context, Selection(tuple(_ignored(context / IGNORED)), as_it_is=True))
    made_of = {file: source.path(file) for file in source.files}
    made_of |= {f"{number}:": path for number, path in enumerate((dockerfile, context / IGNORED)) if path.is_file()}
    more = json.dumps([build.platform, build.target, build.arguments])
    return hashlib.sha256(f"{digest_of(made_of)} {more}".encode()).hexdigest()[:_TAG]


def _ignored(file: Path) -> Iterator[str]:
    """What docker surely leaves out of the context; a pattern that may leave out less here is not taken."""
    if not file.is_file():
        return
    lines = [line.strip() for line in reading.content(file).decode(errors="replace").splitlines()]
    if any(line.startswith("!") for line in lines):
        return
    for line in lines:
        path = line.removeprefix("**/").removeprefix("./").strip("/")
        if not path or line.startswith("#") or any(sign in path for sign in "*?[\\"):
            continue
        if not line.startswith("**/"):
            yield f"/{path}"
        elif "/" not in path:
            yield path


def _docker(words: list[str], given: str | None = None) -> None:
    """Run docker; what it says is told where it fails.

    Raises:
        TapgenError: it is not there, or fails.
    """
    try:
        done = subprocess.run(
            ["docker", *words],
            input=given,
            stdin=None if given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            env={**os.environ, **_ONE_IMAGE},
        )
    except OSError as error:
        raise TapgenError(
            f"docker: {error.strerror}",
            "An image is built by docker: install it, or build the image elsewhere and name it by `image.uri`.",
        ) from None
    if done.returncode:
        said = "\n".join(done.stdout.strip().splitlines()[-_TOLD:])
        raise TapgenError(f"docker {words[0]} failed ({done.returncode}):\n{said}", "Mend what docker says.")
