"""API Gateway publishes a snapshot: the deployment's logical id follows everything that is in it."""

import copy
from pathlib import Path

import pytest

from tapgen.layers.api.publishing import PUBLISHED, fingerprint
from tapgen.render import render
from tapgen.settings.load import load
from tests.table import rows

ROOT = Path(__file__).parents[3]
MORE = {
    "Model": {"Type": "AWS::ApiGateway::Model", "Properties": {"ContentType": "application/json", "Schema": {"a": 1}}},
    "Authorizer": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {"Name": "a", "Type": "REQUEST"}},
    "Validator": {"Type": "AWS::ApiGateway::RequestValidator", "Properties": {"ValidateRequestBody": True}},
}
RENDERED = render(load(ROOT).environment("dev")).document["Resources"]
SNAPSHOT = {**{name: one for name, one in RENDERED.items() if one["Type"] in PUBLISHED}, **MORE}


def paths(value, path=()):
    """The path of every leaf of every property, tags apart."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            if not (path[1:2] == ("Properties",) and key == "Tags"):
                yield from paths(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))
    else:
        yield path


def mutated(path):
    """The snapshot with another value at a path."""
    made = copy.deepcopy(SNAPSHOT)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = "another"
    return made


@pytest.mark.rule(33)
@rows("path", list(paths(SNAPSHOT)), ids=lambda path: ".".join(map(str, path)))
def test_every_property_of_the_api_makes_a_new_deployment(path):
    assert fingerprint(mutated(path)) != fingerprint(copy.deepcopy(SNAPSHOT))


@pytest.mark.rule(33)
def test_every_type_of_the_snapshot_is_tried_and_tags_are_not_part_of_it():
    assert {one["Type"] for one in SNAPSHOT.values()} == PUBLISHED
    tagged = copy.deepcopy(SNAPSHOT)
    tagged["Model"]["Properties"]["Tags"] = [{"Key": "a", "Value": "b"}]
    assert fingerprint(tagged) == fingerprint(copy.deepcopy(SNAPSHOT))


@pytest.mark.rule(33)
def test_a_resource_that_comes_or_goes_makes_a_new_deployment():
    fewer = {name: one for name, one in copy.deepcopy(SNAPSHOT).items() if name != "Model"}
    assert fingerprint(fewer) != fingerprint(copy.deepcopy(SNAPSHOT))
