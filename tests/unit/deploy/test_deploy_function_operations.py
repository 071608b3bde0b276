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
    asked = {"TagFilters": [{"Key": "tapgen:synced"}], "ResourceTypeFilters": ["lambda:function"]}
    tagging = stubber("resourcegroupstaggingapi")
    first = {"ResourceTagMappingList": [{"ResourceARN": ARN}], "PaginationToken": "more"}
    tagging.add_response("get_resources", first, asked)
    tagging.add_response("get_resources", {"ResourceTagMappingList": []}, {**asked, "PaginationToken": "more"})
    assert client.tagged_functions("tapgen:synced") == (ARN,)
