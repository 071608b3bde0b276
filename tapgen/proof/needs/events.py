"""What a handler reads of its event and what it answers with, as far as its source shows without being run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tapgen import reading
from tapgen.errors import TapgenError
from tapgen.proof.needs.functions import shown
from tapgen.proof.subject import Source
from tapgen.sources import read_source
from tapgen.syntax import parse, version_of

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

MAX_BYTES: Final = 1024 * 1024
"""A larger module is not read: that would take seconds."""

ONLY_REST: Final = frozenset(
    {
        *("httpMethod", "path", "resource", "multiValueHeaders", "multiValueQueryStringParameters"),
        *(f"requestContext.{key}" for key in ("httpMethod", "identity", "path", "resourcePath")),
    }
)
"""Keys that an event of the payload 1.0 alone has.

Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs", payload format version.
"""

ONLY_HTTP: Final = frozenset({"rawPath", "rawQueryString", "routeKey", "cookies", "requestContext.http"})
"""Keys that an event of the payload 2.0 alone has: the same page."""

RESOLVERS: Final = {
    "APIGatewayRestResolver": "rest",
    "APIGatewayHttpResolver": "http",
    "LambdaFunctionUrlResolver": "http",
}
"""Powertools' resolvers and the kind of event that each reads."""

CORS_MARKS: Final = ("access-control-allow-origin", "corsconfig", "enable_cors", "corsmiddleware", "cors(")
"""What a source that answers with the header has somewhere: the header itself, or what adds it."""


class Read(Struct, frozen=True):
    """A key of the event that a handler reads; `file` and `line` are where it first does."""

    key: str
    file: str
    line: int


class HandlerSource(Struct, frozen=True):
    """What can be seen of a handler: the keys of its event that it reads, and whether CORS is anywhere in its source.

    `reads` are those of the handler itself; what it hands its event to is not followed.
    """

    reads: tuple[Read, ...]
    resolvers: tuple[Read, ...]
    has_cors: bool


Texts = dict[tuple[object, ...], dict[str, str]]
"""The modules of each source that was read: functions share sources."""


def handler_source(function: str, subject: Subject, read: Texts) -> HandlerSource | None:
    """What the source of a function shows; None where it cannot be read."""
    files = _files(function, subject, read)
    if files is None:
        return None
    entry, entry_point, texts = files
    source = subject.sources.get(function)
    file = (shown(source.folder, subject.root) if source else f"{function}.Code.ZipFile/") + entry
    has_cors = any(mark in text.lower() for text in texts.values() for mark in CORS_MARKS)
    try:
        tree = parse(texts[entry], version_of(subject.properties(function).get("Runtime")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    handler = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == entry_point), None)
    reads = tuple(_reads(handler, file)) if handler else ()
    return HandlerSource(reads, tuple(_resolvers(tree, file)), has_cors)


def _files(function: str, subject: Subject, read: Texts) -> tuple[str, str, dict[str, str]] | None:
    """The entry module's name, the handler's, and the text of each module of the source."""
    properties = subject.properties(function)
    handler = properties.get("Handler")
    source = subject.sources.get(function)
    entry_point = (source.entry_point if source else None) or (handler if isinstance(handler, str) else "")
    name = entry_point.rpartition(".")[2]
    code = properties.get("Code")
    inline = code.get("ZipFile") if isinstance(code, dict) else None
    if source is None:
        return ("index.py", name, {"index.py": inline}) if isinstance(inline, str) and name else None
    try:
        place = (source.folder, source.elsewhere)
        if place not in read:
            read[place] = _texts(source)
    except (TapgenError, OSError):
        return None
    module = entry_point.rpartition(".")[0].replace(".", "/")
    entry = next((file for file in (f"{module}.py", f"{module}/__init__.py") if file in read[place]), None)
    return (entry, name, read[place]) if entry else None


def _texts(source: Source) -> dict[str, str]:
    found = read_source(source.folder)
    texts = {file: _text(found.path(file)) for file in found.files if file.endswith(".py")}
    elsewhere = (path for _, folder in source.elsewhere for path in sorted(folder.rglob("*.py")))
    return texts | {str(path): _text(path) for path in elsewhere}


def _text(path: Path) -> str:
    try:
        return reading.content(path, MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _reads(handler: ast.FunctionDef, file: str) -> Iterator[Read]:
    """What is read of the event and its context, as long as the event is not given another value."""
    arguments = [*handler.args.posonlyargs, *handler.args.args]
    if not arguments:
        return
    event = arguments[0].arg
    nodes = list(ast.walk(handler))
    if any(isinstance(node, ast.Name) and node.id == event and isinstance(node.ctx, ast.Store) for node in nodes):
        return
    contexts = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _is_context(node.value, event)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        owner, key = _item(node)
        owner = _first(owner)
        if isinstance(owner, ast.Name) and owner.id == event:
            yield Read(key, file, getattr(node, "lineno", 1))
        elif _is_context(owner, event) or (isinstance(owner, ast.Name) and owner.id in contexts):
            yield Read(f"requestContext.{key}", file, getattr(node, "lineno", 1))


def _item(node: ast.AST | None) -> tuple[ast.AST | None, str]:
    """`owner["key"]`, `owner.get("key", {})`, `"key" in owner` -> the owner and the key."""
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(key))):
            return owner, key
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=str(key)), *_]):
            return owner, key
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[owner]):
            return owner, key
    return None, ""


def _is_context(node: ast.AST | None, event: str) -> bool:
    """Whether it is the event's requestContext."""
    owner, key = _item(_first(node))
    return key == "requestContext" and isinstance(owner, ast.Name) and owner.id == event


def _first(node: ast.AST | None) -> ast.AST | None:
    """`event.get("requestContext")` of `event.get("requestContext") or {}`."""
    return node.values[0] if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else node


def _resolvers(tree: ast.Module, file: str) -> Iterator[Read]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in RESOLVERS:
                yield Read(name, file, node.lineno)
