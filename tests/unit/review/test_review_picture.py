"""Pictures: what is a node, what is an arrow, how changes are coloured, and that no label breaks the format."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from review_cases import API, FUNCTION, TABLE, method, table

from tapgen.review.assess import assess
from tapgen.review.picture.drawing import draw
from tapgen.review.picture.mermaid import dot, mermaid
from tapgen.review.picture.model import Arrow, Node, Picture
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
    picture = draw({"Resources": APP})

    assert names(picture) == ["Api", "F", "T"]
    assert set(picture.arrows) == {Arrow("F", "T"), Arrow("Api", "F", "GET /item")}
    assert picture.groups == ()


def test_a_full_picture_has_every_resource_and_reference() -> None:
    picture = draw({"Resources": APP}, full=True)

    assert names(picture) == list(APP)
    assert Arrow("G", "F") in picture.arrows
    assert Arrow("P", "F") in picture.arrows
    assert picture.groups[0] == "ApiGateway"


def test_entries_and_stores_are_marked() -> None:
    kinds = {node.id: node.kind for node in draw({"Resources": APP}).nodes}

    assert kinds == {"Api": "entry", "F": "function", "T": "store"}


def test_two_methods_on_one_function_share_an_arrow() -> None:
    resources = {**APP, "H": method("POST", Integration={"Uri": FUNCTION_URI})}

    assert Arrow("Api", "F", "GET /item\nPOST /item") in draw({"Resources": resources}).arrows


def test_a_route_that_asks_who_calls_has_a_lock() -> None:
    guarded = method("GET", AuthorizationType="AWS_IAM", Integration={"Uri": FUNCTION_URI})

    assert Arrow("Api", "F", "🔒 GET /item") in draw({"Resources": {**APP, "G": guarded}}).arrows


def role(*statements: dict[str, Any]) -> dict[str, Any]:
    policies = [
        {"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow", **one} for one in statements]}}
    ]
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}


def test_an_overview_says_what_flows() -> None:
    table, queue, topic = ({"Fn::GetAtt": [name, "Arn"]} for name in ("Table", "Queue", "Topic"))
    may = role(
        {"Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": table},
        {"Action": "sqs:SendMessage", "Resource": queue},
        {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": {"Fn::GetAtt": ["Inbox", "Arn"]}},
        {"Action": "sns:Publish", "Resource": {"Ref": "Topic"}},
        {"Action": "states:StartExecution", "Resource": {"Ref": "Machine"}},
        {"Action": "logs:PutLogEvents", "Resource": {"Fn::GetAtt": ["Log", "Arn"]}},
    )
    letters = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    resources = {
        "F": {"Type": FUNCTION, "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
        "Role": may,
        "Log": {"Type": "AWS::Logs::LogGroup"},
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [{"Ref": "Told"}]}},
        "Told": {"Type": "AWS::SNS::Topic"},
        "Table": {"Type": TABLE},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": letters}},
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Inbox": {"Type": "AWS::SQS::Queue"},
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Inbox", "Arn"]}, "FunctionName": {"Ref": "F"}},
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Sub": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue},
        },
        "Machine": {"Type": "AWS::StepFunctions::StateMachine"},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(1 day)",
                "Targets": [{"Id": "a", "Arn": {"Fn::GetAtt": ["F", "Arn"]}}],
            },
        },
    }

    picture = draw({"Resources": resources})

    assert {(one.source, one.target, one.label) for one in picture.arrows} == {
        ("F", "Table", "reads, writes"),
        ("F", "Queue", "sends"),
        ("F", "Topic", "publishes"),
        ("F", "Machine", "starts"),
        ("Inbox", "F", "messages"),
        ("Queue", "Dead", "dead letters"),
        ("Topic", "Queue", "messages"),
        ("Rule", "F", "rate(1 day)"),
    }
    assert set(names(picture)) == {"F", "Table", "Queue", "Dead", "Inbox", "Topic", "Machine", "Rule"}


def test_what_starts_machines_and_fills_queues_is_said() -> None:
    queue, machine, lost = ({"Fn::GetAtt": [name, "Arn"]} for name in ("Q", "M", "Lost"))
    given = {"Event": "s3:ObjectCreated:*", "Queue": queue}
    failing = {"Arn": machine, "Id": "M", "RoleArn": "arn:x", "DeadLetterConfig": {"Arn": lost}}
    resources = {
        "B": {"Type": "AWS::S3::Bucket", "Properties": {"NotificationConfiguration": {"QueueConfigurations": [given]}}},
        "Q": {"Type": "AWS::SQS::Queue"},
        "Lost": {"Type": "AWS::SQS::Queue"},
        "M": {"Type": "AWS::StepFunctions::StateMachine"},
        "S": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {"ScheduleExpression": "rate(1 day)", "Target": {"Arn": machine, "RoleArn": "arn:x"}},
        },
        "R": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {}, "Targets": [failing]}},
    }
    assert set(draw({"Resources": resources}).arrows) == {
        Arrow("B", "Q", "events"),
        Arrow("S", "M", "rate(1 day)"),
        Arrow("R", "M", "events"),
        Arrow("R", "Lost", "failures"),
    }


def test_what_stands_behind_a_balancer_and_what_its_task_may_do() -> None:
    group = {"TargetGroupArn": {"Ref": "Targets"}}
    resources = {
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
        "Targets": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup"},
        "Listener": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {"LoadBalancerArn": {"Ref": "Balancer"}, "DefaultActions": [group]},
        },
        "Role": role({"Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Media.Arn}/*"}}),
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"TaskRoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {"TaskDefinition": {"Ref": "Task"}, "LoadBalancers": [group]},
        },
        "Media": {"Type": "AWS::S3::Bucket"},
    }

    assert set(draw({"Resources": resources}).arrows) == {
        Arrow("Balancer", "Service", "requests"),
        Arrow("Service", "Media", "reads"),
    }


def test_a_network_is_a_frame() -> None:
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC"},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "F": {"Type": FUNCTION, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}]}}},
        "Elsewhere": {"Type": FUNCTION, "Properties": {"VpcConfig": {"SubnetIds": ["subnet-1"]}}},
        "Outside": {"Type": FUNCTION},
    }

    assert {node.id: node.group for node in draw({"Resources": resources}).nodes} == {
        "F": "Vpc",
        "Elsewhere": "VPC",
        "Outside": "",
    }


def test_what_an_open_condition_decides_says_so() -> None:
    document = {
        "Parameters": {"With": {"Type": "String", "Default": "no"}},
        "Conditions": {"Has": {"Fn::Equals": [{"Ref": "With"}, "yes"]}},
        "Resources": {"T": {"Type": TABLE, "Condition": "Has"}},
    }

    for full in (True, False):
        picture = draw(document, full=full)
        assert [node.short_type for node in picture.nodes] == ["DynamoDB Table, if Has"]
        assert "stroke-dasharray" in svg(picture)
        assert "if Has" in mermaid(picture)


def changed(*, only: bool = False) -> Picture:
    old = {"Resources": {**APP, "Gone": {"Type": "AWS::SNS::Topic"}}}
    new = {
        "Resources": {
            **APP,
            "T": {"Type": TABLE, "Properties": table("N")},
            "Q": {"Type": "AWS::SQS::Queue"},
            "H": method("POST", Integration={"Uri": FUNCTION_URI}),
        }
    }
    return draw(new, old=old, review=assess(old, new), only_changed=only)


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
        "F": "changed",
        "T": "replaced",
        "Q": "added",
        "Gone": "removed",
    }
    assert Arrow("Api", "F", "POST /item", "added") in picture.arrows
    assert Arrow("Api", "F", "GET /item") in picture.arrows


def test_a_folded_resource_that_changes_is_drawn() -> None:
    old, new = ({"Resources": {**APP, "R": role({"Action": action, "Resource": "*"})}} for action in ("a:B", "a:C"))

    assert "R" not in names(draw(new))
    assert "R" in names(draw(new, old=old, review=assess(old, new)))


def test_only_what_changes_and_what_stands_beside_it() -> None:
    lonely = {"Resources": {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::SQS::Queue"}}}
    changed_ones = {
        "Resources": {"A": {"Type": "AWS::SNS::Topic", "Metadata": {"a": 1}}, "B": {"Type": "AWS::SQS::Queue"}}
    }

    assert names(draw(changed_ones, old=lonely, review=assess(lonely, changed_ones), only_changed=True)) == ["A"]
    assert names(changed(only=True)) == ["Api", "F", "T", "Q", "Gone"]


def test_mermaid_is_exactly_this() -> None:
    resources = {
        "F": {"Type": FUNCTION, "Properties": {**APP["F"]["Properties"], "VpcConfig": {"SubnetIds": ["a"]}}},
        "T": APP["T"],
        "lower": {"Type": "Custom::X"},
    }

    assert (
        mermaid(draw({"Resources": resources}))
        == """\
