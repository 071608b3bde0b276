"""A layer of the project's own: what it may do, and what is said when it fails."""

import sys
from textwrap import dedent

import pytest

from tapgen import render
from tapgen.cli.options import filled
from tapgen.errors import DocumentError, SettingsError
from tapgen.settings.load import load
from tapgen.template import document as documents
from tests.conftest import ONE_FUNCTION, ROOT
from tests.table import rows

OWN = "layers = ['own']\nnetwork = {}\n" + ONE_FUNCTION


@pytest.fixture
def failure(document, tmp_path):
    """What is said of a layer: message and hint, with the project's folder left out."""

    def said(text, kind=DocumentError, **files):
        with pytest.raises(kind) as caught:
            document(OWN, **{"own.py": text, **files})
        return caught.value.message.replace(f"{tmp_path}/", ""), caught.value.hint.replace(f"{tmp_path}/", "")

    return said


def in_build(*lines):
    body = "".join(f"    {line}\n" for line in lines)
    return f"from troposphere import *\nfrom troposphere import sqs, awslambda, s3\ndef build(template, environment, stack):\n{body}"


def test_the_queue_of_the_second_application():
    environment = filled(load(ROOT / "tests" / "projects" / "orders").environment("dev"))
    rendered = render.render(environment)
    queue = rendered.document["Resources"]["NotificationQueue"]
    assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert {tag["Key"] for tag in queue["Properties"]["Tags"]} == {"Application", "Environment", "ManagedBy"}
    assert rendered.document["Outputs"]["NotificationQueueUrlOutput"]["Value"] == {"Ref": "NotificationQueue"}
    notify = rendered.document["Resources"]["NotifyFunction"]["Properties"]
    assert notify["Environment"]["Variables"] == {"QUEUE_URL": {"Ref": "NotificationQueue"}}
    [policy] = rendered.document["Resources"]["NotifyFunctionRole"]["Properties"]["Policies"]
    assert policy["PolicyDocument"]["Statement"][-1] == {
        "Sid": "SendNotifications",
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": [{"Fn::GetAtt": ["NotificationQueue", "Arn"]}],
    }
    other = rendered.document["Resources"]["OrdersFunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    assert "SendNotifications" not in [statement["Sid"] for statement in other["Statement"]]
    origin = rendered.origins["NotificationQueue"]
    assert (origin.layer, origin.file.endswith("layers/queue.py")) == ("layers.queue", True)


def test_origins_name_layer_file_and_line(project):
    folder = project(OWN, **{"own.py": in_build("template.add_resource(sqs.Queue('Mine'))")})
    rendered = render.render(load(folder).environment("dev"))
    mine = rendered.origins["Mine"]
    assert (mine.layer, mine.file, mine.line) == ("own", str(folder / "own.py"), 4)
    assert set(rendered.origins) == set(rendered.document["Resources"])
    assert rendered.origins["Vpc"].layer == "network"
    assert rendered.origins["Vpc"].file.endswith("network.py")


def test_it_refers_to_everything_by_value(document):
    lines = [
        "refs = [stack.network.vpc, *stack.network.subnets, stack.network.security_group, stack.api.api]",
        "refs += [stack.data.tables['Item'].name, stack.compute.functions['Item'].arn, stack.identity.roles['Item'].name]",
        "template.add_output([Output(f'Own{i}', Value=value) for i, value in enumerate(refs)])",
    ]
    outputs = document(OWN, **{"own.py": in_build(*lines)})["Outputs"]
    assert [outputs[f"Own{i}"]["Value"] for i in range(8)] == [
        {"Ref": "Vpc"},
        {"Ref": "PublicSubnet1"},
        {"Ref": "PublicSubnet2"},
        {"Fn::GetAtt": ["FunctionSecurityGroup", "GroupId"]},
        {"Ref": "Api"},
        {"Ref": "ItemTable"},
        {"Fn::GetAtt": ["ItemFunction", "Arn"]},
        {"Ref": "ItemFunctionRole"},
    ]


def test_a_variable_beside_the_ones_that_are_there(document):
    own = in_build("stack.set_variable('Item', 'QUEUE', 'q')")
    variables = document(OWN, **{"own.py": own})["Resources"]["ItemFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"TABLE_NAME": {"Ref": "ItemTable"}, "QUEUE": "q"}


def test_several_resources_at_once_and_tags_as_a_mapping(document):
    own = """
from troposphere import Tags, sqs, ssm, certificatemanager
def build(template, environment, stack):
    template.add_resource([sqs.Queue("One"), sqs.Queue("Two", Tags=Tags(Environment="own", Team="a"))])
    template.add_resource(ssm.Parameter("Three", Type="String", Value="1", Tags={"Team": "a"}))
    template.add_resource(ssm.Parameter("Four", Type="String", Value="1"))
    template.add_resource(sqs.QueuePolicy("Five", PolicyDocument={}, Queues=[]))
"""
    resources = document(OWN, **{"own.py": own})["Resources"]
    ours = {"Application": "shop", "Environment": "dev", "ManagedBy": "tapgen"}
    as_dict = {name: {t["Key"]: t["Value"] for t in resources[name]["Properties"]["Tags"]} for name in ("One", "Two")}
    assert len(resources["Two"]["Properties"]["Tags"]) == 4
    assert as_dict == {"One": ours, "Two": {**ours, "Environment": "own", "Team": "a"}}
    assert resources["Three"]["Properties"]["Tags"] == {**ours, "Team": "a"}
    assert resources["Four"]["Properties"]["Tags"] == ours
    assert "Tags" not in resources["Five"]["Properties"]


def test_tags_given_as_a_list(document):
    own = """
from troposphere import iam
def build(template, environment, stack):
    template.add_resource(iam.Role("Mine", AssumeRolePolicyDocument={}, Tags=[{"Key": "Team", "Value": "a"}]))
"""
    tags = document(OWN, **{"own.py": own})["Resources"]["Mine"]["Properties"]["Tags"]
    assert sorted(tag["Key"] for tag in tags) == ["Application", "Environment", "ManagedBy", "Team"]


def test_what_a_layer_puts_in_is_the_same_in_json_and_yaml(document):
    own = """
import enum
from troposphere import sqs
class Colour(enum.StrEnum):
    RED = "red"
class Size(str, enum.Enum):
    BIG = "big"
def build(template, environment, stack):
    template.add_resource(sqs.QueuePolicy("Mine", PolicyDocument={"a": (1, 2), Size.BIG: Colour.RED, "b": None}, Queues=["q"]))
"""
    rendered = document(OWN, **{"own.py": own})
    policy = rendered["Resources"]["Mine"]["Properties"]["PolicyDocument"]
    assert policy == {"a": [1, 2], "big": "red", "b": None}
    assert [type(key) for key in policy] == [str] * 3
    assert type(policy["big"]) is str
    assert documents.parse(documents.dump(rendered, "yaml"), "x.yaml") == documents.parse(
        documents.dump(rendered, "json"), "x.json"
    )


def test_what_no_template_can_hold(failure):
    said, _ = failure(
        in_build("template.add_resource(sqs.QueuePolicy('Mine', PolicyDocument={'a': {1, 2}}, Queues=[]))")
    )
    assert said == "Resources.Mine.Properties.PolicyDocument.a: a set cannot stand in a template"


def test_the_layer_may_import_from_the_project_and_leaves_nothing_behind(document):
    own = "from helpers.names import NAME\nfrom troposphere import sqs\ndef build(template, environment, stack):\n    template.add_resource(sqs.Queue(NAME))\n"
    before = set(sys.modules)
    rendered = document(OWN, **{"own.py": own, "helpers/names.py": "NAME = 'First'\n"})
    assert "First" in rendered["Resources"]
    rendered = document(OWN, **{"own.py": own, "helpers/names.py": "NAME = 'SecondNow'\n"})
    assert "SecondNow" in rendered["Resources"]
    assert not {"own", "helpers", "helpers.names"} & (set(sys.modules) - before)


def test_a_dataclass_with_postponed_annotations(document):
    own = """
from __future__ import annotations
from dataclasses import dataclass
from troposphere import sqs
@dataclass
class Names:
    queue: str = "Mine"
def build(template, environment, stack):
    template.add_resource(sqs.Queue(Names().queue))
"""
    assert "Mine" in document(OWN, **{"own.py": own})["Resources"]


def test_a_layer_that_is_a_package(document):
    own = "from troposphere import sqs\ndef build(template, environment, stack):\n    template.add_resource(sqs.Queue('Mine'))\n"
    settings = OWN.replace("'own'", "'more.own'")
    assert "Mine" in document(settings, **{"more/own/__init__.py": own})["Resources"]


@rows(
    ("line", "said"),
    [
        ("sqs.Queue('A', DelaySeconds='x')", "layer own: A.DelaySeconds: 'x' is not a valid integer"),
        ("s3.LifecycleConfiguration(Rules='x')", "layer own: Rules: str, expected [LifecycleRule]"),
        ("sqs.Queue('A', Tags={'a': 1})", "layer own: A.Tags: dict, expected Tags"),
        ("template.add_resource(sqs.Queue('A', Colour='x'))", "layer own: AWS::SQS::Queue has no property Colour"),
        ("template.add_resource(sqs.Queue('a-b'))", 'layer own: ValueError: Name "a-b" not alphanumeric'),
        ("template.add_resource(sqs.Queue('Vpc'))", 'layer own: the logical id "Vpc" is taken already'),
        ("template.add_resource(sqs.Queue('A', QueueName=5))", "layer own: A.QueueName: int, expected str"),
        ("1 / 0", "layer own: ZeroDivisionError: division by zero"),
        ("stack.allow('Nobody')", 'layer own: LookupError: there is no function "Nobody"; known: Item'),
    ],
)
def test_the_message_names_the_layer_and_the_hint_its_line(failure, line, said):
    message, hint = failure(in_build(line))
    assert message.startswith(said)
    assert hint == "Mend own.py:4."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "template.add_resource(s3.Bucket('A', LifecycleConfiguration=s3.LifecycleConfiguration()))",
            "layer own, A (AWS::S3::Bucket): LifecycleConfiguration: the property Rules is required",
        ),
        (
            "template.add_resource(awslambda.Function('A', Role='r'))",
            "layer own, A (AWS::Lambda::Function): A (AWS::Lambda::Function): the property Code is required",
        ),
        (
            "template.add_resource(awslambda.Function('A', Role='r', Code=awslambda.Code(ZipFile='x', S3Bucket='b')))",
            "layer own, A (AWS::Lambda::Function): ValueError: You can't specify both 'S3Bucket' and 'ZipFile'",
        ),
    ],
)
def test_what_troposphere_finds_at_the_end_names_the_resource_and_where_it_was_added(failure, line, said):
    assert failure(in_build(line)) == (said, "Mend own.py:4.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("template.add_output(Output('Mine'))", "output Mine: Mine (Output): the property Value"),
        ("template.add_parameter(Parameter('Mine'))", "the template: "),
        ("template.resources['Mine'] = sqs.QueuePolicy('Mine')", "layer unknown, Mine (AWS::SQS::QueuePolicy): "),
    ],
)
def test_what_is_wrong_beside_the_resources(failure, line, said):
    message, hint = failure(in_build(line))
    assert message.startswith(said)
    assert message.endswith(" is required")
    assert hint == "Mend the layer that adds it."


