"""Secrets never reach an output: neither the values of NoEcho parameters nor what looks like a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.document import resources
from tapgen.deploy.artifacts.parameters import hidden_parameters
from tapgen.proof.secrets import KNOWN_FORMS

if TYPE_CHECKING:
    from tapgen.template.document import Document

MASK = "****"  # what CloudFormation itself shows for a NoEcho parameter
Masker = Callable[[str], str]

# Wider than the check's rule, which must not cry wolf: here a name too many costs a few asterisks.
_SECRET_NAME = re.compile(r"secret|passw|passphrase|token|private_?key|api_?key|access_?key|credential", re.IGNORECASE)
_REFERENCE = re.compile(r"(id|arn|name|url|uri|path|ttl|expiry|lifetime|type|output)$", re.IGNORECASE)
_SECRET_VALUE = re.compile("|".join(form.pattern for _, form in KNOWN_FORMS))
_SHORTEST = 4  # a shorter value would blot out half of every line and is no secret worth the name


def secret_name(name: str) -> bool:
    """Whether a name is one that secrets have: `DbPassword` is, `TokenTableName` is only a reference."""
    return bool(_SECRET_NAME.search(name)) and not _REFERENCE.search(name)


def named(name: str, value: str) -> str:
    """The value, or the mask where its name is a secret's."""
    return MASK if value and secret_name(name) else value


def masker(*secrets: str) -> Masker:
    """A function that takes the secrets, and whatever looks like one, out of a text."""
    known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known))) if known else None

    def mask(text: str) -> str:
        text = pattern.sub(MASK, text) if pattern else text
        return _SECRET_VALUE.sub(MASK, text)

    return mask


def secrets(document: Document, parameters: Mapping[str, str]) -> tuple[str, ...]:
    """The secret values of a deployment: NoEcho parameters, and literals that stand under a secret's name."""
    hidden = hidden_parameters(document)
    found = {value for name, value in parameters.items() if name in hidden or secret_name(name)}
    for _, resource in resources(document):
        found.update(_literals(resource.get("Properties", {})))
    return tuple(sorted(found))


def _literals(value: Any) -> set[str]:
    if isinstance(value, dict):
        direct = {
            item for name, item in value.items() if isinstance(item, str) and secret_name(name) and not _a_word(item)
        }
        return direct.union(*(_literals(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_literals(item) for item in value))
    return set()


def _a_word(value: str) -> bool:
    """Whether a literal is a word such as `minutes` or `ENABLED`: to mask it would blot out ordinary sentences."""
    return value.isalpha() and len(value) < 12
