"""Pictures: what is a node, what is an arrow, how changes are coloured, and that no label breaks the format."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from review_cases import API, FUNCTION, TABLE, method, table

from tapgen.review.assess import assess
from tapgen.review.picture.drawing import Arrow, Node, Picture, draw
from tapgen.review.picture.mermaid import dot, mermaid
from tapgen.review.picture.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
FUNCTION_URI = {"Fn::Sub": "arn:x/${F.Arn}/invocations"}
APP: dict[str, Any] = {
    **API,
    "G": method("GET", Integration={"Uri": FUNCTION_URI}),
    "S": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}},
    "F": {"Type": FUNCTION, "Properties": {"Environment": {"Variables": {"T": {"Ref": "T"}}}}},
    "P": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "F"}, "Principal": "p"}},
    "T": {"Type": TABLE, "Properties": table()},
}
LAYERS = {"Api": "api", "S": "api", "F": "compute", "T": "data"}


def names(picture: Picture) -> list[str]:
    return [node.id for node in picture.nodes]


def test_what_only_connects_is_an_arrow() -> None:
    picture = draw({"Resources": APP}, layers=LAYERS)

    assert names(picture) == ["Api", "S", "F", "T"]
    assert set(picture.arrows) == {Arrow("S", "Api"), Arrow("F", "T"), Arrow("Api", "F", "GET /item")}
    assert picture.groups == ("api", "compute", "data")


def test_a_full_picture_has_every_resource_and_reference() -> None:
    picture = draw({"Resources": APP}, full=True)

    assert names(picture) == list(APP)
    assert Arrow("G", "F") in picture.arrows
    assert Arrow("P", "F") in picture.arrows
    assert picture.groups[0] == "ApiGateway"


def test_entries_and_stores_are_marked() -> None:
    kinds = {node.id: node.kind for node in draw({"Resources": APP}).nodes}

    assert kinds == {"Api": "entry", "S": "entry", "F": "plain", "T": "store"}


def test_two_methods_on_one_function_share_an_arrow() -> None:
    resources = {**APP, "H": method("POST", Integration={"Uri": FUNCTION_URI})}

    assert Arrow("Api", "F", "GET /item\nPOST /item") in draw({"Resources": resources}).arrows


def test_a_route_is_an_arrow_with_its_destination() -> None:
    resources = {
        "T": {"Type": "AWS::EC2::RouteTable", "Properties": {}},
        "G": {"Type": "AWS::EC2::InternetGateway"},
        "R": {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": {"Ref": "T"},
                "GatewayId": {"Ref": "G"},
                "DestinationCidrBlock": "0.0.0.0/0",
            },
        },
    }

    assert draw({"Resources": resources}).arrows == (Arrow("T", "G", "0.0.0.0/0"),)


def changed() -> Picture:
    old = {"Resources": {**APP, "Gone": {"Type": "AWS::SNS::Topic"}}}
    new = {
        "Resources": {
            **APP,
            "T": {"Type": TABLE, "Properties": table("N")},
            "Q": {"Type": "AWS::SQS::Queue"},
            "H": method("POST", Integration={"Uri": FUNCTION_URI}),
        }
    }
    return draw(new, layers=LAYERS, old=old, review=assess(old, new))


def test_nothing_points_at_itself() -> None:
    resources = {
        "T": {"Type": "AWS::SNS::Topic", "Properties": {"A": {"Ref": "T"}}},
        "S": {"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": {"Ref": "T"}, "Endpoint": {"Ref": "T"}}},
    }

    assert draw({"Resources": resources}).arrows == ()


def test_a_change_colours_nodes_and_arrows_and_keeps_what_is_removed() -> None:
    picture = changed()

    assert {node.id: node.status for node in picture.nodes} == {
        "Api": "",
        "S": "",
        "F": "changed",
        "T": "replaced",
        "Q": "added",
        "Gone": "removed",
    }
    assert Arrow("Api", "F", "POST /item", "added") in picture.arrows
    assert Arrow("Api", "F", "GET /item") in picture.arrows


def test_mermaid_is_exactly_this() -> None:
    assert (
        mermaid(draw({"Resources": {"F": APP["F"], "T": APP["T"], "lower": {"Type": "Custom::X"}}}, layers=LAYERS))
        == """\
flowchart LR
  subgraph g0["compute"]
    F["F<br/><small>Lambda Function</small>"]:::plain
  end
  subgraph g1["data"]
    T[("T<br/><small>DynamoDB Table</small>")]:::store
  end
  subgraph g2["Custom"]
    n2["lower<br/><small>Custom X</small>"]:::plain
  end
  F --> T
  classDef entry fill:#fff4d6,stroke:#b7791f,color:#1a202c
  classDef store fill:#e0edff,stroke:#2b6cb0,color:#1a202c
  classDef plain fill:#f7f7f7,stroke:#718096,color:#1a202c
