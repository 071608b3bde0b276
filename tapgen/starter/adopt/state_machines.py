"""State machines whose definition is written out: it goes into a file, what it refers to into substitutions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen import naming
from tapgen.starter.adopt.drafts import Old, Proposal, flag, given, text
from tapgen.starter.adopt.functions import text_of, value_of
from tapgen.template.intrinsics import canonical, function

STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"


def definition_of(properties: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, str]] | None:
    """The definition, and what stands for its placeholders as text with `${…}`; None where it is not written out."""
    own = properties.get("DefinitionSubstitutions") or {}
    if not isinstance(own, Mapping) or function(own):
        return None
    texts = {name: text_of(value_of(value)) for name, value in own.items()}
    definition = properties.get("Definition")
    if not isinstance(definition, Mapping):
        written, more = _written(properties.get("DefinitionString"))
        texts |= more
        try:
            definition = json.loads(written)
        except ValueError:
            return None
    plain = isinstance(definition, dict) and "StartAt" in definition
    return (definition, texts) if plain and all(isinstance(one, str) for one in texts.values()) else None


def _written(value: Any) -> tuple[str, dict[str, Any]]:
    """A text with placeholders for what the template puts into it, and what they stand for."""
    whole = canonical(value)
    call = function(whole)
    pieces = call[1][1] if call and call[0] == "Fn::Join" else [whole]
    found: dict[str, Any] = {}
    texts = []
    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        meant = text_of(value_of(piece))
        name = next((one for one, other in found.items() if other == meant), f"Value{len(found) + 1}")
        found[name] = meant
        texts.append(f"${{{name}}}")
    return "".join(texts), found


def propose(old: Old) -> Iterator[Proposal]:
    """Each state machine whose definition is known; its role, its log and what starts it stay what they are."""
    for logical_id, properties in old.of_type(STATE_MACHINE):
        code, known = old.code.get(logical_id), definition_of(properties)
        if code is None or known is None or "Fn::Transform" in properties:
            continue
        name = old.part(logical_id, "state_machines", "StateMachine")
        claims = {naming.logical(name, "StateMachine"): logical_id}
        old.claimed.update(claims)
        settings = {
            "definition": code.source,
            "type": "express" if properties.get("StateMachineType") == "EXPRESS" else None,
            "name": text(properties.get("StateMachineName")),
            "substitutions": dict(known[1]) or None,
            "log_level": "off",
            "tracing": bool(flag((properties.get("TracingConfiguration") or {}).get("Enabled"))),
        }
        yield Proposal(("state_machines", name), given(settings), claims)
