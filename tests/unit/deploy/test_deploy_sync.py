"""Functions that get their code and configuration directly, and the deployment that puts them right."""

import base64
import hashlib

import pytest

from tapgen.deploy.artifacts.packages import zipped
from tapgen.deploy.aws.errors import AwsError, DeniedError
from tapgen.deploy.aws.model import Function
from tapgen.deploy.commands.sync import Sync
from tapgen.deploy.request import Package
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import Seen, deployed, document, request, run, topic

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
TABLE_ARN = {"Fn::GetAtt": ["ItemTable", "Arn"]}
STREAM = {"Fn::GetAtt": ["ItemTable", "StreamArn"]}  # which no name of the table tells


def sha256(package):
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def inline(text):
    return zipped([("index.py", [text.encode()])])


def function(code="def handler(e, c): ...", memory=128, **variables):
    code = {"ZipFile": code} if isinstance(code, str) else code
    properties = {"Code": code, "MemorySize": memory, "Handler": "index.handler"}
    if variables:
        properties["Environment"] = {"Variables": variables}
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def with_functions(**functions):
    return document(**functions)


def scene(made, **actual):
    """A deployed stack whose functions run something that only Lambda knows."""
    cloud = Cloud()
    deployed(cloud, made)
    for logical_id, resource in made["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Function":
            name = f"{logical_id.lower()}-1"
            variables = resource["Properties"].get("Environment", {}).get("Variables", {})
            settings = {"MemorySize": resource["Properties"]["MemorySize"], "Handler": "index.handler"}
            known = {key: value if isinstance(value, str) else "known to AWS" for key, value in variables.items()}
            cloud.functions[name] = Function(ARN + name, "deployed", settings=settings, variables=known)
    return cloud


def sync(cloud, made, view=None, **more):
    return Sync(request(made, **more), cloud, view or Seen(), cloud.time.clock).run()


def test_only_what_has_changed_is_sent():
    cloud = scene(with_functions(One=function(), Two=function()))
    view = Seen()
    outcome = sync(cloud, with_functions(One=function("new = 1"), Two=function()), view)
    assert outcome.code == ExitCode.OK
    assert outcome.message == "1 function of tap-dev brought up to date: One"
    assert "`tapgen deploy --env dev` puts it right" in outcome.hint
    assert view.steps == ["One: code"]
    assert cloud.functions["one-1"].code_sha256 == sha256(inline("new = 1"))
    assert cloud.functions["two-1"].code_sha256 == "deployed"
    assert cloud.marks == {f"{ARN}one-1"}
    assert cloud.count("create_change_set", "execute") == 0


def test_configuration_is_sent_and_what_only_aws_knows_is_kept():
    before = with_functions(One=function(TABLE=STREAM, MODE="a", OLD="x"))
    cloud = scene(before)
    outcome = sync(cloud, with_functions(One=function(memory=512, TABLE=STREAM, MODE="b")))
    assert outcome.code == ExitCode.OK, outcome.message
    assert cloud.functions["one-1"].settings["MemorySize"] == 512
    assert cloud.functions["one-1"].variables == {"TABLE": "known to AWS", "MODE": "b"}
    assert cloud.count("update_code") == 0


def test_a_package_goes_without_the_bucket():
    code = {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "OneCodeKey"}}
    made = with_functions(One=function(code))
    made["Parameters"] = {"ArtifactBucket": {"Type": "String"}, "OneCodeKey": {"Type": "String"}}
    cloud = scene(made)
    next(iter(cloud.stacks.values())).parameters = {"ArtifactBucket": "b", "OneCodeKey": "functions/old.zip"}
    packages = (Package("OneCodeKey", "functions/new.zip", lambda: b"the new zip"),)
    outcome = sync(cloud, made, packages=packages)
    assert outcome.code == ExitCode.OK, outcome.message
    assert cloud.functions["one-1"].code_sha256 == sha256(b"the new zip")
    assert cloud.count("store") == 0


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (with_functions(One=function("new"), Topic=topic("new")), "Topic (AWS::SNS::Topic): update"),
        (with_functions(One=function(), Two=function()), "Two (AWS::Lambda::Function): create"),
        (with_functions(One=function(TABLE=STREAM)), "One: Environment"),
        ({**with_functions(One=function()), "Outputs": {"A": {"Value": "b"}}}, "outputs"),
    ],
)
def test_anything_else_needs_a_deployment(made, reason):
    cloud = scene(with_functions(One=function()))
    outcome = sync(cloud, made)
    assert outcome.code == ExitCode.REFUSED
    assert outcome.message.startswith("needs a deployment: ")
    assert reason in outcome.message
    assert cloud.count("update_code", "update_configuration", "tag_function") == 0