"""
    )


def test_mermaid_colours_a_change() -> None:
    text = mermaid(changed())

    assert 'T[("T<br/><small>DynamoDB Table</small>")]:::replaced' in text
    assert 'Api -->|"POST /item"| F' in text
    assert "classDef removed" in text
    arrows = [line for line in text.splitlines() if " -->" in line]
    index = next(number for number, line in enumerate(arrows) if "POST" in line)
    assert f"linkStyle {index} stroke:" in text


def test_dot_has_clusters_shapes_and_labels() -> None:
    text = dot(changed())

    assert 'subgraph cluster_0 {\n    label="api";' in text
    assert '"T" [label="T\\nDynamoDB Table", shape=cylinder, fillcolor="#ffd9c2", color="#c05621"];' in text
    assert '"Api" -> "F" [label="POST /item", color="#2f855a", penwidth=2];' in text
    assert text.count("{") == text.count("}")


HOSTILE = '"];x --> y{}[]<script>|`;#\\ \x1b'


def test_no_label_breaks_a_format() -> None:
    picture = Picture(
        HOSTILE,
        (Node(HOSTILE, HOSTILE, HOSTILE, "plain"), Node("B", "AWS::SNS::Topic", HOSTILE, "entry")),
        (Arrow(HOSTILE, "B", HOSTILE),),
        (HOSTILE,),
        members={HOSTILE: (Node(HOSTILE, HOSTILE, HOSTILE, "plain"), Node("B", "AWS::SNS::Topic", HOSTILE, "entry"))},
    )

    flow = mermaid(picture)
    assert "<script>" not in flow
    assert flow.count('"') == 2 * sum(line.count('"') for line in flow.splitlines()) // 2
    assert all(line.count('"') in (0, 2) for line in flow.splitlines())
    assert '\\"];x' in dot(picture)
    root = ET.fromstring(svg(picture))
    assert not list(root.iter("script"))
    assert "\x1b" not in flow + dot(picture) + svg(picture)


def boxes(text: str) -> list[tuple[float, float, float, float]]:
    root = ET.fromstring(text)
    return [
        tuple(float(shape.attrib[name]) for name in ("x", "y", "width", "height"))  # type: ignore[misc]
        for shape in root.iter(f"{SVG}rect")
        if shape.attrib.get("height") == "44"
    ]


def test_in_an_svg_no_two_resources_overlap_and_all_are_inside() -> None:
    resources = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(30)}
    resources |= {
        f"Queue{number}": {"Type": "AWS::SQS::Queue", "Properties": {"A": {"Ref": f"Topic{number}"}}}
        for number in range(9)
    }
    text = svg(draw({"Resources": resources}))
    root = ET.fromstring(text)
    _, _, width, height = map(float, root.attrib["viewBox"].split())

    found = boxes(text)

    assert len(found) == 30  # the queues hold messages: they are drawn as cylinders
    for number, (x, y, wide, high) in enumerate(found):
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height
        for other_x, other_y, other_wide, other_high in found[number + 1 :]:
            assert x + wide <= other_x or other_x + other_wide <= x or y + high <= other_y or other_y + other_high <= y


def test_an_svg_names_every_resource_and_label_once() -> None:
    root = ET.fromstring(svg(changed()))
    texts = [element.text for element in root.iter(f"{SVG}text")]

    for name in ("Api", "S", "F", "T", "Q", "Gone", "GET /item", "POST /item", "added", "removed"):
        assert texts.count(name) == 1


def test_labels_between_the_same_two_do_not_cover_each_other() -> None:
    root = ET.fromstring(svg(changed()))
    heights = [float(one.attrib["y"]) for one in root.iter(f"{SVG}text") if (one.text or "").endswith(" /item")]

    assert abs(heights[0] - heights[1]) >= 12


def test_many_labels_are_counted() -> None:
    methods = {f"M{number}": method(f"X{number}", Integration={"Uri": FUNCTION_URI}) for number in range(9)}
    picture = draw({"Resources": {**API, **methods, "F": APP["F"], "T": APP["T"]}})

    texts = [element.text for element in ET.fromstring(svg(picture)).iter(f"{SVG}text")]

    assert [one for one in texts if one and one.startswith(("X", "6 more"))] == [
        "X0 /item",
        "X1 /item",
        "X2 /item",
        "6 more",
    ]
    assert "X7 /item<br/>X8 /item" in mermaid(picture)
    assert "X7 /item\\nX8 /item" in dot(picture)


def test_groups_go_from_the_entry_inward() -> None:
    layers = {"Api": "api", "S": "api", "F": "compute", "R": "identity", "T": "data", "A": "monitoring"}
    resources = {
        "A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"X": {"Ref": "F"}}},
        "R": {"Type": "AWS::IAM::Role", "Properties": {"Y": [{"Ref": "T"}, {"Fn::GetAtt": ["T", "Arn"]}]}},
        **APP,
        "F": {"Type": FUNCTION, "Properties": {"Role": {"Fn::GetAtt": ["R", "Arn"]}}},
    }

    assert draw({"Resources": resources}, layers=layers).groups == ("api", "compute", "identity", "data", "monitoring")


@pytest.mark.parametrize("document", [{"Resources": {}}, {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}])
def test_small_templates_can_be_drawn(document: dict[str, Any]) -> None:
    assert ET.fromstring(svg(draw(document))).tag == f"{SVG}svg"
    assert mermaid(draw(document)).startswith("flowchart LR\n")
