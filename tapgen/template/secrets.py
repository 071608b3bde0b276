"""What looks like a secret, and the one mask: the check asks the first, everything that is printed goes through it.

A finding that is wrong costs trust, a word masked too many costs a few asterisks: so the check asks `looks_secret` and
`secret_parameter`, and an output masks what these name and assignments inside texts (`password=…`) besides.

All patterns take time linear in the text: each repetition starts where a run starts, and ends where it ends.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

MASK: Final = "****"
"""What CloudFormation itself shows for a NoEcho parameter."""


class Masked(str):
    """A secret: compared by its value, never shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Masked('{MASK}')"


# ------------------------------------------------------------------------------------------------------------- forms

# Formats that their issuers document; each is a whole token, so that prose does not match. Of the texts in the middle
# one stands in whatever fits the form: most texts hold none of them, and are not looked at any closer.
_IN_ADDRESS: Final = "a password in an address"
_FORMS: Final = (
    ("an AWS access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),  # IAM user guide, "IAM identifiers"
    (
        "a private key",  # RFC 7468; to its end, or to the end of a text that was cut
        ("-----BEGIN ",),
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,40}-----[\s\S]*?(?:-----END [A-Z ]{0,80}-----|\Z)",
    ),
    (
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    ("a GitLab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", ("xox",), r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    ("a Slack webhook", ("hooks.slack.com",), r"\bhooks\.slack\.com/services/[A-Za-z0-9/_-]{20,}"),
    ("a Stripe key", ("k_live_", "k_test_"), r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("a Google API key", ("AIza",), r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("an npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", ("pypi-",), r"\bpypi-[A-Za-z0-9_-]{50,}"),
    (
        "a JSON web token",  # RFC 7519
        ("eyJ",),
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    ),
    (
        "the credentials of a request",  # RFC 7617
        ("Bearer ", "Basic "),
        r"\b(?:Bearer|Basic) (?=[A-Za-z._~+/-]*[0-9=])[A-Za-z0-9._~+/=-]{8,}",
    ),
    (_IN_ADDRESS, ("://",), r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),  # RFC 3986, userinfo
)
_REFERENCE: Final = re.compile(r"\{\{resolve:(?:\$\{[^{}]*\}|[^{}])*\}\}|\$\{[^{}]*\}")
"""What only the deployment knows. User guide, "Get values stored in other services using dynamic references"."""

# ------------------------------------------------------------------------------------------------------------- names

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_SECRET: Final = re.compile(
    r"passw(?!ordless)|passphrase|secret(?!ar|smanager|manager)|token(?!i[zs])|credential|"
    r"(?:api|ai|access|private|auth|encryption|signing|shared|account)key|connectionstring"
)
_NEVER: Final = re.compile(r"(?:service|next|page|pagination|continuation|requests?|idempotency)token$")
_HARMLESS_END: Final = re.compile(
    r"(?:name|arn|id|path|url|uri|header|field|file|region|version|type|table|bucket|queue|topic|parameter|hash|scope|"
    r"role|user|username|output|function|layer|requirement|number|character|unit|limit|event|condition|resource|tag)s?|"
    r"ttl|age|days|hours|minutes|seconds|length|size|count|prefix|suffix|enabled|disabled|required|optional|algorithm|"
    r"endpoint|policy|pattern|expiry|expiration|lifetime|time|timeout|validity|rotation|description|label|reference|"
    r"ref|alias|digest|checksum|fingerprint|index|source|format|echo|target|attachment|status|state|schedule|"
    r"prevention|allowed|exists|punctuation|uppercase|lowercase|space|properties|metadata|statement|principal|action|"
    r"ddb|dynamo|dynamodb|store|storage|db|database|cache|service|server|host|hostname|port|client|provider|issuer|"
    r"manager|handler|lambda|stream|log|logs|mode|method|level|class|kind|group|domain|command|note|hint|help|link|"
    r"stage|symbol|instructions?|question|message|mail|email|subject|form|template|page|callback|redirect|registry|vault|store"
)
_NAMES_OF_OTHERS: Final = frozenset((("key",), ("keys",), ("secrets",)))
"""What stands under these is no secret: `Key` beside `Value`, `Secrets` of a container, each with its own name."""
_KEYS_OF_OBJECTS: Final = frozenset((("code", "key"), ("object", "key"), ("s3", "key"), ("json", "key")))
"""The last words of what names an object of S3, whatever it is for (`TokenFunctionCodeKey`), or a part of a secret."""
_HARMLESS_START: Final = re.compile(
    r"allow|allowed|generate|exclude|include|requires?|enable|disable|is|has|uses?|max|min|rotate|managed?|number|num|"
    r"no|without|public|create"
)
_HARMLESS_VALUE: Final = re.compile(
    r"true|false|yes|no|on|off|none|null|enabled|disabled|required|optional|AWS(?:CURRENT|PENDING|PREVIOUS)|\*|seconds|minutes|hours|days|\d{1,5}|"
    r"(?:/[\w.-]+)+|arn:[\s\S]*",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"[<\[{(].*[>\]})]|([x*.#?_-])\1{2,}|test|example|(?:.*[^a-z])?(?:your|replace|change|insert|enter|fill|example|sample|"
    r"dummy|fake|placeholder|todo|tbd)(?:[^a-z].*|me|me[^a-z].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""What says of itself that something else is to stand there: `<password>`, `your-api-key`, `CHANGE_ME`, `xxxx`."""
_NAME_OF_SOMETHING: Final = re.compile(
    r"alias/[\w/-]+|[a-z]+:[\w:/-]+|[A-Za-z0-9-]+-[A-Z0-9]{12,13}|https?://[^\s:@]*|[\w-]+(?:\.[\w-]+){2,}(?::\d+)?"
)
"""A key's alias, `prefix:name`, a name that CloudFormation makes, an address, a host."""
_HELD: Final = re.compile(
    r"(?<!client)(?<!consumer)(?<!app)(?<!jwt)(?<!shared)(?<!signing)(?<!session)(?<!webhook)(?<!token)(?<!api)(?<!cookie)"
    r"(?<!hmac)(?:secret|credential)s?$"
)
"""What a name like `DB_SECRET` holds may be the name that Secrets Manager knows it by; a client's secret has none."""
_NAME_OF_A_SECRET: Final = re.compile(
    r"/?[A-Za-z]+(?:[-_/.][A-Za-z]+)+(?:[-_/.]?\d{1,2})?(?:-[A-Za-z0-9]{6})?|[A-Za-z]*(?:secret|credential)s?\d{0,2}",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(
    r"\b(?:arn|name|id|path) (?:of|for)\b|\barn\b|\bsecrets? ?manager\b|\bparameter store\b|\bssm\b", re.IGNORECASE
)
"""What a parameter's description says where the value only names a secret."""
_PUBLIC: Final = re.compile(
    r"(?:sha\d*|public_?key|publishable_?key|site_?key|client_?key|material|certificate|body|thumbprints?|etag|dsn)"
    r"(?:list)?$",
    re.IGNORECASE,
)
_RANDOM: Final = re.compile(r"(?<![A-Za-z0-9+/=_:.-])[A-Za-z0-9+/_-]{32,}={0,2}(?![A-Za-z0-9+/=_-])")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
_BITS: Final = 4.3
"""Shannon entropy per character from which a token of 32 or more characters is taken to be random."""
_IN_A_WORD: Final = re.compile(r"[a-z]{4,}")
_IN_WORDS: Final = 0.25
"""Share of characters in runs of small letters: 0.08 in random base 64, 0.4 and more in joined words."""


@lru_cache(maxsize=4096)
def secret_name(name: str) -> bool:
    """Whether values of that name are secrets: `DB_PASSWORD`, `apiKey`; not `TokenTtl`, `SecretArn`, `Tokenizer`.

    Of an IAM condition key (`aws:TokenIssueTime`) the part after the last colon counts.
    """
    parts = _parts(name)
    joined = "".join(parts)
    if not (_SECRET.search(joined) or "pwd" in parts) or _NEVER.search(joined):
        return False
    return _HARMLESS_START.fullmatch(parts[0]) is None and not _reference_name(parts)


@lru_cache(maxsize=4096)
def judged(name: str) -> bool | None:
    """Whether what stands under a name is secret: None leaves it to the name above."""
    if secret_name(name):
        return True
    parts = _parts(name)
    return False if _reference_name(parts) or _HARMLESS_START.fullmatch(parts[0]) else None


def _parts(name: str) -> tuple[str, ...]:
    """`MyDBPassword2` as ("my", "db", "password"): words in lower case, the last one's number left out."""
    parts = [part.lower() for part in _WORDS.split(name.rpartition(":")[2]) if part]
    if parts:
        parts[-1] = parts[-1].rstrip("0123456789") or parts[-1]
    return tuple(parts) or ("",)


def _reference_name(parts: tuple[str, ...]) -> bool:
    return _HARMLESS_END.fullmatch(parts[-1]) is not None or parts in _NAMES_OF_OTHERS or parts[-2:] in _KEYS_OF_OBJECTS


# ------------------------------------------------------------------------------------------------- one text, as a check


def _possible(text: str) -> Iterator[tuple[str, str]]:
    """The forms that a text may hold something of, in words and as regular expressions."""
    if _any_form().search(text):
        yield from ((what, form) for what, needed, form in _FORMS if any(one in text for one in needed))


@cache
def _any_form() -> re.Pattern[str]:
    """One search for what stands in the forms, ten times as fast as one for each: every text is asked."""
    return re.compile("|".join(re.escape(one) for _, needed, _ in _FORMS for one in needed))


def placeholder(text: str) -> bool:
    """Whether a text says of itself that something else is to stand there."""
    return _PLACEHOLDER.fullmatch(text) is not None


def looks_secret(name: str, value: str) -> str:
    """What a value seems to be, in words; "" where it seems harmless. References in it are left out of account."""
    literal = _REFERENCE.sub("", value)
    for what, form in _possible(literal):
        found = [match[0] for match in re.finditer(form, literal)]
        if any(what != _IN_ADDRESS or not placeholder(one.partition(":")[2]) for one in found):
            return what
    if secret_name(name) and not _harmless(literal) and not _address(name, value) and not _named(name, literal):
        return "a secret, by its name"
    return "a random key" if "${" not in value and _random(name, literal) else ""


def secret_parameter(name: str, declared: Mapping[str, Any]) -> tuple[str, str]:
    """Which of a parameter shows a secret ("Default", or "" for its value), and what it is; ("", "") where none does.

    A number, one of some allowed values, and what Parameter Store or a type of AWS's gives are no secrets. The default
    of a NoEcho parameter stands in the template all the same.
    """
    if declared.get("AllowedValues") or declared.get("Type", "String") not in ("String", "CommaDelimitedList"):
        return "", ""
    default = declared.get("Default")
    if isinstance(default, str) and (what := looks_secret(name, default)):
        return "Default", what
    given = isinstance(default, str) and default
    return "", "" if given or not may_show(declared) or not secret_name(name) else "a secret, by its name"


def may_show(declared: Mapping[str, Any]) -> bool:
    """Whether a parameter shows its value, which is a text of any kind and not said to be a name."""
    kind = declared.get("Type", "String") in ("String", "CommaDelimitedList") and not declared.get("AllowedValues")
    hidden = str(declared.get("NoEcho")).lower() == "true"
    return kind and not hidden and not _TOLD.search(str(declared.get("Description", "")))


def _address(name: str, value: str) -> bool:
    """A connection string that names no password: `jdbc:mysql://…:3306/orders`."""
    return "".join(_parts(name)).endswith("connectionstring") and not any(
        span for match in _ASSIGNED.finditer(value) for span in _assigned(match)
    )


def _named(name: str, literal: str) -> bool:
    """Whether a literal is a placeholder, prose, or the name of what holds the secret: the check says nothing of it."""
    if placeholder(literal) or _NAME_OF_SOMETHING.fullmatch(literal):
        return True
    if any(map(str.isspace, literal)):
        return not any(span for match in _ASSIGNED.finditer(literal) for span in _assigned(match))
    return bool(_HELD.search("".join(_parts(name))) and _NAME_OF_A_SECRET.fullmatch(literal))


def _harmless(literal: str) -> bool:
    return not any(map(str.isalnum, literal)) or _HARMLESS_VALUE.fullmatch(literal) is not None


def _random(name: str, literal: str) -> list[tuple[int, int]]:
    """Where random tokens stand in a literal of a template; the physical ids of what is deployed look like some."""
    if len(literal) < 32 or literal.startswith(("arn:", "ssh-", "/")):
        return []
    if _PUBLIC.search(name) or _reference_name(_parts(name)):
        return []
    return [match.span() for match in _RANDOM.finditer(literal) if _is_random(match[0])]


def _is_random(token: str) -> bool:
    """A mixture of small and capital letters and digits, in which no words stand."""
    mixed = any(map(str.islower, token)) and any(map(str.isupper, token)) and any(map(str.isdigit, token))
    in_words = sum(map(len, _IN_A_WORD.findall(token)))
    return mixed and in_words <= _IN_WORDS * len(token) and _entropy(token) >= _BITS and not _UUID.search(token)


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


# --------------------------------------------------------------------------------------------- one text, as an output

_ASSIGNED: Final = re.compile(
    r"""(?<![\w.-])(?P<option>--)?\\?["']?(?P<name>[A-Za-z_][\w.-]*)\\?["']?"""
    r"""(?P<sign>\s{0,4}(?::=|=>|=|:)\s{0,4}|(?(option)[ ]|(?!)))"""
    r"""(?:\\"(?P<escaped>(?:[^"\\]|\\[^"])*)|"(?P<double>(?:[^"\\]|\\[\s\S])*)|'(?P<single>[^']*)"""
    r"""|(?P<bare>[^\s,;&"'(){}\[\]<>\\]+)(?![(\[]))"""
)
_CODE: Final = re.compile(r"[A-Za-z_.]+|https?:.*")  # a variable, a type, an address


def clean(text: str, name: str = "", *, literal: bool = False) -> str:
    """The text with each of its `secret_spans` masked."""
    done, end = "", 0
    for start, stop in secret_spans(text, name, literal=literal):
        done += text[end:start] + MASK
        end = stop
    return done + text[end:]


@lru_cache(maxsize=4096)  # a document's texts are asked for its plan, its findings and its events again
def secret_spans(text: str, name: str = "", *, literal: bool = False) -> tuple[tuple[int, int], ...]:
    """Where secrets stand in a text, in order: all of it, where it is one by the name that it stands under.

    Assignments inside (`DB_PASSWORD=…`, `"token": "…"`, `--password …`) count by their own names. In a literal of a
    template random tokens count too; in other texts ids of what is deployed look like them.
    """
    if not text or text.startswith("{{resolve:") or text == MASK:
        return ()
    if name and secret_name(name) and not _harmless(_REFERENCE.sub("", text)):
        return ((0, len(text)),)
    found = [span for _, form in _possible(text) for match in re.finditer(form, text) for span in _form(match)]
    if _SECRET.search(text.lower().replace("_", "").replace("-", "")):
        found += [span for match in _ASSIGNED.finditer(text) for span in _assigned(match)]
    return _merged([*found, *(_random(name, text) if literal else ())])


def _form(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """An address keeps the user's name, and is left alone where its password is only a reference."""
    user, colon, password = match[0].partition(":")
    if colon and match.string[max(match.start() - 3, 0) : match.start()] == "://":
        if not _harmless(_REFERENCE.sub("", password)):
            yield match.start() + len(user) + 1, match.end()
    else:
        yield match.span()


def _assigned(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    group = match.lastgroup or "bare"
    value = match[group]
    variable = value.startswith(("$", "%", "!", "-", "<")) or (group == "bare" and _CODE.fullmatch(value))
    if secret_name(match["name"]) and not (variable or value == MASK or _harmless(_REFERENCE.sub("", value))):
        yield match.span(group)


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)
