"""`cors.enabled = false`: nothing of an API answers a page of another origin."""

import json

import pytest

SETTINGS = """
application = "shop"
[functions.Orders]
source = "src"
routes = ["GET /orders", { route = "ANY /all", authorization = "AWS_IAM" }]
[api]
kind = "KIND"
body = BODY
cors = { enabled = false, origins = ["https://shop.example.com"] }
[environments.dev]
"""


@pytest.mark.parametrize(("kind", "word"), [("rest", "Access-Control-Max-Age"), ("http", "MaxAge")])
def test_how_long_a_preflight_holds(document, kind, word):
    settings = SETTINGS.replace("KIND", kind).replace("BODY", "false").replace("enabled = false", "max_age = 77")
    written = json.dumps(document(settings)["Resources"])
    assert word in written
    assert "77" in written[written.index(word) : written.index(word) + 40]


@pytest.mark.parametrize("body", ["true", "false"])
@pytest.mark.parametrize("kind", ["rest", "http"])
def test_nothing_says_a_word_of_other_origins(document, kind, body):
    template = document(SETTINGS.replace("KIND", kind).replace("BODY", body))
    written = json.dumps(template["Resources"]).lower()
    for word in ("access-control", "options", "cors", "gatewayresponse", "gateway-responses"):
        assert word not in written
    with_cors = json.dumps(document(SETTINGS.replace("KIND", kind).replace("BODY", body).replace("false,", "true,")))
    assert "cors" in with_cors.lower()