def test_a_validator_that_prints_before_it_raises(failure, capsys):
    message, hint = failure(in_build("awslambda.Function('A', MemorySize=1)"))
    assert message.startswith("layer own: A.MemorySize: ")
    assert hint == "Mend own.py:4."
    assert capsys.readouterr().err == ""


def test_what_a_layer_prints_to_stderr_is_kept(document, failure, capsys):
    document(OWN, **{"own.py": in_build("import sys", "print('note', file=sys.stderr)")})
    assert capsys.readouterr().err == "note\n"
    message, _ = failure(in_build("import sys", "print('note', file=sys.stderr)", "1 / 0"))
    assert message == "layer own: ZeroDivisionError: division by zero\nnote"


def test_what_a_layer_prints_does_not_get_into_the_template(document, capsys):
    document(OWN, **{"own.py": "print('loading')\n" + in_build("print('building')")})
    assert capsys.readouterr() == ("", "loading\nbuilding\n")


@pytest.mark.parametrize("line", ["raise SystemExit(3)", "import sys; sys.exit(3)"])
def test_a_layer_that_ends_the_program(failure, line):
    message, hint = failure(in_build(line))
    assert message == "layer own: SystemExit: 3"
    assert hint.startswith("Mend own.py:4")


def test_a_layer_with_a_syntax_error(failure):
    message, hint = failure("def build(template:\n")
    assert message == "layer own: SyntaxError: '(' was never closed"
    assert hint == "Mend own.py:1."


