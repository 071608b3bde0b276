"""YAML templates by cfn-flip's conventions: on libyaml where it is there, ten times faster, else the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tapgen.errors import DocumentError

_FAST = bool(getattr(yaml, "__with_libyaml__", False))
_MAP = "tag:yaml.org,2002:map"
_WIDTH = 200  # cfn-flip's max_col_width

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
_LONG_FORMS = frozenset(f"Fn::{name}" for name in _SHORT_FORMS - {"Ref", "Condition"}) | {"Ref", "Condition"}


def _dumper(base: type) -> type:
    class TemplateDumper(base):  # type: ignore[misc]
        """Intrinsic functions in short form, code and long text in blocks."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
            return True

    def represent_dict(dumper: Any, value: dict[str, Any]) -> Any:
        if len(value) == 1:
            [(key, argument)] = value.items()
            if key in _LONG_FORMS and not (key == "Condition" and not isinstance(argument, str)):
                return represent_function(dumper, f"!{key.removeprefix('Fn::')}", argument)
        return dumper.represent_mapping(_MAP, value.items(), flow_style=False)

    def represent_function(dumper: Any, tag: str, argument: Any) -> Any:
        if tag == "!GetAtt" and isinstance(argument, list) and all(isinstance(part, str) for part in argument):
            argument = ".".join(argument)
        if isinstance(argument, list):
            return dumper.represent_sequence(tag, argument)
        if isinstance(argument, dict):  # a function of a function: only the outer one can have the tag
            return dumper.represent_mapping(tag, argument.items())
        return dumper.represent_scalar(tag, str(argument), style=None if argument else "'")

    def represent_str(dumper: Any, value: str) -> Any:
        style = None
        if "\n" in value:
            style = "|"
        elif len(value) >= _WIDTH:
            style = ">"
        elif value.startswith("0"):  # an account id keeps its zero
            style = "'"
        elif "'" in value and '"' not in value:
            style = '"'  # "'*'", not '''*'''
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)

    TemplateDumper.add_representer(dict, represent_dict)
    TemplateDumper.add_representer(str, represent_str)
    return TemplateDumper


def dump_yaml(document: dict[str, Any], *, fast: bool = _FAST) -> str:
    """The document as YAML in short form, in its own order."""
    dumper = _dumper(yaml.CSafeDumper if fast else yaml.SafeDumper)
    return str(
        yaml.dump(document, Dumper=dumper, default_flow_style=False, allow_unicode=True, width=_WIDTH, sort_keys=False)
    )


def _loader() -> type:
    base: type = yaml.CSafeLoader if _FAST else yaml.SafeLoader

    class TemplateLoader(base):  # type: ignore[misc]
        """Short forms become long ones; times stay text, as CloudFormation reads them."""

        yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own shape
            first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
            for first, resolvers in base.yaml_implicit_resolvers.items()  # type: ignore[attr-defined]
        }

    def construct_mapping(loader: Any, node: Any) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a word", key_node.start_mark)
            key = key if isinstance(key, str) else key_node.value  # 200: becomes "200", as in JSON
            if key in mapping:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key}" stands twice in one mapping', key_node.start_mark
                )
            mapping[key] = loader.construct_object(value_node, deep=True)
        return mapping

    def construct_function(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
        if suffix not in _SHORT_FORMS:
            raise yaml.constructor.ConstructorError(
                None, None, f"!{suffix} is no function of CloudFormation", node.start_mark
            )
        key = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
        if key == "Fn::GetAtt" and isinstance(node, yaml.ScalarNode):
            from cfn_tools.yaml_loader import construct_getatt

            return {key: construct_getatt(node)}
        if isinstance(node, yaml.ScalarNode):
            return {key: loader.construct_scalar(node)}
        if isinstance(node, yaml.SequenceNode):
            return {key: loader.construct_sequence(node, deep=True)}
        return {key: construct_mapping(loader, node)}

    TemplateLoader.add_constructor(_MAP, construct_mapping)
    TemplateLoader.add_multi_constructor("!", construct_function)
    return TemplateLoader


def parse_yaml(text: str, name: str) -> Any:
    """The value in a YAML text.

    Raises:
        DocumentError: it is not YAML that CloudFormation takes; the message has the file and the line.
    """
    try:
        _refuse_aliases(text, name)
        return yaml.load(text, Loader=_loader())  # noqa: S506 - derived from a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise DocumentError(f"{where}: {error.problem or error.context}", _YAML_HINT) from None
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"{name}: {error}", _YAML_HINT) from None
    except RecursionError:
        raise DocumentError(f"{name}: nested too deeply to be a template") from None


_YAML_HINT = "Name a CloudFormation template, JSON or YAML."


def _refuse_aliases(text: str, name: str) -> None:
    """CloudFormation takes no YAML aliases (user guide, "Template formats"); a text without "*" or "&" has none."""
    if "&" not in text:
        return
    for token in yaml.scan(text, Loader=yaml.CSafeLoader if _FAST else yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise DocumentError(
                f"{name}:{token.start_mark.line + 1}: YAML anchors and aliases are not part of CloudFormation's YAML",
                "Write the value out where it is used.",
            )


def locate_yaml(text: str) -> dict[tuple[str | int, ...], int]:
    """The line (from 1) of each key and list item, by its path; short forms count as one step ("Fn::Sub")."""
    loader: Any = yaml.CSafeLoader if _FAST else yaml.SafeLoader
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.YAMLError:
        return {}
    return dict(_walk(root, ())) if root is not None else {}


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
