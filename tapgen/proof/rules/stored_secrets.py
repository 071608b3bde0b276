"""A rule about secrets of Secrets Manager whose value the template itself writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.alternatives import alternatives
from tapgen.template.secrets import judged, looks_secret

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

_OF_A_CONNECTION: Final = re.compile(
    r"(user(name)?|host(name)?|port|engine|db(name|instanceidentifier|clusteridentifier)?|masterarn|region|email)",
    re.IGNORECASE,
)
"""Secrets Manager user guide, "JSON structure of AWS Secrets Manager secrets": what stands beside a password."""
_MIXED: Final = re.compile(r"(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])\S{6,}")
"""Letters and digits without a space: a word alone may be anything that somebody replaces later."""


def _written(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::SecretsManager::Secret"):
        value = properties.get("SecretString")
        names = sorted({name for text in alternatives(value) for name in _secrets_in(text)} if value else ())
        if names:
            of = f" ({', '.join(filter(None, names))})" if any(names) else ""
            yield Hit(
                f"The value of {owner}{of} stands in the template.", ("Resources", owner, "Properties", "SecretString")
            )


def _secrets_in(text: str) -> Iterator[str]:
    """The keys of a JSON object whose values look like secrets; "" for a text that is one as a whole."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = None if text.lstrip().startswith("{") else text
    members = found.items() if isinstance(found, dict) else [("", found if found is None else text)]
    for name, value in members:
        if isinstance(value, str) and _is_secret(name, value):
            yield name


def _is_secret(name: str, value: str) -> bool:
    if "${" in value or "{{resolve:" in value or _OF_A_CONNECTION.fullmatch(name) or judged(name) is False:
        return False
    return _MIXED.fullmatch(value) is not None and bool(looks_secret("password", value))


STORED_SECRET_RULES = (
    Rule(
        "secret-stored",
        "error",
        "The template writes the value of a secret",
        "Whoever reads the repository or may read the stack's template has the secret.",
        "Let Secrets Manager make it (GenerateSecretString), or put the value in after the deployment.",
        "CloudFormation template reference, AWS::SecretsManager::Secret: SecretString",
        _written,
    ),
)
