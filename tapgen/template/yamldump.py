"""Templates as YAML by cfn-flip's conventions: on libyaml where it is there, ten times faster, else the same bytes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

from tapgen.template.yamlio import FAST, LONG_FORMS

_MAP = "tag:yaml.org,2002:map"
_SEQ = "tag:yaml.org,2002:seq"
_STR = "tag:yaml.org,2002:str"
_WIDTH = 2**31 - 1  # lines are not folded: a change of a word is a change of one line
_LONG = 200  # characters; cfn-flip's max_col_width, from which it writes text in a block of its own
_LONGEST_KEY = 128  # bytes, libyaml's yaml_emitter_check_simple_key

_ESCAPED = r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
"""What libyaml escapes: PyYAML's own emitter writes some of it as it is, and reads it back as something else."""
_CONTROL = r"[\x00-\x09\x0b-\x1f\x7f]"
"""The same of ASCII: Python takes 4 ms to compile the other one, which most templates do not need."""


_NUMBER = re.compile(r"[-+]?(?:(?:\.[0-9][0-9_]*|[0-9][0-9_,]*\.?[0-9_]*)(?:[eE][-+]?[0-9]+)?|0o[0-7_]+)")
"""What is no text to one parser or another: numbers to YAML 1.1 as SnakeYAML reads it, to YAML 1.2, or to JSON, where
PyYAML, by the letter of 1.1, wants a point before an exponent and a sign in that; `1,000` to Ruby's."""


_RESOLVER: Any = yaml.resolver.Resolver()
_SCALARS: Any = yaml.representer.SafeRepresenter()
_MAPPING_END = yaml.MappingEndEvent()
_SEQUENCE_END = yaml.SequenceEndEvent()


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


@lru_cache(maxsize=8192)
def _text(value: str) -> yaml.ScalarEvent:
    """A text in the style in which it is read back as the same text; a template says most of its texts many times."""
    style = _style(value)
    if style is None and "'" in value and '"' not in value:
        style = '"'  # "'*'", not '''*'''
    if style is None and len(value) >= _LONG:
        style = ">"
    if style is None and (value.startswith("0") or (value[:1] in "+-.123456789" and _NUMBER.fullmatch(value))):
        style = "'"  # not every reader agrees on what 012 is, and CloudFormation's takes 1e3 for a number
    plain = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) == _STR
    return yaml.ScalarEvent(None, _STR, (plain, True), value, style=style)


def _add(events: list[yaml.Event], value: Any) -> None:
    """Add what writes a value."""
    match value:
        case str():
            events.append(_text(value))
        case dict():
            if len(value) == 1:
                [(key, argument)] = value.items()
                if key in LONG_FORMS and _add_short_form(events, f"!{key.removeprefix('Fn::')}", argument):
                    return
            _add_mapping(events, value)
        case list():
            _add_sequence(events, value)
        case _:
            node = _SCALARS.represent_data(value)  # numbers, booleans, null
            events.append(yaml.ScalarEvent(None, node.tag, (True, False), node.value))


def _add_mapping(events: list[yaml.Event], value: dict[str, Any], tag: str = _MAP) -> None:
    events.append(yaml.MappingStartEvent(None, tag, tag == _MAP, flow_style=False))
    for key, item in value.items():
        _add(events, key)
        _add(events, item)
    events.append(_MAPPING_END)


def _add_sequence(events: list[yaml.Event], value: list[Any], tag: str = _SEQ) -> None:
    events.append(yaml.SequenceStartEvent(None, tag, tag == _SEQ, flow_style=False))
    for item in value:
        _add(events, item)
    events.append(_SEQUENCE_END)


def _add_short_form(events: list[yaml.Event], tag: str, argument: Any) -> bool:
    """Add `!Short argument`; False where the argument has no short form."""
    if isinstance(argument, str):
        style = _style(argument) if argument else "'"
        events.append(yaml.ScalarEvent(None, tag, (False, False), argument, style=style))
    elif tag == "!Condition":
        return False
    elif tag == "!GetAtt" and _is_attribute(argument):
        events.append(yaml.ScalarEvent(None, tag, (False, False), ".".join(argument)))
    elif isinstance(argument, list):
        _add_sequence(events, argument, tag)
    elif isinstance(argument, dict):
        _add_mapping(events, argument, tag)
    else:
        return False
    return True


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
    if re.search(_CONTROL if text.isascii() else _ESCAPED, text):
        return '"'
    return "|" if "\n" in text else None


def dump_yaml(document: dict[str, Any], *, fast: bool = FAST) -> str:
    """The document as YAML in short form, in its own order."""
    events = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False)]
    _add(events, document)
    events += [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    text: str = yaml.emit(events, Dumper=yaml.CSafeDumper if fast else _PlainEmitter, allow_unicode=True, width=_WIDTH)
    return text.removesuffix("...\n")  # the end of the document, which libyaml marks after some blocks