def test_a_layer_whose_import_fails(failure):
    message, hint = failure("import nothing_of_this_name\n")
    assert message == "layer own: ModuleNotFoundError: No module named 'nothing_of_this_name'"
    assert hint == "Mend own.py:1."


def test_a_layer_without_build(failure):
    said = failure("build = 5\n", SettingsError)
    assert said == ("layers: own has no function build", "Write `def build(template, environment, stack)` in it.")


@pytest.mark.parametrize("name", ["nothing", "nothing.at.all", "src.nothing"])
def test_a_layer_that_is_not_there(document, name):
    with pytest.raises(SettingsError) as caught:
        document(OWN.replace("'own'", f"'{name}'"))
    assert caught.value.message == f"layers: there is no module {name}"
    assert caught.value.hint.startswith(f"Write {name.replace('.', '/')}.py beside the settings file")


def test_nested_deeper_than_python_goes(failure):
    lines = ["value = []", "for _ in range(100_000): value = [value]"]
    lines.append("template.add_resource(sqs.QueuePolicy('Mine', PolicyDocument={'a': value}, Queues=[]))")
    message, _ = failure(in_build(*lines))
    assert "RecursionError" in message
    assert "Mine" in message


def test_actions_that_nobody_filled_in(project):
    settings = ONE_FUNCTION.replace('["dynamodb:PutItem"]', '"auto"')
    environment = load(project(settings)).environment("dev")
    with pytest.raises(DocumentError, match="was not filled in"):
        render.render(environment)


