"""Mapping templates as API Gateway evaluates them: what tapgen writes, and the common part of one's own.

Source: API Gateway developer guide, "Mapping template variables for data transformations" and "Variables for access".
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

_DIRECTIVE: Final = re.compile(r"#(set|if|elseif|foreach|macro|define)[ \t]*\(|#(else|end)\b|##[^\n]*\n?")
_REFERENCE: Final = re.compile(r"\$!?(\{)?([A-Za-z][\w-]*)")
_STEP: Final = re.compile(r"\.([A-Za-z]\w*)(\()?|\[(\d+)\]")
_TOKEN: Final = re.compile(r"\s*(==|!=|&&|\|\||!|\(|\)|,|'[^']*'|\"[^\"]*\"|-?\d+|true\b|false\b|\$)")
_PATH: Final = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]")
_SET: Final = re.compile(r"\s*\$!?\{?([\w.-]+)\}?\s*=")
_EACH: Final = re.compile(r"\s*\$\{?(\w+)\}?\s+in\b")
_CLOSED: Final = re.compile(r"\s*\)")
_COMMA: Final = re.compile(r"\s*,")


class MappingError(Exception):
    """The template has something that is not evaluated here."""


@dataclass
class Values:
    """What a template is evaluated with; `overrides` is what it says of the answer."""

    body: str
    path: Mapping[str, str] = field(default_factory=dict)
    querystring: Mapping[str, str] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)


def evaluate(template: str, values: Values) -> str:
    """The text that a template makes.

    Raises:
        MappingError: it has something that is not evaluated here.
    """
    text, end = _Template(template, values).block(0, live=True)
    if end != len(template):
        raise MappingError("#end without a beginning")
    return text


def json_path(document: str, path: str) -> Any:
    """What a path such as `$.Entries[0].EventId` leads to; None where there is nothing."""
    try:
        value = json.loads(document or "{}")
    except ValueError:
        return None
    for name, index, quoted in _PATH.findall(path.removeprefix("$")):
        key = name or quoted
        if key and isinstance(value, dict):
            value = value.get(key)
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    return value


class _Template:
    """One template; every method takes a place in its text and gives the next one."""

    def __init__(self, text: str, values: Values) -> None:
        self.text = text
        self.values = values

    def block(self, at: int, *, live: bool) -> tuple[str, int]:
        """The text up to #else, #elseif, #end or the end of the template."""
        out: list[str] = []
        while at < len(self.text):
            if directive := _DIRECTIVE.match(self.text, at):
                word = directive[1] or directive[2]
                if word in ("else", "elseif", "end"):
                    return "".join(out), at
                made, at = self._directive(word, directive.end(), live=live)
                out.append(made)
            elif self.text[at] == "$" and _REFERENCE.match(self.text, at):
                value, end = self._reference(at, live=live)
                out.append(_text(value) if value is not None else self._unknown(at, end))
                at = end
            else:
                out.append(self.text[at])
                at += 1
        return "".join(out), at

    def _directive(self, word: str | None, at: int, *, live: bool) -> tuple[str, int]:
        if word is None:  # a comment
            return "", at
        if word == "set":
            return "", self._past_line(self._set(at, live=live))
        if word == "if":
            return self._if(at, live=live)
        if word == "foreach":
            return self._foreach(at, live=live)
        raise MappingError(f"#{word} is not evaluated here")

    def _set(self, at: int, *, live: bool) -> int:
        left = _SET.match(self.text, at)
        if left is None:
            raise MappingError(f"#set cannot be read: {self.text[at : at + 40]}")
        value, at = self._expression(left.end(), live=live)
        if live:
            if left[1].startswith("context.responseOverride."):
                self.values.overrides[left[1].removeprefix("context.responseOverride.")] = value
            else:
                self.values.variables[left[1]] = value
        return self._closed(at)

    def _if(self, at: int, *, live: bool) -> tuple[str, int]:
        chosen, taken = "", False
        condition: Any = None
        word = "if"
        while True:
            if word in ("if", "elseif"):
                condition, at = self._expression(at, live=live)
                at = self._closed(at)
            holds = live and not taken and (word == "else" or _true(condition))
            made, at = self.block(self._past_line(at), live=holds)
            chosen, taken = (made, True) if holds else (chosen, taken)
            directive = _DIRECTIVE.match(self.text, at)
            if directive is None:
                raise MappingError("#if without #end")
            word, at = str(directive[1] or directive[2]), directive.end()
            if word == "end":
                return chosen, self._past_line(at)

    def _foreach(self, at: int, *, live: bool) -> tuple[str, int]:
        """`#foreach($one in $all)…#end`; inside, `$foreach` has index, count, hasNext."""
        head = _EACH.match(self.text, at)
        if head is None:
            raise MappingError(f"#foreach cannot be read: {self.text[at : at + 40]}")
        every, at = self._expression(head.end(), live=live)
        start = self._past_line(self._closed(at))
        items = list(every) if live and isinstance(every, list | Mapping) else []
        _, end = self.block(start, live=False)
        made = []
        for index, item in enumerate(items):
            more = {"index": index, "count": index + 1, "hasNext": index + 1 < len(items)}
            self.values.variables |= {head[1]: item, "foreach": more}
            made.append(self.block(start, live=True)[0])
        directive = _DIRECTIVE.match(self.text, end)
        if directive is None or directive[2] != "end":
            raise MappingError("#foreach without #end")
        return "".join(made), self._past_line(directive.end())

    def _past_line(self, at: int) -> int:
        """A directive takes the end of its line with it."""
        return at + 1 if self.text[at : at + 1] == "\n" else at

    def _closed(self, at: int) -> int:
        found = _CLOSED.match(self.text, at)
        if found is None:
            raise MappingError(f"a bracket is missing: {self.text[at : at + 40]}")
        return found.end()

    def _expression(self, at: int, *, live: bool) -> tuple[Any, int]:
        """`a || b`, of what `&&` binds, of what `==` and `!=` bind."""
        value, at = self._all_of(at, live=live)
        while end := self._operator(at, "||"):
            other, at = self._all_of(end, live=live)
            value = _true(value) or _true(other)
        return value, at

    def _all_of(self, at: int, *, live: bool) -> tuple[Any, int]:
        value, at = self._compared(at, live=live)
        while end := self._operator(at, "&&"):
            other, at = self._compared(end, live=live)
            value = _true(value) and _true(other)
        return value, at

    def _compared(self, at: int, *, live: bool) -> tuple[Any, int]:
        value, at = self._operand(at, live=live)
        for operator in ("==", "!="):
            if end := self._operator(at, operator):
                other, at = self._operand(end, live=live)
                return (_text(value) == _text(other)) == (operator == "=="), at
        return value, at

    def _operator(self, at: int, operator: str) -> int:
        """Where it ends; 0 where it does not stand there."""
        token = _TOKEN.match(self.text, at)
        return token.end() if token and token[1] == operator else 0

    def _operand(self, at: int, *, live: bool) -> tuple[Any, int]:
        token = _TOKEN.match(self.text, at)
        if token is None:
            raise MappingError(f"this cannot be read: {self.text[at : at + 40]}")
        written = token[1]
        if written == "$":
            return self._reference(token.end() - 1, live=live)
        if written == "!":
            value, at = self._operand(token.end(), live=live)
            return not _true(value), at
        if written == "(":
            value, at = self._expression(token.end(), live=live)
            return value, self._closed(at)
        if written[0] == "'":
            return written[1:-1], token.end()
        if written[0] == '"':
            inner, _ = _Template(written[1:-1], self.values).block(0, live=live)
            return inner, token.end()
        return self._literal(written, at), token.end()

    def _literal(self, written: str, at: int) -> bool | int:
        if written in ("true", "false"):
            return written == "true"
        if not written.lstrip("-").isdigit():
            raise MappingError(f"this cannot be read: {self.text[at : at + 40]}")
        return int(written)

    def _reference(self, at: int, *, live: bool) -> tuple[Any, int]:
        found = _REFERENCE.match(self.text, at)
        if found is None:
            raise MappingError(f"this cannot be read: {self.text[at : at + 40]}")
        value: Any = self._root(found[2])
        at = found.end()
        while step := _STEP.match(self.text, at):
            at = step.end()
            if step[2]:
                arguments, at = self._arguments(at, live=live)
                value = _called(value, step[1], arguments) if live else None
            elif step[1]:
                value = _member(value, step[1])
            else:
                value = value[int(step[3])] if isinstance(value, list) and int(step[3]) < len(value) else None
        return value, at + 1 if found[1] and self.text[at : at + 1] == "}" else at

    def _arguments(self, at: int, *, live: bool) -> tuple[list[Any], int]:
        given = []
        while not _CLOSED.match(self.text, at):
            value, at = self._expression(at, live=live)
            given.append(value)
            comma = _COMMA.match(self.text, at)
            at = comma.end() if comma else at
        return given, self._closed(at)

    def _root(self, name: str) -> Any:
        values = self.values
        if name == "input":
            return values
        if name == "util":
            return _UTIL
        return values.context if name == "context" else values.variables.get(name)

    def _unknown(self, at: int, end: int) -> str:
        """What has no value stands as it is written, `$!x` not at all; of $input, $util and $context nothing stands."""
        found = _REFERENCE.match(self.text, at)
        quiet = self.text.startswith("$!", at) or (found is not None and found[2] in ("input", "util", "context"))
        return "" if quiet else self.text[at:end]


