"""Every layer that docs/layers.md shows is one that works."""

import re

import pytest

from tapgen.render import render
from tapgen.settings.load import load
from tests.conftest import HANDLER, ROOT

PAGE = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")
SETTINGS = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
LAYERS = [text for text in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "..." not in text]


@pytest.fixture
def built(tmp_path):
    def build(layer, env):
        for name, text in {
            "tapgen.toml": SETTINGS,
            "src/index.py": HANDLER,
            "layers/thumbnails.py": layer,
        }.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return render(load(tmp_path).environment(env)).document

    return build


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("env", ["dev", "prod"])
def test_it_is_built_and_changes_the_template(built, layer, env):
    assert built(layer, env) != built("def build(template, environment, stack):\n    pass\n", env)


def test_the_first_adds_what_the_page_says(built):
    for env, days in (("dev", 14), ("prod", 90)):
        resources = built(LAYERS[0], env)["Resources"]
        [rule] = resources["ThumbnailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] == days
        variables = resources["OrdersFunction"]["Properties"]["Environment"]["Variables"]
        assert (variables["BUCKET_NAME"], variables["SMALLEST"]) == ({"Ref": "ThumbnailBucket"}, "64")
        [policy] = resources["OrdersFunctionRole"]["Properties"]["Policies"]
        assert policy["PolicyDocument"]["Statement"][-1] == {
            "Sid": "PutThumbnails",
            "Effect": "Allow",
            "Action": ["s3:PutObject"],
            "Resource": [{"Fn::GetAtt": ["ThumbnailBucket", "Arn"]}],
        }


def test_every_call_of_its_table_is_one_of_the_stack():
    from tapgen.stack import Stack

    called = {name for text in LAYERS for name in re.findall(r"stack\.(\w+)\(", text)}
    listed = set(re.findall(r"stack\.(\w+)[(`]", PAGE))
    known = {name for name in vars(Stack) if not name.startswith("_")}
    assert called | listed <= known | set(Stack.__struct_fields__)
