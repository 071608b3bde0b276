"""Templates in YAML as CloudFormation reads it: short forms become long ones, with the line of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tapgen.errors import DocumentError
from tapgen.template.nesting import DEEPEST, too_deep

FAST = bool(getattr(yaml, "__with_libyaml__", False))

_TYPE = "tag:yaml.org,2002:"
_COUNTED = 2000  # levels: what libyaml, which takes each on the C stack, is given without a count
_AHEAD = 1024  # characters that a parser reads ahead, to see whether what it reads is a key (YAML 1.1, "simple keys")

# Intrinsic functions that have a short form: CloudFormation template reference guide, "Intrinsic functions".
_SHORT_FORMS = frozenset(
    [
        "And",
        "Base64",
        "Cidr",
        "Condition",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "Equals",
        "FindInMap",
        "GetAtt",
        "GetAZs",
        "GetStackOutput",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "Ref",
        "RefAll",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
        "ValueOf",
        "ValueOfAll",
    ]
)
LONG_FORMS = frozenset(f"Fn::{name}" for name in _SHORT_FORMS - {"Ref", "Condition"}) | {"Ref", "Condition"}

_TEXT = frozenset(f"{_TYPE}{name}" for name in ("timestamp", "value"))
_DIGITS = 3_000
_NOT_JSON = frozenset(f"{_TYPE}{name}" for name in ("binary", "omap", "pairs", "set", "timestamp"))


def _loader() -> type:
    base: type = yaml.CSafeLoader if FAST else yaml.SafeLoader

    class TemplateLoader(base):  # type: ignore[misc]
        """Short forms become long ones; times and a lone "=" stay text, as CloudFormation reads them."""

        yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own shape
            first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TEXT]
            for first, resolvers in base.yaml_implicit_resolvers.items()  # type: ignore[attr-defined]
        }
        yaml_constructors = {  # noqa: RUF012 - as above
            tag: constructor
            for tag, constructor in base.yaml_constructors.items()  # type: ignore[attr-defined]
            if tag not in _NOT_JSON
        }

    TemplateLoader.add_constructor(f"{_TYPE}map", _construct_mapping)
    TemplateLoader.add_constructor(f"{_TYPE}int", _construct_number)
    TemplateLoader.add_multi_constructor(_TYPE, _refuse_type)
    TemplateLoader.add_multi_constructor("!", _construct_function)
    return TemplateLoader


def _construct_mapping(loader: Any, node: Any) -> dict[Any, Any]:
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool):
            raise yaml.constructor.ConstructorError(
                None, None, "a key is not a word", key_node.start_mark, "Quote it, such as 'Null'."
            )
        key = key if isinstance(key, str) else key_node.value  # 200: becomes "200", as in JSON
        if key in mapping:
            said = f'the key "{key}" stands twice in one mapping'
            raise yaml.constructor.ConstructorError(None, None, said, key_node.start_mark, "Remove one of them.")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _construct_number(loader: Any, node: Any) -> int:
    if len(node.value) > _DIGITS:  # in hexadecimal Python reads any number of them, and writes none of such a number
        said = "a number has thousands of digits"
        raise yaml.constructor.ConstructorError(None, None, said, node.start_mark, "Write it as text, in quotes.")
    return int(loader.construct_yaml_int(node))


def _construct_function(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
    if suffix not in _SHORT_FORMS:
        from tapgen.errors import suggestion

        said = f"!{suffix} is no function of CloudFormation"
        raise yaml.constructor.ConstructorError(None, None, said, node.start_mark, suggestion(suffix, _SHORT_FORMS))
    key = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if key == "Fn::GetAtt" and isinstance(node, yaml.ScalarNode):
        return {key: node.value.split(".", 1)}
    if isinstance(node, yaml.ScalarNode):
        return {key: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {key: loader.construct_sequence(node, deep=True)}
    return {key: _construct_mapping(loader, node)}


def _refuse_type(_: Any, suffix: str, node: Any) -> Any:
    said, note = f"!!{suffix} is no type of JSON's", None
    if suffix == "merge":
        said = "YAML's merge key \"<<\" is not part of CloudFormation's YAML"
        note = "Write the keys out where they are used."
    raise yaml.constructor.ConstructorError(None, None, said, node.start_mark, note)


def parse_yaml(text: str, name: str) -> Any:
    """The value in a YAML text.

    Raises:
        DocumentError: it is not YAML that CloudFormation takes; the message has the file and the line.
    """
    try:
        _refuse_depth(text)
        _refuse_aliases(text, name)
        return yaml.load(text, Loader=_loader())  # noqa: S506 - derived from a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and _unclosed(text[: mark.index]) > DEEPEST:
            raise too_deep(name) from None
        where = f"{name}:{mark.line + 1}" if mark else name
        raise DocumentError(f"{where}: {_said(error)}", _advice(error, text)) from None
    except yaml.reader.ReaderError as error:
        # libyaml counts bytes, PyYAML's own reader characters.
        before = text.encode()[: error.position].decode(errors="ignore") if FAST else text[: error.position]
        where = f"{name}:{before.count(chr(10)) + 1}"
        raise DocumentError(f"{where}: {error.reason} (#x{error.character:02x})", _YAML_HINT) from None
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"{name}: {error}", _YAML_HINT) from None
    except RecursionError:
        raise too_deep(name) from None


_YAML_HINT = "Name a CloudFormation template, JSON or YAML."


def _said(error: yaml.MarkedYAMLError) -> str:
    """What is wrong; some problems are the second half of a sentence that the context begins."""
    problem = str(error.problem or error.context)
    return f"{error.context}, {problem}" if error.context and problem.startswith("but ") else problem


def _advice(error: yaml.MarkedYAMLError, text: str) -> str:
    """What to do: the note that our own errors carry, or what a well-known mistake needs."""
    mark = error.problem_mark
    if mark and "cannot start any token" in str(error.problem) and text[mark.index : mark.index + 1] == "\t":
        return "Indent with spaces: YAML takes no tabs."
    if "expected ',' or" in str(error.problem):  # in { … } and [ … ], as libyaml and PyYAML say it
        return 'Quote a value that has braces, brackets or commas of its own, such as Path: "/orders/{id}".'
    return error.note or _YAML_HINT


def _refuse_depth(text: str) -> None:
    """Raise the RecursionError that libyaml does not: it takes each level on the stack until that overflows.

    A level takes a bracket, or a column of a line; only where there are many of both are they counted.
    """
    if text.count("[") + text.count("{") + max(map(len, text.split("\n"))) <= _COUNTED:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader if FAST else yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError


def _unclosed(before: str) -> int:
    """How many brackets are open where a parser gave up: some have a limit, and meet it ahead of what they report."""
    ahead = before[-_AHEAD:]
    return ahead.count("[") + ahead.count("{") - ahead.count("]") - ahead.count("}")


def _refuse_aliases(text: str, name: str) -> None:
    """CloudFormation takes no YAML aliases (user guide, "Template formats"); a text without "*" or "&" has none."""
    if "&" not in text:
        return
    for token in yaml.scan(text, Loader=yaml.CSafeLoader if FAST else yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise DocumentError(
                f"{name}:{token.start_mark.line + 1}: YAML anchors and aliases are not part of CloudFormation's YAML",
                "Write the value out where it is used.",
            )


def locate_yaml(text: str) -> dict[tuple[str | int, ...], int]:
    """The line (from 1) of each key and list item, by its path; short forms count as one step ("Fn::Sub")."""
    loader: Any = yaml.CSafeLoader if FAST else yaml.SafeLoader
    try:
        _refuse_depth(text)
        root = yaml.compose(text, Loader=loader)
        return dict(_walk(root, ())) if root is not None else {}
    except (yaml.YAMLError, RecursionError):
        return {}


def _walk(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    if node.tag.startswith("!"):
        short = node.tag[1:]
        path = (*path, short if short in ("Ref", "Condition") else f"Fn::{short}")
        yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key.start_mark.line + 1
            yield from _walk(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*path, index), item.start_mark.line + 1
            yield from _walk(item, (*path, index))
