"""What a function may be beyond its source: permissions, layers, images, versions, URLs, asynchronous invocations."""

import pytest

from tapgen.proof.check import check
from tapgen.settings.load import load
from tests.conftest import HANDLER
from tests.unit.layers.documents import refused

ONE = """
application = "shop"
[functions.Item]
source = "src"
"""
PERMISSIONS = "AWS::Lambda::Permission"


def function(rendered, name="ItemFunction"):
    return rendered["Resources"][name]["Properties"]


def statements(rendered, name="ItemFunctionRole"):
    [policy] = rendered["Resources"][name]["Properties"]["Policies"]
    return {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}


def of_type(rendered, kind):
    return {name: one["Properties"] for name, one in rendered["Resources"].items() if one["Type"] == kind}


# ---------------------------------------------------------------------------------------------------- permissions


def test_statements_stand_in_the_role_with_their_reasons(document):
    rendered = document(
        ONE
        + """
    [[functions.Item.statements]]
    actions = ["ses:SendEmail", "ses:SendRawEmail"]
    resources = ["arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/a.example", { import = "Other" }]
    conditions.StringEquals."ses:FromAddress" = "a@a.example"
    reason = "Confirms by mail"
    [[functions.Item.statements]]
    actions = ["s3:GetObject"]
    resources = ["arn:aws:s3:::home/${aws:PrincipalTag/team}/*"]
    conditions = { StringEquals."aws:ResourceAccount" = ["${AWS::AccountId}"], Bool."aws:SecureTransport" = true }
    """
    )
    assert statements(rendered)["Statement1"] == {
        "Sid": "Statement1",
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": [
            {"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/a.example"},
            {"Fn::ImportValue": "Other"},
        ],
        "Condition": {"StringEquals": {"ses:FromAddress": "a@a.example"}},
    }
    assert statements(rendered)["Statement2"]["Resource"] == [
        {"Fn::Sub": "arn:aws:s3:::home/${!aws:PrincipalTag/team}/*"}
    ]
    assert statements(rendered)["Statement2"]["Condition"] == {
        "StringEquals": {"aws:ResourceAccount": [{"Fn::Sub": "${AWS::AccountId}"}]},
        "Bool": {"aws:SecureTransport": True},
    }
    assert rendered["Resources"]["ItemFunctionRole"]["Metadata"] == {"Reasons": {"Statement1": "Confirms by mail"}}


def test_an_existing_role_is_used_and_granted_nothing(document):
    rendered = document(
        ONE
        + 'role = "arn:aws:iam::123456789012:role/path/worker"\n'
        + '[functions.Other]\nsource = "src"\nrole = { ssm_parameter = "/roles/other" }\n'
    )
    assert function(rendered)["Role"] == "arn:aws:iam::123456789012:role/path/worker"
    assert function(rendered, "OtherFunction")["Role"] == "{{resolve:ssm:/roles/other}}"
    assert of_type(rendered, "AWS::IAM::Role") == {}
    assert "LambdaRoleNameOutput" not in rendered["Outputs"]


# --------------------------------------------------------------------------------------------------------- layers


def test_layers_by_arn_reference_and_name(document):
    arn = "arn:aws:lambda:eu-central-1:017000801446:layer:Powertools:18"
    rendered = document(
        ONE
        + f'layers = ["{arn}", {{ ssm_parameter = "/layers/x" }}, "Common"]\n[lambda_layers.Common]\nsource = "src"\n'
    )
    assert function(rendered)["Layers"] == [arn, "{{resolve:ssm:/layers/x}}", {"Ref": "CommonLayer"}]
    layer = rendered["Resources"]["CommonLayer"]["Properties"]
    assert layer["Content"] == {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "CommonLayerCodeKey"}}
    assert (layer["CompatibleRuntimes"], layer["CompatibleArchitectures"]) == (["python3.13"], ["arm64"])
    assert set(rendered["Parameters"]) == {"ArtifactBucket", "CommonLayerCodeKey"}