def test_statements_without_a_sid_or_with_other_resources_than_named_pass_an_endpoint_as_they_are(document):
    own = """
    from awacs import dynamodb, sqs
    from awacs.aws import Allow, Statement
    def build(template, environment, stack):
        for queue in ("a", "b"):
            stack.allow("Item", Statement(Effect=Allow, Action=[sqs.SendMessage], Resource=[f"arn:aws:sqs:*:*:{queue}"]))
        stack.allow("Item", Statement(Effect=Allow, Action=[dynamodb.GetItem], NotResource=["arn:aws:dynamodb:*:*:table/x"]))
    """
    settings = 'layers = ["own"]\n' + ONE_FUNCTION + '\n[network]\nendpoints = ["dynamodb", "sqs"]\n'
    resources = document(settings, **{"own.py": dedent(own)})["Resources"]
    sqs = resources["SqsEndpoint"]["Properties"]["PolicyDocument"]["Statement"]
    assert [(s.get("Sid"), s["Resource"]) for s in sqs] == [
        (None, ["arn:aws:sqs:*:*:a"]),
        (None, ["arn:aws:sqs:*:*:b"]),
    ]
    dynamodb = resources["DynamodbEndpoint"]["Properties"]["PolicyDocument"]["Statement"]
    assert [s.get("NotResource") for s in dynamodb] == [None, ["arn:aws:dynamodb:*:*:table/x"]]


# ----------------------------------------------------------------------------------- what tapgen made, by what it is


def test_a_variable_is_never_overwritten_silently(failure, document):
    message, hint = failure(in_build("stack.set_variable('Item', 'TABLE_NAME', 'mine')"))
    assert message == (
        "layer own: ValueError: Item has a variable TABLE_NAME already; say replace=True where that is meant"
    )
    assert hint == "Mend own.py:4."
    message, _ = failure(in_build("stack.set_variable('Item', 'A', '1')", "stack.set_variable('Item', 'A', '2')"))
    assert "has a variable A already" in message
    own = in_build("stack.set_variable('Item', 'TABLE_NAME', 'mine', replace=True)")
    function = document(OWN, **{"own.py": own})["Resources"]["ItemFunction"]["Properties"]
    assert function["Environment"]["Variables"] == {"TABLE_NAME": "mine"}
    assert "reserved by Lambda" in failure(in_build("stack.set_variable('Item', 'AWS_REGION', 'x')"))[0]


def test_a_variable_is_text_whatever_it_was(document):
    lines = [f"stack.set_variable('Item', 'V{index}', {value})" for index, value in enumerate(("5", "2.5", "True"))]
    rendered = document(OWN, **{"own.py": in_build(*lines)})
    variables = rendered["Resources"]["ItemFunction"]["Properties"]["Environment"]["Variables"]
    assert [variables[f"V{index}"] for index in range(3)] == ["5", "2.5", "true"]