flowchart LR
  subgraph g0["VPC"]
    F[["F<br/><small>Lambda Function</small>"]]:::function
  end
  T[("T<br/><small>DynamoDB Table</small>")]:::store
  n2["lower<br/><small>Custom X</small>"]:::plain
  F --> T
  classDef function fill:#efe6ff,stroke:#6b46c1,color:#1a202c
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

    assert 'subgraph cluster_0 {\n    label="api";' in dot(draw({"Resources": APP}, full=True, layers=LAYERS))
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
        if shape.attrib.get("height") == "44.0"
    ]


def test_in_an_svg_no_two_resources_overlap_and_all_are_inside() -> None:
    resources = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(30)}
    resources |= {
        f"Queue{number}": {"Type": "AWS::SQS::Queue", "Properties": {"A": {"Ref": f"Topic{number}"}}}
        for number in range(9)
    }
    for full in (True, False):
        text = svg(draw({"Resources": resources}, full=full))
        _apart(text)


def _apart(text: str) -> None:
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

    for name in ("Api", "F", "T", "Q", "Gone", "GET /item", "POST /item", "added", "removed"):
        assert texts.count(name) == 1


def test_labels_between_the_same_two_do_not_cover_each_other() -> None:
    root = ET.fromstring(svg(changed()))
    heights = [float(one.attrib["y"]) for one in root.iter(f"{SVG}text") if (one.text or "").endswith(" /item")]

    assert abs(heights[0] - heights[1]) >= 12