def test_a_layer_that_no_function_names_is_for_the_runtimes_that_it_says(document):
    rendered = document(ONE + '[lambda_layers.Common]\nsource = "src"\nruntimes = ["python3.13"]\n')
    layer = rendered["Resources"]["CommonLayer"]["Properties"]
    assert set(layer) == {"LayerName", "Content", "CompatibleRuntimes"}


# ----------------------------------------------------------------------------------------------- images, runtimes


@pytest.mark.parametrize(
    ("image", "uri"),
    [
        (
            '{ repository = "shop/items", tag = "v1" }',
            {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/shop/items:v1"},
        ),
        (
            f'{{ repository = "1.dkr.ecr.eu-west-1.amazonaws.com/a", digest = "sha256:{"0" * 64}" }}',
            f"1.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:{'0' * 64}",
        ),
        (
            '{ uri = "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/a:7" }',
            {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/a:7"},
        ),
        ('{ uri = { parameter = "Image" } }\n[parameters.Image]', {"Ref": "Image"}),
    ],
)
def test_an_image_in_place_of_a_source(document, image, uri):
    properties = function(document(f'application = "shop"\n[functions.Item]\nimage = {image}\n'))
    assert (properties["PackageType"], properties["Code"]) == ("Image", {"ImageUri": uri})
    assert not {"Handler", "Runtime"} & set(properties)


def test_a_function_has_tags_of_its_own(document, project):
    tags = function(document(ONE + 'tags = { Team = "a", Application = "b" }\n'))["Tags"]
    own = {"Team": "a", "Application": "b", "Environment": "dev", "ManagedBy": "tapgen"}
    assert {one["Key"]: one["Value"] for one in tags} == own
    assert refused(project, ONE + 'tags = { "aws:x" = "a" }\n') == [
        "functions.Item.tags.aws:x: the prefix aws: is reserved by AWS"
    ]


def test_others_may_invoke_a_function(document, project):
    callers = """
    callers.Mail = {{ principal = "ses.amazonaws.com" }}
    callers.Doors = {{ principal = "iot.amazonaws.com", source = "${{Doors.Arn}}" }}
    callers.Skill = {{ principal = "alexa-appkit.amazon.com", event_source_token = "amzn1.ask.skill.1" }}
    callers.Ours = {{ principal = "*", organization = "o-abcde12345" }}
    callers.Partner = {{ principal = "111111111111"{} }}
    """
    rendered = document(ONE + callers.format(""))["Resources"]
    common = {"Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["ItemFunction", "Arn"]}}
    for caller, more in {
        "Mail": {"Principal": "ses.amazonaws.com", "SourceAccount": {"Ref": "AWS::AccountId"}},
        "Doors": {"Principal": "iot.amazonaws.com", "SourceArn": {"Fn::Sub": "${Doors.Arn}"}},
        "Skill": {"Principal": "alexa-appkit.amazon.com", "EventSourceToken": "amzn1.ask.skill.1"},
        "Ours": {"Principal": "*", "PrincipalOrgID": "o-abcde12345"},
        "Partner": {"Principal": "111111111111"},
    }.items():
        assert rendered[f"Item{caller}CallerPermission"]["Properties"] == {**common, **more}
    assert refused(project, ONE + callers.format(', account = "222222222222"')) == [
        "functions.Item.callers.Partner.account: it is said of a service, and 111111111111 is none"
    ]
    for wrong, message in {
        'principal = "*"': "principal: everybody could invoke the function: name an organization, an account or a role",
        'principal = "ses.amazonaws.com", event_source_token = "x"': "event_source_token: it is said of alexa-appkit.amazon.com",
        'principal = "me"': 'principal: "me" does not fit: a service, an account or the ARN of a role, such as ses.amazonaws.com',
    }.items():
        assert refused(project, ONE + f"callers.A = {{ {wrong} }}\n") == [f"functions.Item.callers.A.{message}"]


def test_the_command_of_an_image(document):
    image = 'image = { repository = "a", tag = "1", command = ["app.main"], entry_point = ["/run"], working_directory = "/w" }'
    properties = function(document(f'application = "shop"\n[functions.Item]\n{image}\n'))
    assert properties["ImageConfig"] == {"Command": ["app.main"], "EntryPoint": ["/run"], "WorkingDirectory": "/w"}


def test_a_runtime_other_than_python_is_packaged_as_it_is(document):
    rendered = document(
        ONE + 'runtime = "nodejs22.x"\nentry_point = "lib/app.handler"\n', **{"src/lib/app.js": "exports.handler = 1"}
    )
    properties = function(rendered)
    assert (properties["Runtime"], properties["Handler"]) == ("nodejs22.x", "lib/app.handler")
    assert properties["Code"]["S3Key"] == {"Ref": "ItemFunctionCodeKey"}


@pytest.mark.parametrize("entry", ["my-module.handler", "2fa/1st.handler", "a-b/c.d.handler"])
def test_an_entry_point_may_have_hyphens_and_leading_digits(document, entry):
    module = entry.rpartition(".")[0].replace(".", "/")
    rendered = document(ONE + f'entry_point = "{entry}"\n', **{f"src/{module}.py": HANDLER})
    assert function(rendered)["Handler"] == entry


def test_storage_and_file_systems(document):
    rendered = document(
        ONE
        + """
    ephemeral_storage = 1024
    file_systems = [{ access_point = { import = "Files" }, path = "/mnt/data" }]
    [network]
    """
    )
    properties = function(rendered)
    assert properties["EphemeralStorage"] == {"Size": 1024}
    assert properties["FileSystemConfigs"] == [{"Arn": {"Fn::ImportValue": "Files"}, "LocalMountPath": "/mnt/data"}]
    mount = statements(rendered)["MountFiles"]
    assert mount["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    arn = "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:file-system/*"
    assert mount["Resource"] == [{"Fn::Sub": arn}]
    assert "MountFiles" in rendered["Resources"]["ItemFunctionRole"]["Metadata"]["Reasons"]
    assert mount["Condition"] == {"StringEquals": {"elasticfilesystem:AccessPointArn": [{"Fn::ImportValue": "Files"}]}}


def test_a_named_file_system_narrows_the_permission(document):
    more = 'file_systems = [{ access_point = { import = "Files" }, file_system = { import = "System" }, path = "/mnt/a" }]\n'
    rendered = document(ONE + more + "[network]\n")
    assert statements(rendered)["MountFiles"]["Resource"] == [{"Fn::ImportValue": "System"}]
    assert "Metadata" not in rendered["Resources"]["ItemFunctionRole"]


# ------------------------------------------------------------------------------------------- versions and aliases

GRADUAL = ONE + 'routes = ["GET /item"]\ndeployment = "canary-10-5m"\n'


def test_what_calls_a_function_with_an_alias_calls_the_alias(document):
    rendered = document(ONE + 'routes = ["GET /item"]\nalias = "stable"\n')
    alias = function(rendered, "ItemFunctionAlias")
    assert alias == {
        "FunctionName": {"Ref": "ItemFunction"},
        "FunctionVersion": {"Fn::GetAtt": ["ItemFunctionVersion", "Version"]},
        "Name": "stable",
    }
    assert {str(one["FunctionName"]) for one in of_type(rendered, PERMISSIONS).values()} == {
        "{'Ref': 'ItemFunctionAlias'}"
    }
    [method] = [m for m in of_type(rendered, "AWS::ApiGateway::Method").values() if m["HttpMethod"] == "GET"]
    assert "${ItemFunctionAlias}" in str(method["Integration"]["Uri"])
    assert rendered["Outputs"]["LambdaFunctionArnOutput"]["Value"] == {"Fn::GetAtt": ["ItemFunction", "Arn"]}


def test_a_version_is_replaced_when_anything_of_its_function_changes(document):
    def version(more="", **files):
        return document(GRADUAL + more, **files)["Resources"]["ItemFunctionVersion"]["Properties"]["Description"]

    assert version() == version()
    assert version() != version("memory = 512\n")
    assert version() != version(**{"src/index.py": HANDLER + "# changed\n"})
    packaged = version(**{"src/helper.py": ""})
    assert packaged["Fn::Sub"].endswith(" ${ItemFunctionCodeKey}")
    own = "from troposphere import *\ndef build(template, environment, stack):\n    stack.set_variable('Item', 'A', 'b')\n"
    (changed,) = {
        document("layers = ['own']\n" + GRADUAL, **{"own.py": own, "src/helper.py": ""})["Resources"][
            "ItemFunctionVersion"
        ]["Properties"]["Description"]["Fn::Sub"]
    }
    assert changed != packaged["Fn::Sub"]


PARAMETERS = """
environment = { LIMIT = { parameter = "Limit" }, MODE = "as ${Mode}", TOKEN = { parameter = "Token" }, TEXT = "${Text}", LONG = "${Long}" }
[parameters]
Limit = { type = "Number", default = 5 }
Mode = { default = "slow", allowed_values = ["slow", "fast"] }
Token = { secret = true, max_length = 20 }
Text = {}
Long = { max_length = 250 }
Other = { max_length = 1 }
"""


def test_a_version_is_replaced_when_a_parameter_of_its_function_gets_another_value(document, project):
    rendered = document(GRADUAL + PARAMETERS)
    description = rendered["Resources"]["ItemFunctionVersion"]["Properties"]["Description"]["Fn::Sub"]
    assert description.split(" ")[1:] == ["${Limit}", "${Mode}"]
    environment = load(project(GRADUAL + PARAMETERS)).environment("dev")
    unseen = [one.message for one in check(environment, rendered, lint=False) if one.rule == "version-parameter"]
    assert unseen == [
        f"A new value of {name} changes ItemFunction, but publishes no ItemFunctionVersion: its callers see nothing."
        for name in ("Long", "Text", "Token")
    ]


def test_codedeploy_moves_the_alias_and_watches_the_functions_alarms(document):
    rendered = document(GRADUAL)
    alias = rendered["Resources"]["ItemFunctionAlias"]
    assert alias["UpdatePolicy"] == {
        "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": {"Ref": "DeploymentApplication"},
            "DeploymentGroupName": {"Ref": "ItemFunctionDeploymentGroup"},
        }
    }
    group = function(rendered, "ItemFunctionDeploymentGroup")
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert group["AlarmConfiguration"]["Alarms"] == [
        {"Name": {"Ref": f"ItemFunction{name}Alarm"}} for name in ("Errors", "Throttles", "Duration")
    ]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_another_pace_is_a_configuration_of_the_stacks_own(document):
    rendered = document(ONE + 'deployment = "linear-25-7m"\n')
    title = "Linear257mDeploymentConfiguration"
    assert function(rendered, "ItemFunctionDeploymentGroup")["DeploymentConfigName"] == {"Ref": title}
    assert function(rendered, title)["TrafficRoutingConfig"] == {
        "Type": "TimeBasedLinear",
        "TimeBasedLinear": {"LinearInterval": 7, "LinearPercentage": 25},
    }


def test_warm_environments_and_snapshots_need_an_alias_and_get_one(document):
    warm = function(document(ONE + "provisioned_concurrency = 2\n"), "ItemFunctionAlias")
    assert (warm["Name"], warm["ProvisionedConcurrencyConfig"]) == ("live", {"ProvisionedConcurrentExecutions": 2})
    rendered = document(ONE + "snap_start = true\n")
    assert function(rendered)["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert function(rendered, "ItemFunctionAlias")["Name"] == "live"


# ------------------------------------------------------------------------------------------------------ invocation


def test_asynchronous_invocations(document):
    more = 'retries = 0\nmax_event_age = 60\non_failure = { function = "Failed" }\n[functions.Failed]\nsource = "src"\n'
    rendered = document(ONE + more)
    arn = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-Failed"}
    assert function(rendered, "ItemFunctionEventInvokeConfig") == {
        "FunctionName": {"Ref": "ItemFunction"},
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnFailure": {"Destination": arn}},
    }
    assert statements(rendered)["SendOnFailure"]["Action"] == ["lambda:InvokeFunction"]
    assert statements(rendered)["SendOnFailure"]["Resource"] == [arn]


@pytest.mark.parametrize(
    ("destination", "part", "sent"),
    [
        ('"Next"', "[queues.Next]", {"SendOnFailure": (["sqs:SendMessage"], [{"Fn::GetAtt": ["NextQueue", "Arn"]}])}),
        ('{ topic = "Next" }', "[topics.Next]", {"SendOnFailure": (["sns:Publish"], [{"Ref": "NextTopic"}])}),
        (
            '{ bucket = "Next" }',
            "[buckets.Next]",
            {
                "ListOnFailure": (["s3:ListBucket"], [{"Fn::GetAtt": ["NextBucket", "Arn"]}]),
                "SendOnFailure": (
                    ["s3:PutObject"],
                    [{"Fn::Sub": ["${Bucket}/*", {"Bucket": {"Fn::GetAtt": ["NextBucket", "Arn"]}}]}],
                ),
            },
        ),
        ('"Next"', "[queues.Next]\nexisting = 'arn:aws:sqs:eu-west-1:123456789012:next'", {"SendOnFailure": (["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:next"])}),
    ],
)  # fmt: skip
def test_records_go_to_parts(document, destination, part, sent):
    rendered = document(ONE + f"on_failure = {destination}\n{part}\n")
    found = {sid: (s["Action"], s["Resource"]) for sid, s in statements(rendered).items() if sid.endswith("OnFailure")}
    assert found == sent
    target = function(rendered, "ItemFunctionEventInvokeConfig")["DestinationConfig"]["OnFailure"]["Destination"]
    assert target in (sent["SendOnFailure"][1][0], {"Fn::GetAtt": ["NextBucket", "Arn"]})


def test_records_that_go_to_encrypted_parts_take_their_key(document):
    rendered = document(
        ONE + 'on_failure = "Failed"\non_success = "Done"\n[queues.Failed]\nencryption = "Data"\n'
        '[topics.Done]\nencryption = "Data"\n[keys.Data]\n'
    )
    key = statements(rendered)["UseKey"]
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert key["Resource"] == [{"Fn::GetAtt": ["DataKey", "Arn"]}]


def test_a_url_for_signed_requests(document):
    rendered = document(ONE + 'url = { authorization = "AWS_IAM" }\n')
    assert function(rendered, "ItemFunctionUrl") == {
        "AuthType": "AWS_IAM",
        "TargetFunctionArn": {"Fn::GetAtt": ["ItemFunction", "Arn"]},
    }
    assert of_type(rendered, PERMISSIONS) == {}
    assert rendered["Outputs"]["ItemFunctionUrlOutput"]["Value"] == {"Fn::GetAtt": ["ItemFunctionUrl", "FunctionUrl"]}


def test_a_url_for_everybody_takes_two_permissions(document):
    more = 'alias = "live"\nurl = { authorization = "NONE", stream = true, cors = { methods = ["GET"] } }\n'
    rendered = document(ONE + more)
    url = rendered["Resources"]["ItemFunctionUrl"]
    assert (url["DependsOn"], url["Properties"]["Qualifier"]) == ("ItemFunctionAlias", "live")
    assert url["Properties"]["InvokeMode"] == "RESPONSE_STREAM"
    assert url["Properties"]["Cors"] == {"AllowOrigins": ["*"], "AllowMethods": ["GET"], "AllowCredentials": False}
    one, two = of_type(rendered, PERMISSIONS).values()
    assert (one["Action"], one["FunctionUrlAuthType"]) == ("lambda:InvokeFunctionUrl", "NONE")
    assert (two["Action"], two["InvokedViaFunctionUrl"]) == ("lambda:InvokeFunction", True)
    assert one["FunctionName"] == two["FunctionName"] == {"Ref": "ItemFunctionAlias"}
