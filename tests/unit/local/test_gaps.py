"""What the embedded AWS lacks: alarms on metric math, NAT gateways."""

from types import SimpleNamespace

import pytest

from tapgen.local.gaps import BY_ARN, STAND_INS, fill, in_region, named_by_arn, on_one_metric, stand_in


def test_an_alarm_on_an_expression_watches_the_first_of_its_metrics():
    properties = {
        "AlarmDescription": "throttled",
        "Threshold": 1,
        "Metrics": [
            {"Id": "total", "Expression": "m1+m2", "ReturnData": True},
            {
                "Id": "m1",
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/DynamoDB",
                        "MetricName": "ReadThrottleEvents",
                        "Dimensions": [{"Name": "TableName", "Value": "items"}],
                    },
                    "Period": 300,
                    "Stat": "Sum",
                },
            },
            {
                "Id": "m2",
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/DynamoDB", "MetricName": "Other"},
                    "Period": 60,
                    "Stat": "Max",
                },
            },
        ],
    }
    assert on_one_metric(properties) == {
        "AlarmDescription": "throttled",
        "Threshold": 1,
        "Namespace": "AWS/DynamoDB",
        "MetricName": "ReadThrottleEvents",
        "Dimensions": [{"Name": "TableName", "Value": "items"}],
        "Period": 300,
        "Statistic": "Sum",
    }
    assert "Metrics" in properties


def test_an_alarm_on_one_metric_stays_as_it_is():
    properties = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Period": 300, "Statistic": "Sum", "Threshold": 1}
    assert on_one_metric(properties) is properties


def test_a_metric_without_dimensions_has_none():
    stat = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
    assert on_one_metric({"Metrics": [{"Id": "m", "MetricStat": stat}]})["Dimensions"] == []


@pytest.mark.parametrize("resource_type", STAND_INS)
def test_a_stand_in_keeps_its_identity_and_differs_from_every_other(resource_type):
    handlers = stand_in(resource_type)
    made = handlers["create"]("Nat1", {}, "shop-dev")
    assert handlers["update"](made[0], {}, {"Tags": []}, "shop-dev", "Nat1") == made
    assert handlers["create"]("Nat2", {}, "shop-dev")[0] != made[0]
    assert handlers["create"]("Nat1", {}, "shop-prod")[0] != made[0]
    assert handlers["delete"](made[0], {}) is None


def test_a_stand_ins_attributes_look_like_the_real_ones():
    physical, attributes = stand_in("AWS::EC2::EIP")["create"]("Eip", {}, "shop-dev")
    assert physical.startswith("eip-")
    assert attributes["AllocationId"].startswith("eipalloc-")
    assert len(attributes["AllocationId"]) == len("eipalloc-0123456789abcdef0")
    network, _, host = attributes["PublicIp"].rpartition(".")
    assert network == "192.0.2"
    assert 1 <= int(host) <= 254


def test_a_generated_name_is_another_one_in_another_region_and_as_long():
    name = "shop-dev-ItemFunctionRole-AA4AFB92E6134"
    east, west = in_region(name, "us-east-1"), in_region(name, "us-west-2")
    assert east == in_region(name, "us-east-1") != west
    assert east.startswith("shop-dev-ItemFunctionRole-")
    assert len(east) == len(west) == len(name)
    assert in_region("shop-dev-bucket-aa4afb92e6134", "us-west-2").islower()


def test_all_of_it_is_put_where_the_emulator_looks_and_replaces_nothing_that_it_has():
    own = {"create": None}
    provisioners = SimpleNamespace(
        _cw_metric_alarm_record=lambda name, properties: (name, sorted(properties)),
        _physical_name=lambda stack, logical_id, max_len=128: f"{stack}-{logical_id}-AA4AFB92E6134"[:max_len],
        _RESOURCE_HANDLERS={"AWS::EC2::EIP": own, BY_ARN: dict.fromkeys(("create", "update", "delete"))},
    )
    fill(provisioners, lambda: "eu-west-1")
    stat = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
    watched = ["Dimensions", "MetricName", "Namespace", "Period", "Statistic"]
    assert provisioners._cw_metric_alarm_record("alarm", {"Metrics": [{"MetricStat": stat}]}) == ("alarm", watched)
    assert provisioners._physical_name("s", "Role", max_len=64) == in_region("s-Role-AA4AFB92E6134", "eu-west-1")
    assert provisioners._RESOURCE_HANDLERS["AWS::EC2::EIP"] is own
    assert provisioners._RESOURCE_HANDLERS["AWS::EC2::NatGateway"]["update_with_logical_id"] is True


def test_a_secret_is_known_by_its_arn_and_its_name_stays_inside():
    arn, calls = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-key-a1b2c3", []

    def handler(answer):
        def handle(*arguments, **more):
            calls.append((arguments, more))
            return answer

        return handle

    of = named_by_arn(
        {
            "create": handler(("shop-key", {"Arn": arn})),
            "update": handler(("shop-key", {"Arn": arn})),
            "delete": handler(None),
            "update_with_logical_id": True,
        }
    )
    assert of["update_with_logical_id"] is True
    assert of["create"]("Key", {}, "shop") == (arn, {"Arn": arn})
    assert of["update"](arn, {}, {"Name": "x"}, "shop", logical_id="Key") == (arn, {"Arn": arn})
    assert of["delete"](arn, {}) is None
    assert calls[1:] == [(("shop-key", {}, {"Name": "x"}, "shop"), {"logical_id": "Key"}), (("shop-key", {}), {})]
