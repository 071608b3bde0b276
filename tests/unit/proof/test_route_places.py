"""A finding about a route has the route's line, one about an API the line of its table."""

from __future__ import annotations

import pytest

from tapgen import render
from tapgen.proof.check import check
from tapgen.settings.load import load

SETTINGS = """\
application = "shop"
[functions.Auth]
source = "src"
[functions.Item]
source = "src"
routes = [
    { route = "POST /a", authorizer = "A" },
    "POST /b",
    { route = "POST /c", api = "Site" },
    { route = "GET /d", api = "Site", authorizer = "A" },
]
[api]
authorizers.A = { function = "Auth" }
[apis.Site]
kind = "KIND"
authorizers.A = { function = "Auth" }
"""


@pytest.mark.parametrize("kind", ["rest", "http"])
def test_the_line_of_a_route_and_of_an_api(project, kind):
    authorizer_ttl = {("authorizer-ttl", 12, 1), ("authorizer-ttl", 14, 1)}
    environment = load(project(SETTINGS.replace("KIND", kind))).environment("dev")
    findings = check(environment, render.render(environment).document, lint=False)
    assert {(one.rule, one.line, one.column) for one in findings if one.file == "tapgen.toml"} == {
        ("api-public-write", 8, 5),
        ("api-public-write", 9, 5),
        *authorizer_ttl,
    }
