"""EDGE: the steps of `tapgen adopt`: expand, find the code, convert, prove, write."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from tapgen.errors import SettingsError, UsageError, suggestion
from tapgen.review.model import Review
from tapgen.starter.adopt import sam
from tapgen.starter.adopt.code import WITH_CODE, code_of, without_code, write_code
from tapgen.starter.adopt.convert import PART, Adopted, convert
from tapgen.starter.adopt.settings_file import Target, lost, proof, refused, write
from tapgen.template.document import Document


class Template(Struct, frozen=True):
    """A template of somewhere else: what it is called, the folder that it lies in, values of its parameters."""

    document: Document
    source: str
    beside: Path | None
    parameters: Mapping[str, str]
    region: str | None
    folders: Mapping[str, Path] = {}
    """Where functions' code is, by their logical ids."""
    written: Document | None = None
    """Of a stack: the template file that it was made of, which says where the code is."""


class Outcome(Struct, frozen=True):
    """What was written, what the template has become, what stands in the way, and what a deployment would do."""

    written: tuple[str, ...]
    summary: str
    obstacles: tuple[str, ...]
    missing: bool
    """Code is neither in the project nor where the template says."""
    review: Review


def adopt(template: Template, application: str, environment: str, stack: str, to: Path) -> Outcome:
    """Write the settings of a template, and say what deploying them would do to the stack that has it.

    Raises:
        UsageError: the template cannot be adopted, or there are settings already; nothing is written.
    """
    document, folders = template.document, dict(template.folders)
    gone: Mapping[str, Path] = {}
    if any(name.startswith("Fn::") or not isinstance(one, dict) for name, one in document["Resources"].items()):
        raise UsageError(
            "a macro makes the resources of this template", "Adopt the deployed stack: tapgen adopt --stack NAME."
        )
    _refuse_what_is_no_object(document)
    if template.written is not None:
        folders = {**sam.folders_of(template.written, template.beside or Path()), **folders}
    if sam.is_sam(document):
        region = template.region or sam.DEFAULT_REGION
        expanded = sam.expand(document, template.beside or Path(), region, template.parameters)
        document, folders, gone = expanded.document, {**expanded.folders, **folders}, expanded.gone
    _refuse_wrong_folders(document, template.folders)
    code = code_of(document, template.beside, folders, to)
    with tempfile.TemporaryDirectory() as trials:
        target = Target(application, environment, stack, template.source, code, Path(trials))
        adopted, review = _proven(template, document, target)
    written = write(to, target.text(adopted.settings))
    used = {logical_id: code[logical_id] for logical_id in code if logical_id in _claimed(adopted)}
    files = tuple(write_code(to, used))
    missing = tuple(sam.not_packaged(adopted.settings.get("resources", {}), gone))
    obstacles = (*adopted.obstacles, *missing, *without_code(document, code))
    return Outcome((str(written), *files), _summary(adopted), obstacles, bool(missing), review)


def _refuse_what_is_no_object(document: Document) -> None:
    """What CloudFormation refuses too: a parameter, a mapping, a condition, an output and its export are objects."""
    for section in ("Parameters", "Mappings", "Conditions", "Rules", "Outputs"):
        entries = document.get(section) or {}
        parts = entries.items() if isinstance(entries, dict) else [("", entries)]
        for name, one in parts:
            within = {"": one, "Export": one.get("Export", {})} if isinstance(one, dict) else {"": one}
            for key, value in within.items():
                if not isinstance(value, dict):
                    where = ".".join(filter(None, (section, str(name), key)))
                    raise UsageError(f"{where}: it is no object", "Mend the template first.")


def _refuse_wrong_folders(document: Document, folders: Mapping[str, Path]) -> None:
    """What --source names must be there, on both sides."""
    holding = [name for name, one in document["Resources"].items() if one.get("Type") in WITH_CODE]
    for logical_id, folder in folders.items():
        if logical_id not in holding:
            raise UsageError(f"--source {logical_id}: there is no such function", suggestion(logical_id, holding))
        if not folder.is_dir():
            raise UsageError(f"--source {logical_id}: {folder} is no folder", "Name the folder of its code.")


def _proven(template: Template, document: Document, target: Target) -> tuple[Adopted, Review]:
    target.write_code()
    try:
        adopted = convert(
            document, target.code, target.render, lambda new: lost(proof(document, new, template.parameters))
        )
        review = proof(document, target.render(adopted.settings), template.parameters)
    except SettingsError as error:
        raise refused(error) from None
    return adopted, review


def _claimed(adopted: Adopted) -> set[str]:
    return {old for proposal in adopted.parts for old in proposal.claims.values()}


def _summary(adopted: Adopted) -> str:
    """How many of what it has become: `3 functions, 1 table, 2 triggers, 4 resources`."""
    counts: Counter[str] = Counter()
    for proposal in adopted.parts:
        if proposal.path[0] in ("api", "apis"):
            counts["APIs"] += 1
        elif "routes" in proposal.path:
            counts["routes"] += len(proposal.settings["listed"])
        else:
            word = "triggers" if "triggers" in proposal.path else proposal.path[0]
            counts[word] += "triggers" in proposal.path or len(proposal.path) == PART
    counts["resources"] = len(adopted.settings.get("resources", {}))
    return ", ".join(f"{count} {_words(word, count)}" for word, count in counts.items() if count)


def _words(word: str, count: int) -> str:
    one = word.removesuffix("es") if word == "buses" else word.removesuffix("s")
    return (word if count > 1 else one).replace("_", " ")