def test_many_labels_are_counted() -> None:
    methods = {f"M{number}": method(f"X{number}", Integration={"Uri": FUNCTION_URI}) for number in range(9)}
    picture = draw({"Resources": {**API, **methods, "F": APP["F"], "T": APP["T"]}})

    texts = [element.text for element in ET.fromstring(svg(picture)).iter(f"{SVG}text")]

    shown = [f"X{number} /item" for number in range(5)]
    assert [one for one in texts if one and one.startswith(("X", "4 more"))] == [*shown, "4 more"]
    assert "X7 /item<br/>X8 /item" in mermaid(picture)
    assert "X7 /item\\nX8 /item" in dot(picture)


def test_groups_go_from_the_entry_inward() -> None:
    layers = {
        "Api": "api",
        "Item": "api",
        "S": "api",
        "G": "api",
        "P": "compute",
        "F": "compute",
        "R": "identity",
        "T": "data",
        "A": "monitoring",
    }
    resources = {
        "A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"X": {"Ref": "F"}}},
        "R": {"Type": "AWS::IAM::Role", "Properties": {"Y": [{"Ref": "T"}, {"Fn::GetAtt": ["T", "Arn"]}]}},
        **APP,
        "F": {"Type": FUNCTION, "Properties": {"Role": {"Fn::GetAtt": ["R", "Arn"]}}},
    }

    assert draw({"Resources": resources}, full=True, layers=layers).groups == (
        "api",
        "compute",
        "identity",
        "data",
        "monitoring",
    )


@pytest.mark.parametrize("document", [{"Resources": {}}, {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}])
def test_small_templates_can_be_drawn(document: dict[str, Any]) -> None:
    assert ET.fromstring(svg(draw(document))).tag == f"{SVG}svg"
    assert mermaid(draw(document)).startswith("flowchart LR\n")


def test_a_tangle_is_drawn_by_its_services() -> None:
    """A hundred queues, each tied to thirty others: in layers it would take a minute and megabytes."""
    resources = {
        f"Q{number}": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"A": [{"Ref": f"Q{number * other % 101}"} for other in range(2, 32)]},
        }
        for number in range(1, 101)
    }

    picture = draw({"Resources": resources})

    assert picture.groups == ("SQS",)
    assert not picture.overview
    assert len(svg(picture)) < 2_000_000


def test_a_label_stands_beside_where_its_arrow_begins_and_away_from_the_box() -> None:
    left, right = Node("Left", "T", "one", "plain"), Node("Right", "T", "two", "plain")
    members = {"one": (left,), "two": (right,)}
    arrows = (Arrow("Left", "Right", "there"), Arrow("Right", "Left", "back"))
    root = ET.fromstring(svg(Picture("", (left, right), arrows, ("one", "two"), members=members)))
    texts = {one.text: one for one in root.iter(f"{SVG}text")}
    there, back = texts["there"], texts["back"]

    assert (there.attrib["text-anchor"], back.attrib["text-anchor"]) == ("start", "end")
    begins = [float(one.attrib["d"].split()[0][1:]) for one in root.iter(f"{SVG}path") if " C" in one.attrib["d"]]
    assert begins[0] < float(there.attrib["x"]) < float(back.attrib["x"]) < begins[1]
