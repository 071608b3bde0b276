"""Templates as other tools write them: what each becomes, and that deploying it changes nothing that matters.

A file's first line says what it becomes: `# 1 table, 1 function, 2 triggers, 3 resources`.
"""

import json
from pathlib import Path

import pytest

from tapgen.render import render
from tapgen.settings.load import load
from tapgen.starter.adopt import sam
from tapgen.starter.adopt.drafts import LAYER
from tapgen.starter.adopt.settle import ANSWERED, DEFAULTS, MARKS
from tapgen.template.document import read
from tapgen.template.intrinsics import canonical

FOLDER = Path(__file__).parents[2] / "adopt-templates"
TEMPLATES = sorted(FOLDER.glob("*.yaml"))
NO_VALUE = {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_it_becomes_parts_and_nothing_is_replaced_or_lost(file, tapgen, tmp_path):
    if file.stem.startswith("sam-"):
        pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    ended = tapgen("adopt", str(file), "--name", "shop", "--to", str(tmp_path), "--region", "eu-central-1")
    assert ended.code == 0, ended.out + ended.err
    assert ended.out.splitlines()[ended.out.splitlines().index("") + 1] == first_line(file)
    old = read(file)
    if sam.is_sam(old):
        old = sam.expand(old, file.parent, "eu-central-1", {}).document
    new = render(load(tmp_path, sources=False).environment("prod")).document
    kept = {name: one for name, one in old["Resources"].items() if not is_published_anew(one)}
    assert kept.keys() == {name for name, one in new["Resources"].items() if name in kept or not comes_with_an_api(one)}
    assert {name: one["Type"] for name, one in kept.items()} == {name: new["Resources"][name]["Type"] for name in kept}
    for name, one in kept.items():
        if one["Type"] != LAYER:  # tapgen keeps a layer's versions that others replace
            assert attributes(new["Resources"][name]) == attributes(one), name
        assert_same(one["Type"], one.get("Properties", {}), new["Resources"][name].get("Properties", {}))
    for section in ("Parameters", "Conditions", "Mappings", "Rules", "Outputs"):
        same = {key: new.get(section, {}).get(key) for key in old.get(section, {})}
        assert canonical(without_type(same)) == canonical(without_type(old.get(section, {})))


def is_published_anew(resource):
    """A deployment of a REST API: each change of the API makes another one."""
    return resource["Type"] == "AWS::ApiGateway::Deployment"


def comes_with_an_api(resource):
    """What follows the routes of an adopted API, beside what there is."""
    by_api = resource.get("Properties", {}).get("Principal") == "apigateway.amazonaws.com"
    return is_published_anew(resource) or (resource["Type"] == "AWS::Lambda::Permission" and by_api)


def first_line(file):
    return file.read_text().splitlines()[0].removeprefix("# ")


def attributes(resource):
    """What a resource says beside its properties, defaults written out; metadata is for the other tool."""
    after = resource.get("DependsOn", [])
    said = {key: resource.get(key) for key in ("Condition", "CreationPolicy", "UpdatePolicy")}
    policies = [resource.get(key, "Delete") for key in ("DeletionPolicy", "UpdateReplacePolicy")]
    return said, policies, sorted([after] if isinstance(after, str) else after)


def assert_same(kind, before, after):
    """Every property is as it was, or what the service takes where it is not said; tags and code may be others."""
    for name in {*before, *after}:
        if name == "Tags" or (kind, name) in ANSWERED:
            continue
        default = DEFAULTS.get((kind, name))
        assert plain(after.get(name, default)) == plain(before.get(name, default)), (kind, name)
    if kind == "AWS::Lambda::Function":
        assert {"Code", "Handler"} <= after.keys() or "ImageUri" in after["Code"]
    if isinstance(before.get("Tags"), list):
        tags = [one for one in before["Tags"] if one["Key"] not in MARKS]
        assert all(one in after["Tags"] for one in tags)


def plain(value):
    return canonical(without_nothing(value))


def test_a_definition_says_what_it_said(tapgen, tmp_path):
    tapgen("adopt", str(FOLDER / "cdk-state-machine.yaml"), "--name", "shop", "--to", str(tmp_path))
    machine = render(load(tmp_path, sources=False).environment("prod")).document["Resources"]["Flow9C0D1E2F"]
    written = json.dumps(machine["Properties"]["Definition"], separators=(",", ":"))
    values = {name: one["Fn::Sub"] for name, one in machine["Properties"]["DefinitionSubstitutions"].items()}
    for name, value in values.items():
        written = written.replace(f"${{{name}}}", value)
    pieces = read(FOLDER / "cdk-state-machine.yaml")["Resources"]["Flow9C0D1E2F"]["Properties"]["DefinitionString"]
    assert json.loads(written) == json.loads(canonical_text(pieces["Fn::Join"][1]))


def canonical_text(pieces):
    """A joined text, references as Fn::Sub writes them."""
    named = ("${AWS::Partition}", "${Pay5E6F7A8B.Arn}")
    references = iter(named)
    return "".join(piece if isinstance(piece, str) else next(references) for piece in pieces)


def without_nothing(value):
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item != NO_VALUE}
    return [without_nothing(item) for item in value if item != NO_VALUE] if isinstance(value, list) else value


def without_type(parameters):
    """A secret parameter's default is not kept: it would stand in the settings."""
    return {
        name: {key: item for key, item in one.items() if key != "Default"}
        if isinstance(one, dict) and one.get("NoEcho")
        else one
        for name, one in parameters.items()
    }
