"""Every example of docs/api.md is rendered, and its Python does what it says."""

import re

import pytest

from tapgen import render
from tapgen.proof.check import check
from tapgen.proof.needs.auto import with_actions
from tapgen.settings.load import load
from tests.conftest import ROOT
from tests.table import rows

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
FILES = {
    "checkout.json": '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}',
    "order.json": '{"type": "object"}',
    "openapi.yaml": "openapi: 3.1.0\npaths: {}\ncomponents: {schemas: {Order: {type: object}}}\n",
}


@rows("example", EXAMPLES)
def test_an_example_is_rendered(project, example):
    environment = with_actions(load(project(example, **FILES)).environment("dev"))
    types = {resource["Type"] for resource in render.render(environment).document["Resources"].values()}
    assert types & {"AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"} or "existing" in example


@rows("example", EXAMPLES)
def test_an_example_has_no_mistake_in_who_may_call(project, example):
    environment = with_actions(load(project(example, **FILES)).environment("dev"))
    found = check(environment, render.render(environment).document, lint=False)
    prefixes = ("authorizer-", "route-", "invoke-")
    assert [one.message for one in found if one.rule.startswith(prefixes) and one.severity != "info"] == []


@pytest.mark.parametrize(
    ("allowed", "headers", "origin"),
    [
        (None, {"Origin": "https://a.example"}, "*"),
        ("https://a.example,https://b.example", {"origin": "https://b.example"}, "https://b.example"),
        ("https://a.example,https://b.example", {"Origin": "https://evil.example"}, "https://a.example"),
        ("https://a.example", None, "https://a.example"),
    ],
)
def test_the_helper_for_cors_names_the_callers_origin_where_it_is_allowed(monkeypatch, allowed, headers, origin):
    source, *_ = [one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "CORS_ORIGIN" in one]
    names = {}
    exec(source, names)
    monkeypatch.delenv("CORS_ORIGIN", raising=False)
    if allowed:
        monkeypatch.setenv("CORS_ORIGIN", allowed)
    assert names["cors_headers"]({"headers": headers})["Access-Control-Allow-Origin"] == origin