def _called(value: Any, name: str, arguments: list[Any]) -> Any:
    """A method of $input, $util, a text or an object."""
    if isinstance(value, Values):
        return _input(value, name, arguments)
    if value is None:
        return None
    known = value if isinstance(value, Mapping) and callable(value.get(name)) else _METHODS.get(type(value), {})
    if name == "toString":
        return _text(value)
    if name not in known:
        raise MappingError(f".{name}() is not evaluated here")
    return known[name](*arguments) if known is value else known[name](value, *arguments)


def _input(values: Values, name: str, arguments: list[Any]) -> Any:
    if name == "params":
        everything = {"path": values.path, "querystring": values.querystring, "header": values.header}
        if not arguments:
            return everything
        return next((one[arguments[0]] for one in everything.values() if arguments[0] in one), "")
    if name not in ("json", "path"):
        raise MappingError(f"$input.{name}() is not evaluated here")
    value = json_path(values.body, arguments[0] if arguments else "$")
    return value if name == "path" else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _member(value: Any, name: str) -> Any:
    if isinstance(value, Values):
        return value.body if name == "body" else None
    return value.get(name) if isinstance(value, Mapping) else None


def _escaped(text: str) -> str:
    """As Java's StringEscapeUtils.escapeJavaScript."""
    return json.dumps(_text(text))[1:-1].replace("'", "\\'").replace("/", "\\/")


_UTIL: Final[Mapping[str, Callable[..., Any]]] = {
    "urlEncode": lambda text: quote_plus(_text(text), safe="*"),
    "escapeJavaScript": _escaped,
    "base64Encode": lambda text: base64.b64encode(_text(text).encode()).decode(),
    "base64Decode": lambda text: base64.b64decode(_text(text)).decode(errors="replace"),
    "parseJson": lambda text: json.loads(_text(text)),
}
_METHODS: Final[Mapping[type, Mapping[str, Callable[..., Any]]]] = {
    str: {
        "replaceAll": lambda text, pattern, by: re.sub(pattern, lambda _: by, text),
        "contains": lambda text, part: part in text,
        "equals": lambda text, other: text == other,
        "length": len,
    },
    dict: {
        "get": lambda value, key: value.get(key),
        "containsKey": lambda value, key: key in value,
        "keySet": list,
        "size": len,
    },
    list: {"size": len, "get": lambda value, index: value[index]},
}


def _true(value: Any) -> bool:
    """Velocity takes everything for true but false and nothing."""
    return value is not None and value is not False


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, separators=(",", ":"))
