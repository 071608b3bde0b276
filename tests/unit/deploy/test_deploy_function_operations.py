"""The calls that change single functions, checked by botocore's own models."""

from tapgen.deploy.aws.model import Function

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-Item"


def test_a_function_as_it_is(stub):
    stubber, client = stub
    answer = {
        "FunctionArn": ARN,
        "CodeSha256": "abc",
        "LastUpdateStatus": "InProgress",
        "MemorySize": 128,
        "Timeout": 3,
        "Handler": "index.handler",
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "Environment": {"Variables": {"A": "1"}},
    }
    stubber("lambda").add_response("get_function_configuration", answer, {"FunctionName": "f"})
    settings = {"Description": "", "Handler": "index.handler", "MemorySize": 128, "Timeout": 3, "EphemeralStorage": 512}
    settings |= {"Runtime": None, "TracingConfig": None}
    assert client.function("f") == Function(ARN, "abc", updating=True, settings=settings, variables={"A": "1"})
    failed = {"FunctionArn": ARN, "CodeSha256": "abc", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no key"}
    stubber("lambda").add_response("get_function_configuration", failed, {"FunctionName": "f"})
    found = client.function("f")
    assert (found.updating, found.failure) == (False, "no key")


def test_what_is_changed_and_how_it_is_marked(stub):
    stubber, client = stub
    functions = stubber("lambda")
    functions.add_response("update_function_code", {}, {"FunctionName": "f", "ZipFile": b"zip"})
    functions.add_response("update_function_configuration", {}, {"FunctionName": "f", "MemorySize": 256})
    functions.add_response("tag_resource", {}, {"Resource": ARN, "Tags": {"tapgen:synced": "yes"}})
    functions.add_response("untag_resource", {}, {"Resource": ARN, "TagKeys": ["tapgen:synced"]})
    client.update_code("f", b"zip")
    client.update_configuration("f", {"MemorySize": 256})
    client.tag_function(ARN, "tapgen:synced")
    client.untag_function(ARN, "tapgen:synced")


def test_every_page_of_the_marked_functions_is_read(stub):
    stubber, client = stub
    asked = {
        "TagFilters": [{"Key": "tapgen:synced"}],
        "ResourceTypeFilters": ["lambda:function", "states:stateMachine"],
    }
    tagging = stubber("resourcegroupstaggingapi")
    first = {"ResourceTagMappingList": [{"ResourceARN": ARN}], "PaginationToken": "more"}
    tagging.add_response("get_resources", first, asked)
    tagging.add_response("get_resources", {"ResourceTagMappingList": []}, {**asked, "PaginationToken": "more"})
    assert client.tagged_resources("tapgen:synced") == (ARN,)


def test_layers_versions_aliases_and_state_machines(stub):
    stubber, client = stub
    functions, machines = stubber("lambda"), stubber("stepfunctions")
    layer = "arn:aws:lambda:eu-west-1:123456789012:layer:shop-Common:2"
    content = {"Content": {"ZipFile": b"zip"}, "CompatibleRuntimes": ["python3.13"]}
    functions.add_response("publish_layer_version", {"LayerVersionArn": layer}, {"LayerName": "shop-Common", **content})
    functions.add_response("publish_version", {"Version": "3"}, {"FunctionName": "f"})
    shown = {
        "FunctionName": "f",
        "Name": "live",
        "FunctionVersion": "3",
        "RoutingConfig": {"AdditionalVersionWeights": {}},
    }
    assert client.publish_layer("shop-Common", b"zip", ["python3.13"], []) == layer
    assert client.publish_version("f") == "3"
    versions = {"LayerVersions": [{"Version": 2}]}
    functions.add_response("list_layer_versions", versions, {"LayerName": "shop-Common", "MaxItems": 1})
    found = {"LayerVersionArn": layer, "Content": {"CodeSha256": "abc"}}
    functions.add_response("get_layer_version", found, {"LayerName": "shop-Common", "VersionNumber": 2})
    functions.add_response("list_layer_versions", {"LayerVersions": []}, {"LayerName": "new", "MaxItems": 1})
    assert client.latest_layer("shop-Common") == (layer, "abc")
    assert client.latest_layer("new") == ("", "")
    functions.add_response("update_alias", {}, shown)
    client.update_alias("f", "live", "3")
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:Flow"
    from datetime import UTC, datetime

    definition = {
        "stateMachineArn": machine,
        "name": "Flow",
        "definition": "{}",
        "roleArn": "arn:aws:iam::123456789012:role/r",
        "type": "STANDARD",
        "creationDate": datetime(2030, 1, 1, tzinfo=UTC),
    }
    machines.add_response("describe_state_machine", definition, {"stateMachineArn": machine})
    assert client.state_machine_definition(machine) == "{}"
    at = {"updateDate": datetime(2030, 1, 1, tzinfo=UTC)}
    machines.add_response("update_state_machine", at, {"stateMachineArn": machine, "definition": "{}"})
    machines.add_response("tag_resource", {}, {"resourceArn": machine, "tags": [{"key": "t", "value": "yes"}]})
    machines.add_response("untag_resource", {}, {"resourceArn": machine, "tagKeys": ["t"]})
    client.update_state_machine(machine, "{}")
    client.tag_state_machine(machine, "t")
    client.untag_state_machine(machine, "t")
