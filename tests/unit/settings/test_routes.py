import pytest

from tapgen.settings import routes
from tests.table import rows


@rows(
    ("text", "method", "parts"),
    [
        ("GET /", "GET", ()),
        ("ANY /orders", "ANY", ("orders",)),
        ("  DELETE   /orders/{orderId} ", "DELETE", ("orders", "{orderId}")),
        ("GET /orders/{orderId}/lines/{lineId}", "GET", ("orders", "{orderId}", "lines", "{lineId}")),
        ("ANY /files/{proxy+}", "ANY", ("files", "{proxy+}")),
        ("POST /v1.0/orders:cancel/a_b-c", "POST", ("v1.0", "orders:cancel", "a_b-c")),
        ("GET /orders/", "GET", ("orders",)),  # a REST API answers both alike
    ],
)
def test_a_route_as_a_value(text, method, parts):
    route = routes.parse(text)
    assert (route.method, route.parts) == (method, parts)
    assert str(route) == f"{method} /{'/'.join(parts)}"


@pytest.mark.parametrize("text", ["GET /orders/", "GET /", "ANY /files/{proxy+}", "$default"])
def test_an_http_apis_route_is_its_route_key(text):
    assert str(routes.parse(text, "http")) == text


def test_two_names_for_one_path_parameter_are_refused_only_by_rest_apis():
    both = [routes.parse("GET /a/{x}"), routes.parse("POST /a/{y}")]
    assert [message for _, message in routes.conflicts(both, "rest")] == [
        '"{y}" and "{x}" are path parameters of different names under "/a"'
    ]
    assert routes.conflicts(both, "http") == []
    same = [routes.parse("GET /a/{x}", "http"), routes.parse("GET /a/{y}", "http")]
    assert [message for _, message in routes.conflicts(same, "http")] == [
        '"GET /a/{y}" and "GET /a/{x}" take the same requests'
    ]


@rows(
    ("text", "problem"),
    [
        ("get /a", "does not begin with a method: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY"),
        ("/a", "does not begin with a method"),
        ("", "does not begin with a method"),
        ("GET", 'the path does not begin with "/"'),
        ("GET a", 'the path does not begin with "/"'),
        ("GET /a//", "the path has an empty part"),
        ("$default", "is a route of HTTP APIs"),
        ("GET //a", "the path has an empty part"),
        ("GET /a b", '"a b" is neither plain text nor one {parameter}'),
        ("GET /a|b", '"a|b" is neither plain text nor one {parameter}'),
        ("GET /a~b", '"a~b" is neither plain text nor one {parameter}'),
        ("GET /a?b=c", '"a?b=c" is neither plain text nor one {parameter}'),
        ("GET /{a}.html", '"{a}.html" is neither plain text nor one {parameter}'),
        ("GET /{a", '"{a" is neither plain text nor one {parameter}'),
        ("GET /{}", '"{}" is neither plain text nor one {parameter}'),
        ("GET /{a+}/b", '"{a+}" takes the rest of the path and must be its last part'),
        ("GET /{a}/{a}", "two path parameters of the same name"),
        ("GET /{a}/{a+}", "two path parameters of the same name"),
    ],
)
def test_what_api_gateway_refuses(text, problem):
    with pytest.raises(ValueError, match=r"^\"") as caught:
        routes.parse(text)
    assert problem in str(caught.value)
