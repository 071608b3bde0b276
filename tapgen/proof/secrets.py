"""Which values look like secrets; dynamic references and what only the deployment knows do not."""

from __future__ import annotations

import math
import re
from collections import Counter

# Formats that their issuers document; each is a whole token, so that prose does not match.
KNOWN_FORMS = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),  # IAM user guide, "IAM identifiers"
    (
        "a private key",  # RFC 7468; to its end, or to the end of a text that was cut
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    ),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a Stripe key", re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),  # RFC 7519
    ("a password in an address", re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@$]+@")),  # RFC 3986, userinfo
)
SECRET_NAME = re.compile(
    r"(?:^|[_.\-])(?:password|passwd|pwd|passphrase|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|"
    r"auth[_-]?key|encryption[_-]?key|connection[_-]?string)(?:$|[_.\-])",
    re.IGNORECASE,
)
"""Names whose values are secrets: PASSWORD, DB_PASSWORD, api-key, but not TOKEN_TTL's neighbour TOKENIZER."""
HARMLESS_ENDING = re.compile(
    r"(?:_|-|\b)(?:name|arn|id|path|url|uri|ttl|seconds|minutes|length|table|bucket|queue|topic|parameter|prefix|header|"
    r"field|file|region|version|type|enabled|required|algorithm|endpoint)$",
    re.IGNORECASE,
)
DYNAMIC = "{{resolve:"
"""CloudFormation user guide, "Get values stored in other services using dynamic references"."""
_RANDOM = re.compile(r"(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*[0-9])[A-Za-z0-9+/=_-]{32,}")
RANDOM_BITS = 4.3
"""Shannon entropy per character from which a mixed token of 32 or more characters is taken to be random."""


def words(name: str) -> str:
    """`dbPassword` and `DBPassword` as `db_Password`, so that the names are compared by their words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)


def looks_secret(name: str, value: str) -> str:
    """What a value seems to be, in words; empty where it seems harmless."""
    if DYNAMIC in value or not value or re.fullmatch(r"(?:\$\{[^}]*\})+", value):
        return ""
    for what, form in KNOWN_FORMS:
        if form.search(value):
            return what
    name = words(name)
    if SECRET_NAME.search(name) and not HARMLESS_ENDING.search(name) and not _harmless(value):
        return "a secret, by its name"
    token = None if value.startswith("arn:") else _RANDOM.search(value)
    if token and "${" not in value and _entropy(token[0]) >= RANDOM_BITS:
        return "a random key"
    return ""


def _harmless(value: str) -> bool:
    return (
        value.lower() in ("true", "false", "none", "null", "*")
        or value.isdigit()
        or value.startswith(("arn:", "${", "/"))
    )


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