def test_a_protected_environment_is_never_synced():
    cloud = scene(with_functions(One=function()))
    outcome = sync(cloud, with_functions(One=function("new")), protected=True)
    assert (outcome.code, cloud.calls) == (ExitCode.USAGE, [])


def test_an_update_that_lambda_refuses_says_what_was_done():
    cloud = scene(with_functions(One=function(), Two=function()))
    cloud.faults["update_code"] = [None, AwsError("ResourceConflictException", "busy", "UpdateFunctionCode")]
    view = Seen()
    outcome = sync(cloud, with_functions(One=function("new"), Two=function("new")), view)
    assert (outcome.code, "busy" in outcome.message) == (ExitCode.FAILED, True)
    assert view.warnings == [
        "Brought up to date before that: One.",
        "Two may have been changed in part: the same command again sees to the rest.",
    ]


def test_a_function_that_does_not_settle_is_an_error():
    cloud = scene(with_functions(One=function()))
    one = cloud.functions["one-1"]
    cloud.functions["one-1"] = Function(one.arn, one.code_sha256, failure="no such key", settings=one.settings)
    outcome = sync(cloud, with_functions(One=function("new")))
    assert (outcome.code, "Lambda could not update it: no such key" in outcome.message) == (ExitCode.FAILED, True)


def test_code_that_goes_back_is_synced_back():
    before = with_functions(One=function())
    cloud = scene(before)
    sync(cloud, with_functions(One=function("new")))
    assert sync(cloud, before).code == ExitCode.OK
    assert cloud.functions["one-1"].code_sha256 == sha256(inline("def handler(e, c): ..."))


@pytest.mark.parametrize("changed", [False, True])
def test_a_deployment_puts_right_what_was_synced(changed):
    """Also where the template is as before: CloudFormation sees no change, and other code would stay."""
    before = with_functions(One=function())
    cloud = scene(before)
    sync(cloud, with_functions(One=function("experiment", memory=1024)))
    made = with_functions(One=function(), Topic=topic("new")) if changed else before
    view = Seen()
    assert run(cloud, request(made), view=view).code == ExitCode.OK
    assert cloud.functions["one-1"].code_sha256 == sha256(inline("def handler(e, c): ..."))
    assert cloud.functions["one-1"].settings["MemorySize"] == 128
    assert cloud.marks == set()
    assert view.steps[-1] == "Put right what `tapgen sync` had changed: One"


def test_a_deployer_that_may_not_read_tags_deploys_all_the_same():
    cloud = scene(with_functions(One=function()))
    cloud.faults["tagged_resources"] = [DeniedError("AccessDenied", "no", "GetResources")]
    view = Seen()
    assert run(cloud, request(with_functions(One=function("new"))), view=view).code == ExitCode.OK
    assert view.warnings == []


def test_what_cannot_be_put_right_is_told():
    cloud = scene(with_functions(One=function()))
    sync(cloud, with_functions(One=function("experiment")))
    cloud.faults["update_code"] = [AwsError("ResourceConflictException", "busy", "UpdateFunctionCode")]
    view = Seen()
    assert run(cloud, request(with_functions(One=function())), view=view).code == ExitCode.OK
    assert view.warnings[-1].startswith("What `tapgen sync` has changed may still run: ")
    assert cloud.marks


# ------------------------------------------------------------------------------- layers, aliases, state machines


def with_layer_and_alias(code="first", flow=1):
    """A function with an alias and a layer of the stack's own, and a state machine that calls it."""
    one = function(code)
    one["Properties"]["Layers"] = [{"Ref": "Common"}, "arn:aws:lambda:eu-west-1:1:layer:other:7"]
    content = {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "CommonKey"}}
    made = document(
        One=one,
        Common={
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"LayerName": "tap-Common", "Content": content, "CompatibleRuntimes": ["python3.13"]},
        },
        OneVersion={
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "One"}, "Description": {"Fn::Sub": code + " ${CommonKey}"}},
        },
        OneAlias={
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "Name": "live",
                "FunctionName": {"Ref": "One"},
                "FunctionVersion": {"Fn::GetAtt": ["OneVersion", "Version"]},
            },
        },
        Flow={
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "Definition": {"States": {"A": {"Resource": "${Function}", "Seconds": flow}}},
                "DefinitionSubstitutions": {"Function": {"Fn::Sub": "${One.Arn}:live"}},
            },
        },
    )
    made["Parameters"] = {"ArtifactBucket": {"Type": "String"}, "CommonKey": {"Type": "String"}}
    return made


