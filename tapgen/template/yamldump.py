"""Templates as YAML by cfn-flip's conventions: on libyaml where it is there, ten times faster, else the same bytes."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tapgen.template.yamlio import FAST, LONG_FORMS

_MAP = "tag:yaml.org,2002:map"
_STR = "tag:yaml.org,2002:str"
_WIDTH = 2**31 - 1  # lines are not folded: a change of a word is a change of one line
_LONG = 200  # characters; cfn-flip's max_col_width, from which it writes text in a block of its own
_LONGEST_KEY = 128  # bytes, libyaml's yaml_emitter_check_simple_key

_ESCAPED = r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
"""What libyaml escapes: PyYAML's own emitter writes some of it as it is, and reads it back as something else."""


class _PlainEmitter(yaml.SafeDumper):
    """PyYAML's own emitter, which quotes as libyaml does."""

    def check_simple_key(self) -> bool:
        """Whether the key stands before its colon on one line; libyaml counts one character more, and takes ""."""
        event: Any = self.event
        if not isinstance(event, yaml.ScalarEvent):
            return bool(super().check_simple_key())
        self.analysis: Any = self.analysis or self.analyze_scalar(event.value)
        tag = len(self.prepare_tag(event.tag)) if event.tag and not any(event.implicit) else 0
        return (
            not self.analysis.multiline and "\r" not in event.value and tag + len(event.value.encode()) <= _LONGEST_KEY
        )

    def choose_scalar_style(self) -> str:
        """Plain where the text allows it: PyYAML would quote whatever has a tag."""
        event: Any = self.event
        if event.style or any(event.implicit) or self.simple_key_context or self.flow_level:
            return str(super().choose_scalar_style())
        self.analysis = self.analysis or self.analyze_scalar(event.value)
        if self.analysis.allow_block_plain:
            return ""
        return "'" if self.analysis.allow_single_quoted else '"'


def _dumper(base: type) -> type:
    class TemplateDumper(base):  # type: ignore[misc]
        """Intrinsic functions in short form, code and long text in blocks."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
            return True

    def represent_dict(dumper: Any, value: dict[str, Any]) -> Any:
        if len(value) == 1:
            [(key, argument)] = value.items()
            if key in LONG_FORMS and (node := _short_form(dumper, key.removeprefix("Fn::"), argument)):
                return node
        return dumper.represent_mapping(_MAP, value.items(), flow_style=False)

    def represent_str(dumper: Any, value: str) -> Any:
        style = _style(value)
        if style is None and "'" in value and '"' not in value:
            style = '"'  # "'*'", not '''*'''
        if style is None and len(value) >= _LONG:
            style = ">"
        if style is None and value.startswith("0"):
            style = "'"  # as cfn-flip does: not every reader agrees on what 012 is
        return dumper.represent_scalar(_STR, value, style=style)

    TemplateDumper.add_representer(dict, represent_dict)
    TemplateDumper.add_representer(str, represent_str)
    return TemplateDumper


def _short_form(dumper: Any, short: str, argument: Any) -> Any:
    """The node of `!short argument`; None where the argument has no short form."""
    tag = f"!{short}"
    if isinstance(argument, str):
        return dumper.represent_scalar(tag, argument, style=_style(argument) if argument else "'")
    if short == "Condition":
        return None
    if short == "GetAtt" and _is_attribute(argument):
        return dumper.represent_scalar(tag, ".".join(argument))
    if isinstance(argument, list):
        return dumper.represent_sequence(tag, argument, flow_style=False)
    return dumper.represent_mapping(tag, argument.items(), flow_style=False) if isinstance(argument, dict) else None


def _is_attribute(argument: Any) -> bool:
    """A logical id and an attribute, such that "Id.Attribute" is read as these two again."""
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and all(isinstance(part, str) and re.fullmatch(r"[\w.:-]+", part) for part in argument)
        and "." not in argument[0]
    )


def _style(text: str) -> str | None:
    """A block for lines, quotes for what must be escaped; None where YAML's own rules say what is needed."""
    if text.isascii() and text.isprintable():
        return None
    if re.search(_ESCAPED, text):
        return '"'
    return "|" if "\n" in text else None


def dump_yaml(document: dict[str, Any], *, fast: bool = FAST) -> str:
    """The document as YAML in short form, in its own order."""
    dumper = _dumper(yaml.CSafeDumper if fast else _PlainEmitter)
    text: str = yaml.dump(
        document, Dumper=dumper, default_flow_style=False, allow_unicode=True, width=_WIDTH, sort_keys=False
    )
    return text.removesuffix("...\n")  # the end of the document, which libyaml marks after some blocks
