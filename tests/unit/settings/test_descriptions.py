"""Every setting says what it is for."""

import re

from msgspec import inspect

from tapgen.settings.descriptions import descriptions, structs
from tapgen.settings.model import GIVEN
from tapgen.settings.pattern_words import WORDS
from tapgen.settings.schema import json_schema
from tapgen.settings.typed import whole


def test_every_field_is_described():
    silent = [
        f"{struct.cls.__name__}.{field.name}"
        for struct in structs(whole())
        for field in struct.fields
        if field.name not in descriptions(struct.cls) and not (struct.cls is whole().cls and field.name in GIVEN)
    ]
    assert silent == []


def test_a_derived_struct_has_the_descriptions_of_what_it_derives_from():
    from tapgen.settings.queues import Queue

    assert "fifo" in descriptions(Queue)
    assert "existing" in descriptions(Queue)


def test_the_schema_has_them_beside_a_reference_too():
    schema = json_schema()
    assert schema["properties"]["functions"]["description"] == "Lambda functions by name"
    assert schema["$defs"]["Function"]["properties"]["timeout"]["description"] == "Seconds"
    assert not any("." in name for name in schema["$defs"])


def test_every_regular_expression_is_put_into_words_and_its_example_fits():
    patterns = {
        pattern for struct in structs(whole()) for field in struct.fields for pattern in expressions(field.type)
    }
    assert patterns == set(WORDS)
    for pattern, said in WORDS.items():
        example = said.rpartition("such as ")[2].split(" or ")[0].rstrip(",")
        if example and "sha256" not in said:
            assert re.search(pattern, example), (pattern, example)


def expressions(kind):
    """The regular expressions of a type, of its keys and items."""
    match kind:
        case inspect.StrType(pattern=pattern) if pattern:
            yield pattern
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
            yield from expressions(inner)
        case inspect.DictType(key_type=key, value_type=value):
            yield from (*expressions(key), *expressions(value))
        case inspect.UnionType(types=options):
            for option in options:
                yield from expressions(option)
