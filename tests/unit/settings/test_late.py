"""Types that are imported where a project sets the field."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from tapgen.digest import digest
from tapgen.settings.late import HOMES, late_fields, late_structs
from tapgen.settings.typed import environment, whole
from tests.table import rows

PLAIN = {"name": "dev", "root": Path(), "application": "shop"}


def test_every_late_field_has_its_type_in_the_model():
    known = {struct.__name__: struct for struct in late_structs()}
    by_name = {field.name: field for field in whole().fields}
    anything = [name for name in late_fields(known["Environment"]) if isinstance(by_name[name].type, inspect.AnyType)]
    assert anything == []
    assert len(late_fields(known["Environment"])) > 20


def test_every_home_is_needed():
    texts = " ".join(text for struct in late_structs() for text in late_fields(struct).values())
    assert [name for name in HOMES if name not in texts] == []


def test_what_is_given_has_its_type_at_any_depth():
    made = environment(
        PLAIN
        | {
            "functions": {"F": {"source": "src", "on_failure": {"queue": "Q"}, "triggers": {"queues": {"Q": {}}}}},
            "queues": {"Q": {"fifo": True}},
            "api": {"domain": {"name": "api.example.com", "certificate": "arn:aws:acm:eu-west-1:111111111111:c"}},
            "apis": {"Other": {"cors": {"origins": ["https://example.com"]}}},
        }
    )
    function = made.functions["F"]
    assert type(function.on_failure).__name__ == "Destination"
    assert type(function.triggers.queues["Q"]).__name__ == "QueueTrigger"
    assert made.queues["Q"].fifo
    assert type(made.api.domain).__name__ == "Domain"
    assert made.apis["Other"].cors.origins == ("https://example.com",)
    assert made.api.cors.origins == ("*",)


@rows(
    "wrong",
    [
        {"functions": 0},
        {"functions": {"F": {"on_failure": 3}}},
        {"queues": []},
        {"queues": {"Q": {"fifo": "yes"}}},
        {"api": {"domain": False}},
        {"alarms": {"alarm_email": "nobody"}},
        {"network": {"subnets": ["subnet_1"]}},
        {"region": ""},
    ],
)
def test_a_wrong_value_of_a_late_field_is_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        environment(PLAIN | wrong)


@pytest.mark.parametrize("text", ["", "Größe", "x" * 100_000])
def test_the_digest_is_sha_256(text):
    assert digest(text) == hashlib.sha256(text.encode()).hexdigest()
