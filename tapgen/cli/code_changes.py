"""Which packages are other ones after a change: their code stands in no template."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen import naming, revisions
from tapgen.errors import TapgenError
from tapgen.review.model import Review, SectionChange
from tapgen.review.report.phrases import CODE, LAYER_CODE
from tapgen.template.paths import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.settings.packaging import LambdaLayer
    from tapgen.template.document import Document

    Packaged = tuple[str, str, Function | LambdaLayer]

_SHOWN = 3  # files that are named


def told(review: Review, environment: Environment) -> Review:
    """The review with each package's key as the code of its function or layer."""
    kinds = {naming.code_key(name): (CODE, name) for name in environment.functions}
    kinds |= {naming.image_tag(name): (CODE, name) for name in environment.functions}
    kinds |= {naming.layer_key(name): (LAYER_CODE, name) for name in environment.lambda_layers}

    def as_code(change: SectionChange) -> SectionChange:
        if change.section != "Parameter values" or change.name not in kinds:
            return change
        section, name = kinds[change.name]
        return replace(change, section=section, name=name, old=_key(change.old), new=_key(change.new))

    return replace(review, sections=tuple(map(as_code, review.sections)))


def _key(value: object) -> object:
    """A package's hash, short: nobody reads the whole."""
    return f"package {Path(value).stem[:12]}" if isinstance(value, str) else value


def since(root: Path, environment: Environment, commit: str, old: Document, new: Document) -> Iterator[SectionChange]:
    """The packages whose files are not those of a commit, of what was there before."""
    packaged = list(_packaged(environment, old, new))
    if not packaged:
        return
    known = revisions.blobs(root, commit, {root / one.source for _, _, one in packaged})
    for section, name, one in packaged:
        try:
            files = _changed(root, one, known)
        except TapgenError:
            continue  # rendering has said so, or the check will
        if files:
            more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
            yield SectionChange(section, name, (), ABSENT, f"{', '.join(files[:_SHOWN])}{more}")


def _packaged(environment: Environment, old: Document, new: Document) -> Iterator[Packaged]:
    for name, function in environment.functions.items():
        if _takes(naming.code_key(name), old, new) and function.source:
            yield CODE, name, function
    for name, layer in environment.lambda_layers.items():
        if _takes(naming.layer_key(name), old, new):
            yield LAYER_CODE, name, layer


def _takes(parameter: str, old: Document, new: Document) -> bool:
    return parameter in old.get("Parameters", {}) and parameter in new.get("Parameters", {})


def _changed(root: Path, one: Function | LambdaLayer, known: dict[Path, str]) -> list[str]:
    source = one.read_source(root)
    folder = (root / one.source).resolve()
    paths = {source.path(file).resolve(): file for file in source.files}
    changed = [file for path, file in paths.items() if known.get(path) not in _blob_ids(path, known)]
    gone = (path for path in known if path.is_relative_to(folder) and path not in paths and not path.exists())
    return [*changed, *(name for path in gone if not _excluded(name := path.relative_to(folder).as_posix(), one))]


def _blob_ids(path: Path, known: dict[Path, str]) -> set[str | None]:
    """What git may call the file's content: as it is, and with the line ends that git keeps."""
    import hashlib

    content = path.read_bytes()
    algorithm = "sha256" if any(len(one) == 64 for one in known.values()) else "sha1"
    forms = {content, content.replace(b"\r\n", b"\n")}
    return {hashlib.new(algorithm, b"blob %d\0" % len(one) + one, usedforsecurity=False).hexdigest() for one in forms}


def _excluded(name: str, one: Function | LambdaLayer) -> bool:
    return any(fnmatch(part, str(pattern)) for part in Path(name).parts for pattern in one.exclude)
