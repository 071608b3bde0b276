"""The words of impacts and notes: what exactly came or went, why, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from review_cases import API, FUNCTION, ROLE, TABLE, index, network, table
from security_cases import GET, PUT, permission, role, rule, statement

from tapgen.review.assess import assess
from tapgen.review.model import Effect, Review, Risk
from tapgen.review.side_by_side import side_by_side
from tapgen.review.update.schema import known_types, schema_of
from tests.table import rows


def of(kind: str, old: Any, new: Any) -> Review:
    def documented(properties: Any) -> dict[str, Any]:
        return {"Resources": {} if properties is None else {"X": {"Type": kind, "Properties": properties}}}

    return assess(documented(old), documented(new))


def details(review: Review) -> list[tuple[str, tuple[str, ...]]]:
    return [(impact.direction, impact.details) for impact in review.security]


CONDITION = {"StringEquals": {"aws:SourceAccount": "1"}}


@rows(
    ("old", "new", "expected"),
    [
        ([statement(GET)], [statement([GET, PUT])], [("broadened", ("dynamodb:PutItem on arn:a",))]),
        (
            [statement(GET, ["arn:a", "arn:b"])],
            [statement(GET, "arn:b")],
            [("narrowed", ("dynamodb:GetItem on arn:a",))],
        ),
        (
            [statement([GET, PUT], Condition=CONDITION)],
            [statement([GET, PUT])],
            [
                (
                    "broadened",
                    (
                        "dynamodb:GetItem, dynamodb:PutItem on arn:a (no longer only if aws:SourceAccount StringEquals 1)",
                    ),
                )
            ],
        ),
        (
            [statement(GET)],
            [statement(GET, Condition=CONDITION)],
            [("narrowed", ("dynamodb:GetItem on arn:a (now only if aws:SourceAccount StringEquals 1)",))],
        ),
        (
            [statement("*"), statement(PUT, Effect="Deny")],
            [statement("*")],
            [("broadened", ("no longer denied: dynamodb:PutItem on arn:a",))],
        ),
        (
            [statement("*")],
            [statement("*"), statement(PUT, Effect="Deny")],
            [("narrowed", ("denied: dynamodb:PutItem on arn:a",))],
        ),
        (
            [statement(GET)],
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": {"Fn::Sub": "${T.Arn}/*"}}],
            [
                ("broadened", ("everything but iam:* on ${T.Arn}/*",)),
                ("narrowed", ("dynamodb:GetItem on arn:a",)),
            ],
        ),
    ],
)
def test_a_finding_names_the_action_the_resource_and_the_condition(old: Any, new: Any, expected: Any) -> None:
    assert details(of(ROLE, role(*old), role(*new))) == expected


@pytest.mark.parametrize(
    ("added", "severity"),
    [
        (statement(PUT), Risk.MEDIUM),
        (statement("*"), Risk.HIGH),
        (statement("s3:*"), Risk.HIGH),
        (statement("iam:PassRole", "*"), Risk.HIGH),
        (statement("iam:PassRole", "arn:role"), Risk.MEDIUM),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, Risk.HIGH),
    ],
)
def test_how_loud_a_permission_is(added: Any, severity: Risk) -> None:
    [impact] = of(ROLE, role(statement(GET)), role(statement(GET), added)).security

    assert impact.severity is severity


@pytest.mark.parametrize(
    ("more", "everybody"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": "*", "FunctionUrlAuthType": "NONE"}, True),
        ({"Principal": "*", "PrincipalOrgID": "o-1"}, False),
        ({"Principal": "s3.amazonaws.com"}, False),
    ],
)
def test_a_permission_for_everybody_is_loud(more: dict[str, Any], everybody: bool) -> None:
    [impact] = assess({"Resources": {"F": {"Type": FUNCTION}}}, {"Resources": permission(**more)}).security

    assert impact.message == f"F can be invoked by more{': everybody' if everybody else ''}"
    assert (impact.severity is Risk.HIGH) is everybody


def test_an_identity_that_may_do_more_is_not_everybody() -> None:
    [impact] = of(ROLE, role(statement(GET)), role(statement([GET, PUT]))).security

    assert impact.message == "X may do more"


def test_a_permission_names_who_and_from_where() -> None:
    old, new = ({"Resources": permission(SourceArn=arn)} for arn in ("arn:one", "arn:two"))

    [came, went] = assess(old, new).security

    assert came.details == (
        "Service: s3.amazonaws.com: lambda:InvokeFunction on ${F} if AWS:SourceArn ArnLike arn:two",
    )
    assert went.details == (
        "Service: s3.amazonaws.com: lambda:InvokeFunction on ${F} if AWS:SourceArn ArnLike arn:one",
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (rule(443, "0.0.0.0/0"), "tcp 443 from 0.0.0.0/0"),
        (rule(1, last=5), "tcp 1-5 from 10.0.0.0/8"),
        ({"IpProtocol": -1, "CidrIpv6": "::/0"}, "all traffic from ::/0"),
        ({"IpProtocol": "6", "FromPort": 0, "ToPort": 65535, "CidrIp": "10.0.0.0/8"}, "tcp all ports from 10.0.0.0/8"),
        (
            {"IpProtocol": "udp", "FromPort": "x", "ToPort": 1, "SourceSecurityGroupId": {"Ref": "G"}},
            "udp all ports from ${G}",
        ),
    ],
)
def test_a_rule_of_a_security_group_in_words(entry: Any, expected: str) -> None:
    review = of("AWS::EC2::SecurityGroup", {}, {"SecurityGroupIngress": entry})

    assert review.security[0].details == (expected,)


def test_a_rule_for_a_group_outside_the_template_is_reported_under_its_name() -> None:
    entry = {"GroupId": "sg-1", **rule()}
    [impact] = of("AWS::EC2::SecurityGroupEgress", None, entry).security

    assert (impact.rule, impact.logical_id, impact.details) == ("S008", "sg-1", ("tcp 443 to 10.0.0.0/8",))


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ({"GatewayId": "igw-1"}, "S is internet-facing: it has a route to an internet gateway"),
        ({"GatewayId": "vgw-1"}, "S has a way out through the gateway vgw-1"),
        ({"TransitGatewayId": "tgw-1"}, "S has a way out through the transit gateway tgw-1"),
        ({"VpcPeeringConnectionId": {"Ref": "P"}}, "S has a way out through the peering connection ${P}"),
    ],
)
def test_ways_out_in_words(way: dict[str, Any], expected: str) -> None:
    def resources(**more: Any) -> dict[str, Any]:
        return {
            "S": {"Type": "AWS::EC2::Subnet"},
            "T": {"Type": "AWS::EC2::RouteTable"},
            "A": {
                "Type": "AWS::EC2::SubnetRouteTableAssociation",
                "Properties": {"SubnetId": {"Ref": "S"}, "RouteTableId": {"Ref": "T"}},
            },
            "R": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "T"}, **more}},
        }

    assert [one.message for one in assess({"Resources": resources()}, {"Resources": resources(**way)}).security] == [
        expected
    ]


def test_a_loss_says_why_and_what_to_do() -> None:
    [impact] = of(TABLE, table("S"), table("N")).losses

    assert impact.message == (
        "X is replaced (AttributeDefinitions[id].AttributeType, the type of the attribute id changes): "
        "the new one is empty, the old one is deleted (items)"
    )
    assert impact.hint.endswith("or --allow-loss X if it may go.")


def test_two_indexes_are_counted_into_deployments() -> None:
    [impact] = of(TABLE, table(), table(GlobalSecondaryIndexes=[index("a"), index("b"), index("c")])).losses

    assert impact.message == "X creates a, b, c: one index is created or deleted in one update"
    assert impact.hint == "Do it in 3 deployments, one index in each."


def test_a_circle_is_named() -> None:
    resources = {name: {"Type": FUNCTION, "Properties": {"Role": {"Ref": other}}} for name, other in ("AB", "BC", "CA")}
    resources["Z"] = {"Type": FUNCTION, "Properties": {"Role": {"Ref": "A"}}}

    [impact] = assess(None, {"Resources": resources}).losses

    assert impact.message.startswith("A → B → C → A: ")


def test_an_address_that_another_resource_claims() -> None:
    properties = {"DomainName": "a.example.com"}
    old = {"Resources": {"A": {"Type": "AWS::ApiGateway::DomainName", "Properties": properties}}}
    new = {"Resources": {"B": {"Type": "AWS::ApiGateway::DomainName", "Properties": properties}}}

    messages = [impact.message for impact in assess(old, new).losses]

    assert "A is deleted while B claims the same address: the custom domain may fail to move" in messages


def test_an_address_that_depends_on_a_condition_or_may_move() -> None:
    api = {"Type": "AWS::ApiGateway::RestApi"}
    conditions = {"Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}

    [impact] = assess(
        {"Resources": {"A": api}}, {"Conditions": conditions, "Resources": {"A": {**api, "Condition": "Here"}}}
    ).losses

    assert impact.message == "A exists only under a condition now: the API's address may change"


def test_a_route_is_named_by_its_whole_path() -> None:
    child = {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "Item"}, "PathPart": "{id}"},
    }
    properties = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Ref": "Child"},
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
    }
    routed = {"G": {"Type": "AWS::ApiGateway::Method", "Properties": properties}}
    base = {**API, "Child": child}

    [impact] = assess({"Resources": base}, {"Resources": {**base, **routed}}).security

    assert impact.message == "GET /item/{id} is new and asks for no authorization"


def test_one_rename_for_one_new_resource() -> None:
    topic = {"Type": "AWS::SNS::Topic"}

    review = assess({"Resources": {"A": topic, "B": topic}}, {"Resources": {"C": topic}})

    assert sum("looks like a rename" in " ".join(change.notes) for change in review.changes) == 2


@pytest.mark.parametrize(("name", "severity"), [("AdministratorAccess", Risk.HIGH), ("ReadOnlyAccess", Risk.MEDIUM)])
def test_how_loud_a_managed_policy_is(name: str, severity: Risk) -> None:
    [impact] = of(ROLE, role(), role(ManagedPolicyArns=[f"arn:aws:iam::aws:policy/{name}"])).security

    assert (impact.message, impact.severity) == (f"X: managed policy {name} attached", severity)


def test_what_is_deleted_first_may_keep_its_name() -> None:
    kind, path = next(
        (kind, path)
        for kind in known_types()
        if (schema := schema_of(kind)) and schema.deletes_first and len(schema.identifier) == 1
        for path in schema.create_only
        if len(path) == 1 and path != schema.identifier[0]
    )
    [[name]] = schema_of(kind).identifier  # type: ignore[union-attr]

    review = of(kind, {name: "n", path[0]: "a"}, {name: "n", path[0]: "b"})

    assert review.changes[0].effect is Effect.DELETE_THEN_CREATE
    assert not [impact for impact in review.losses if impact.rule == "L201"]


def test_a_gap_is_said_for_what_is_deleted_before_it_is_created() -> None:
    pair = [
        {"Resources": {"P": {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": {"DomainName": name}}}}
        for name in ("a", "b")
    ]

    [impact] = assess(*pair).losses

    assert impact.rule == "L103"


# ---------------------------------------------------------------------------------------------------- replacement


def effects(review: Review) -> dict[str, Effect]:
    return {change.logical_id: change.effect for change in review.changes}


def test_what_may_be_replaced_makes_others_that_may_be() -> None:
    def resources(value: str) -> dict[str, Any]:
        return {
            "D": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": value}},
            "S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "D"}}},
            "F": {"Type": FUNCTION, "Properties": {"Role": {"Ref": "S"}}},
        }

    review = assess({"Resources": resources("a")}, {"Resources": resources("b")})

    assert effects(review) == {"D": Effect.MAY_REPLACE, "S": Effect.MAY_REPLACE, "F": Effect.UPDATE}
    assert review.changes[1].properties[0].reason == "D may be replaced"


@pytest.mark.parametrize("order", [("D", "V"), ("V", "D")])
def test_the_worse_of_two_references_counts(order: tuple[str, str]) -> None:
    def resources(value: str) -> dict[str, Any]:
        both = {
            "D": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": value}},
            "V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": value}},
        }
        joined = {"Fn::Join": ["", [{"Ref": "D"}, {"Ref": "V"}]]}
        return {
            **{name: both[name] for name in order},
            "S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": joined}},
        }

    review = assess({"Resources": resources("a")}, {"Resources": resources("b")})

    assert effects(review)["S"] is Effect.REPLACE
    assert review.changes[-1].properties[0].cause == "V"


def test_a_circle_of_references_comes_to_an_end() -> None:
    def resources(value: str) -> dict[str, Any]:
        return {
            "A": {"Type": "AWS::EC2::Subnet", "Properties": {"CidrBlock": value, "VpcId": {"Ref": "B"}}},
            "B": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "A"}}},
        }

    review = assess({"Resources": resources("a")}, {"Resources": resources("b")})

    assert effects(review) == {"A": Effect.REPLACE, "B": Effect.REPLACE}


def test_a_change_of_a_section_above_the_properties_replaces_nothing() -> None:
    old = {"Resources": network("10.0.0.0/16")}
    new = {
        "Resources": {**network("10.0.0.0/16"), "Vpc": {**network("10.0.0.0/16")["Vpc"], "DeletionPolicy": "Retain"}}
    }

    assert effects(assess(old, new)) == {"Vpc": Effect.NONE}


def test_renames_are_paired_with_the_most_alike() -> None:
    def queue(**properties: Any) -> dict[str, Any]:
        return {"Type": "AWS::SQS::Queue", "Properties": properties}

    same = {"A": 1, "B": 2, "C": 3, "D": 4}
    old = {"Resources": {"Old": queue(**same), "Else": queue(Z=1)}}
    new = {"Resources": {"Near": queue(**{**same, "D": 5}), "Exact": queue(**same), "Far": queue(A=1, Y=2, X=3, W=4)}}

    review = assess(old, new)
    notes = {change.logical_id: " ".join(change.notes) for change in review.changes}

    assert "looks like a rename of Old" in notes["Exact"]
    assert "looks like a rename to Exact" in notes["Old"]
    assert "rename" not in notes["Near"] + notes["Far"] + notes["Else"]


def test_many_changed_logical_ids_are_still_paired() -> None:
    def queues(prefix: str) -> dict[str, Any]:
        return {
            "Resources": {
                f"{prefix}{number}": {"Type": "AWS::SQS::Queue", "Properties": {"A": number}} for number in range(120)
            }
        }

    review = assess(queues("Old"), queues("New"))
    renamed = [change for change in review.changes if change.creates and "rename" in " ".join(change.notes)]

    assert len(renamed) == 120


def test_resources_without_properties_look_alike() -> None:
    review = assess(
        {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}, {"Resources": {"B": {"Type": "AWS::SNS::Topic"}}}
    )

    assert "looks like a rename of A" in review.changes[0].notes[0]


# ---------------------------------------------------------------------------------------------------------- notes


@rows(
    ("kind", "old", "new", "expected"),
    [
        (FUNCTION, {}, {"VpcConfig": {"SubnetIds": ["a"]}}, ["network interfaces take from 90 seconds"]),
        (FUNCTION, {"VpcConfig": {"SubnetIds": ["a"]}}, {}, ["up to 40 minutes to go"]),
        (FUNCTION, {"VpcConfig": {"SubnetIds": ["a"]}}, None, ["up to 40 minutes to go"]),
        (FUNCTION, {"MemorySize": 1}, {"MemorySize": 2}, []),
        (
            "AWS::EC2::NatGateway",
            None,
            {},
            ["2 minutes", "a NAT gateway is billed by the hour and by the gigabyte, used or not"],
        ),
        ("AWS::EC2::NatGateway", {}, None, ["no longer billed: a NAT gateway"]),
        ("AWS::EC2::VPCEndpoint", None, {"VpcEndpointType": "Interface"}, ["an interface endpoint is billed"]),
        ("AWS::EC2::VPCEndpoint", None, {"VpcEndpointType": "Gateway"}, []),
        ("AWS::CloudFront::Distribution", {"A": 1}, {"A": 2}, ["5 to 15 minutes"]),
        ("AWS::Lambda::Alias", None, {"ProvisionedConcurrencyConfig": {"A": 1}}, ["provisioned concurrency"]),
        ("AWS::Lambda::Alias", None, {"Name": "a"}, []),
        (TABLE, table(), table(GlobalSecondaryIndexes=[index("a")]), ["the index a is filled from the whole table"]),
        ("AWS::EC2::EIP", None, {}, ["a public IPv4 address is billed by the hour"]),
    ],
)
def test_slow_operations_and_costs_are_named(kind: str, old: Any, new: Any, expected: list[str]) -> None:
    notes = [note.message for note in of(kind, old, new).notes]

    assert len(notes) == len(expected)
    assert all(part in note for part, note in zip(expected, notes, strict=True))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ({}, {"PubliclyAccessible": True}, "X gets a public address (PubliclyAccessible: not set → true)"),
        ({"PubliclyAccessible": True}, {}, "X no longer has a public address (PubliclyAccessible: true → not set)"),
        (None, {"PubliclyAccessible": True}, "X is new and has a public address (PubliclyAccessible: true)"),
    ],
)
def test_a_public_address_is_said_in_plain_words(old: Any, new: Any, message: str) -> None:
    assert [impact.message for impact in of("AWS::RDS::DBInstance", old, new).security] == [message]


def test_what_cannot_be_changed_is_named() -> None:
    review = of("AWS::KMS::Key", {"KeySpec": "RSA_2048"}, {"KeySpec": "RSA_4096", "KeyUsage": "SIGN_VERIFY"})

    (impact,) = review.losses
    assert impact.message == "X: KeySpec, KeyUsage cannot be changed once it is created"


def test_conditions_that_ask_each_other_are_read_once() -> None:
    """Two hundred conditions, each of the two before it: read again for each that asks, it would never end."""
    conditions: dict[str, Any] = {
        f"C{index}": {"Fn::Or": [{"Condition": f"C{index - 1}"}, {"Condition": f"C{index - 2}"}]}
        for index in range(2, 200)
    }
    asked = {"Fn::Equals": [{"Ref": "P"}, "x"]}
    sections = {"Parameters": {"P": {"Default": "y"}}, "Conditions": {"C0": asked, "C1": asked, **conditions}}
    old = {**sections, "Resources": {"A": {"Type": "AWS::SNS::Topic", "Condition": "C199"}}}

    [change] = assess(old, {**sections, "Resources": {}}).changes

    assert (change.action.id, change.depends) == ("may-delete", ("P",))


def test_two_environments_are_compared_and_nothing_happens_to_either() -> None:
    old = {
        "T": {"Type": TABLE, "Properties": table("S")},
        "Gone": {"Type": TABLE},
        "A": {"Type": "AWS::EC2::NatGateway"},
    }
    new = {"T": {"Type": TABLE, "Properties": table("N")}, "New": {"Type": "AWS::SNS::Topic"}}
    happening = assess({"Resources": old}, {"Resources": new})

    review = side_by_side(happening, "dev", "prod")

    assert happening.losses
    assert happening.notes
    assert (review.losses, review.notes, review.refusals) == ((), (), ())
    assert {change.logical_id: change.said for change in review.changes} == {
        "T": "differs",
        "Gone": "only in dev",
        "A": "only in dev",
        "New": "only in prod",
    }
    assert all(one.effect is Effect.NONE for change in review.changes for one in (change, *change.properties))


REFERRING = {"X": {"Type": FUNCTION, "Properties": {"Role": {"Ref": "Y"}, "Code": {"Fn::GetAtt": ["Z", "A"]}}}}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"Resources": REFERRING}, "X refers to Y, Z, which is not in the template"),
        (
            {
                "Conditions": {"No": {"Fn::Equals": ["a", "b"]}},
                "Resources": {**REFERRING, "Y": {"Type": ROLE, "Condition": "No"}, "Z": {"Type": TABLE}},
            },
            "X refers to Y, which is left out by its condition",
        ),
        (
            {
                "Conditions": {"No": {"Fn::Equals": ["a", "b"]}},
                "Resources": {**REFERRING, "Y": {"Type": ROLE, "Condition": "No"}},
            },
            "X refers to Z, which is not in the template",
        ),
        (
            {"Resources": {}, "Outputs": {"O": {"Value": {"Ref": "Gone"}}}},
            "O refers to Gone, which is not in the template",
        ),
    ],
)
def test_what_is_said_of_a_reference_to_nothing(new: dict[str, Any], expected: str) -> None:
    [impact] = assess({"Resources": {}}, new).losses

    assert (impact.rule, impact.message) == ("L205", expected)


@pytest.mark.parametrize(("kept", "rule_id"), [("Retain", "L002"), ("Delete", "L001")])
def test_what_looks_like_a_rename_names_the_command_that_takes_it_along(kept: str, rule_id: str) -> None:
    def named(title: str) -> dict[str, Any]:
        properties = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
        made = {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": kept, "Properties": properties}
        return {"Resources": {title: made}}

    [found] = assess(named("OldTable"), named("NewTable")).refusals
    assert (found.rule, found.logical_id) == (rule_id, "OldTable")
    assert found.hint.startswith("`tapgen rename OldTable NewTable` of that environment first takes it along. ")
    [gone] = assess(named("OldTable"), {"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}).refusals
    assert "tapgen rename" not in gone.hint


def test_a_name_that_is_written_otherwise_is_the_same_where_the_stack_is_known() -> None:
    known = {"AWS::AccountId": "123456789012", "AWS::Region": "eu-west-1"}

    def bucket(name: Any) -> dict[str, Any]:
        return {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}}}

    old, new = bucket({"Fn::Sub": "b-${AWS::AccountId}-${AWS::Region}"}), bucket("b-123456789012-eu-west-1")
    assert [one.rule for one in assess(old, new).refusals] == ["L003"]
    assert not assess(old, new, pseudo=known)
    assert [one.rule for one in assess(old, bucket("b-1"), pseudo=known).refusals] == ["L003"]
