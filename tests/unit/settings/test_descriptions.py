"""Every setting says what it is for."""

from tapgen.settings.descriptions import descriptions, structs
from tapgen.settings.model import GIVEN
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
