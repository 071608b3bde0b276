"""An API's OpenAPI file held against its routes, with the file's line of each disagreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen.proof.rules.routes import API_CONTRACT

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.subject import Subject


def findings(subject: Subject, contracts: Mapping[str, Path]) -> Iterator[Finding]:
    """What the OpenAPI files and the routes say differently; `contracts` are the files by the API's logical id."""
    if not contracts:
        return
    from tapgen.openapi.compare import disagreements
    from tapgen.settings.contract import read
    from tapgen.template.document import locate

    for api, file in contracts.items():
        contract = read(file)
        lines = locate(contract.text)
        for one in disagreements(contract.document, subject.document, api):
            steps = (one.pointer[:end] for end in range(len(one.pointer), 0, -1))
            line = next((lines[step] for step in steps if step in lines), 1)
            name = file.relative_to(subject.root) if file.is_relative_to(subject.root) else file
            yield API_CONTRACT.finding(one.message, ("Resources", one.logical_id), file=name.as_posix(), line=line)