FLOW = "flow-1"
LAYERS = ("common-1", "arn:aws:lambda:eu-west-1:1:layer:other:7")


def layered(key="old"):
    made = with_layer_and_alias()
    cloud = scene(made)
    [record] = cloud.stacks.values()
    record.parameters = {"ArtifactBucket": "b", "CommonKey": key}
    one = cloud.functions["one-1"]
    cloud.functions["one-1"] = Function(one.arn, one.code_sha256, settings=one.settings, layers=LAYERS)
    return cloud


def layer_package(key="new"):
    return {"packages": (Package("CommonKey", key, lambda: b"layer"),), "parameters": {"ArtifactBucket": "b"}}


def test_a_layer_is_published_and_its_functions_get_the_new_version():
    cloud, view = layered(), Seen()
    outcome = sync(cloud, with_layer_and_alias(), view, **layer_package())
    assert outcome.ok, outcome.message
    assert cloud.layers == {"tap-Common": [b"layer"]}
    new = "arn:aws:lambda:eu-west-1:123456789012:layer:tap-Common:2"
    assert cloud.functions["one-1"].layers == (new, LAYERS[1])
    assert cloud.count("update_code") == 0
    assert view.steps[0] == "Common: version 2"
    assert outcome.message == "2 resources of tap-dev brought up to date: Common, One"
    sync(cloud, with_layer_and_alias(), **layer_package())
    assert cloud.count("publish_layer") == 1


def test_the_alias_of_a_function_shows_the_version_that_is_published():
    cloud = layered()
    outcome = sync(cloud, with_layer_and_alias("second"), **layer_package("old"))
    assert outcome.ok, outcome.message
    assert cloud.aliases == {("one-1", "live"): sha256(inline("second"))}
    assert cloud.count("publish_version") == 1


def test_a_state_machine_gets_its_definition_with_what_the_stack_calls_its_parts():
    cloud = layered()
    outcome = sync(cloud, with_layer_and_alias(flow=2), **layer_package("old"))
    assert outcome.ok, outcome.message
    assert cloud.definitions == {FLOW: {"States": {"A": {"Resource": f"{ARN}one-1:live", "Seconds": 2}}}}
    assert cloud.marks == {FLOW}
    assert cloud.count("update_code", "update_configuration") == 0


def test_a_deployment_puts_layers_aliases_and_definitions_right():
    cloud = layered()
    sync(cloud, with_layer_and_alias("second", flow=2), **layer_package())
    assert cloud.marks == {f"{ARN}one-1", FLOW}
    view = Seen()
    assert run(
        cloud, request(with_layer_and_alias(), parameters={"ArtifactBucket": "b", "CommonKey": "old"}), view=view
    ).ok
    assert cloud.functions["one-1"].layers == LAYERS
    assert cloud.functions["one-1"].code_sha256 == sha256(inline("first"))
    assert cloud.aliases["one-1", "live"] == "oneversion-1"
    assert cloud.definitions[FLOW]["States"]["A"]["Seconds"] == 1
    assert not cloud.marks


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (lambda made: made["Common"]["Properties"].update(LayerName="other"), "Common: LayerName"),
        (lambda made: made["OneAlias"]["Properties"].update(Name="blue"), "OneAlias (AWS::Lambda::Alias): replace"),
        (lambda made: made["Flow"]["Properties"].update(StateMachineType="EXPRESS"), "Flow (AWS::Step"),
        (
            lambda made: made["Flow"]["Properties"]["DefinitionSubstitutions"].update(Function=STREAM),
            "Flow: Definition",
        ),
        (lambda made: made["One"]["Properties"].update(Layers=[STREAM]), "One: Layers"),
    ],
)
def test_what_only_cloudformation_can_do_needs_a_deployment(changes, reason):
    cloud, made = layered(), with_layer_and_alias()
    changes(made["Resources"])
    outcome = sync(cloud, made, **layer_package("old"))
    assert outcome.code == ExitCode.REFUSED
    assert reason in outcome.message
    assert cloud.count("publish_layer", "update_code", "update_configuration", "update_state_machine") == 0


def test_a_variable_that_names_a_resource_of_the_stack_is_sent():
    cloud = scene(with_functions(One=function()))
    more = {"TABLE": {"Ref": "ItemTable"}, "ARN": TABLE_ARN, "URL": {"Fn::Join": ["/", ["x", {"Ref": "AWS::Region"}]]}}
    assert sync(cloud, with_functions(One=function(**more))).ok
    assert cloud.functions["one-1"].variables == {
        "TABLE": "itemtable-1",
        "ARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/itemtable-1",
        "URL": "x/eu-west-1",
    }