def test_a_statement_may_be_a_mapping(document):
    statement = {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "shop"}},
    }
    rendered = document(OWN, **{"own.py": in_build(f"stack.allow('Item', {statement})")})
    [policy] = rendered["Resources"]["ItemFunctionRole"]["Properties"]["Policies"]
    assert policy["PolicyDocument"]["Statement"][-1] == {**statement, "Resource": ["*"]}


@rows(
    ("call", "said"),
    [
        ("allow('Item', {'Effect': 'Allow'})", "not a statement of a role's policy: it needs Effect and Action"),
        ("allow('Item', {'Effect': 'Allow', 'Action': 'a:B', 'Principal': '*'})", "it has Principal"),
        ("allow('Itme', {})", 'there is no function "Itme"; did you mean "Item"?'),
        ("table('Itme')", 'there is no "Itme" among tables; did you mean "Item"?'),
        ("part('tabels', 'Item')", 'there are no parts of the kind "tabels"; did you mean "tables"?'),
        ("function('Itme')", 'there is no function "Itme"; did you mean "Item"?'),
        ("method('PUT /item')", 'there is no method for "PUT /item"'),
        ("alarm('Item', 'error')", 'there is no resource "ItemFunctionErrorAlarm"; did you mean "ItemFunctionErrorsAlarm"?'),
        ("rest_api('Admin')", 'there is no API "Admin"'),
    ],
)  # fmt: skip
def test_what_a_layer_asks_for_wrongly(failure, call, said):
    message, hint = failure(in_build(f"stack.{call}"))
    assert said in message
    assert hint == "Mend own.py:4."


def test_resources_are_taken_by_what_they_are_and_changed(document):
    lines = [
        "stack.method('GET /item').AuthorizationType = 'AWS_IAM'",
        "stack.table('Item').TableClass = 'STANDARD_INFREQUENT_ACCESS'",
        "stack.function('Item').MemorySize = 1024",
        "stack.role('Item').Path = '/shop/'",
        "stack.log_group('Item').RetentionInDays = 7",
        "stack.alarm('Item', 'errors').EvaluationPeriods = 2",
        "stack.rest_api().Name = 'mine'",
    ]
    rendered = document(OWN, **{"own.py": in_build(*lines)})["Resources"]
    properties = {name: resource["Properties"] for name, resource in rendered.items()}
    assert properties["ApiItemGetMethod"]["AuthorizationType"] == "AWS_IAM"
    assert properties["ItemTable"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert properties["ItemFunction"]["MemorySize"] == 1024
    assert properties["ItemFunctionRole"]["Path"] == "/shop/"
    assert properties["ItemFunctionLogGroup"]["RetentionInDays"] == 7
    assert properties["ItemFunctionErrorsAlarm"]["EvaluationPeriods"] == 2
    assert properties["Api"]["Name"] == "mine"


def test_a_part_that_exists_elsewhere_has_no_resource(document):
    settings = OWN.replace('partition_key = { name = "itemId" }', 'existing = "items"')
    with pytest.raises(DocumentError) as caught:
        document(settings, **{"own.py": in_build("stack.table('Item')")})
    assert "tables.Item exists elsewhere" in caught.value.message


def test_a_role_that_exists_elsewhere_is_not_added_to(document):
    settings = OWN.replace('source = "src"', 'source = "src"\nrole = "arn:aws:iam::123456789012:role/worker"')
    with pytest.raises(DocumentError) as caught:
        document(
            settings,
            **{
                "own.py": in_build(
                    "stack.allow('Item', {'Effect': 'Allow', 'Action': 'sqs:SendMessage', 'Resource': '*'})"
                )
            },
        )
    assert "Item has an existing role, to which nothing can be added" in caught.value.message


def test_own_settings_are_plain_values_overlaid_by_an_environment(document):
    settings = OWN + '[custom]\nvpc = "vpc-1"\nsizes = [1, 2]\ndeep.a = 1\ndeep.b = true\n'
    settings += "[environments.dev]\n[environments.prod.custom]\nsizes = [3]\ndeep.a = 2\n"
    own = in_build("template.add_output(Output('Own', Value=repr(environment.custom)))")
    for env, expected in {
        "dev": {"vpc": "vpc-1", "sizes": [1, 2], "deep": {"a": 1, "b": True}},
        "prod": {"vpc": "vpc-1", "sizes": [3], "deep": {"a": 2, "b": True}},
    }.items():
        assert document(settings, env=env, **{"own.py": own})["Outputs"]["Own"]["Value"] == repr(expected)
