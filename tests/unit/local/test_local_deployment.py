"""An environment into the embedded AWS, through the code of a deployment to AWS."""

import io
import secrets

import msgspec
import pytest

from tapgen.errors import ExitCode
from tapgen.local import gateway
from tapgen.local.deployment import deploy, not_attached
from tapgen.local.here import without_value
from tapgen.local.view import BriefView
from tapgen.settings.functions import Function
from tapgen.settings.load import load
from tapgen.settings.model import Environment
from tapgen.settings.network import Network
from tapgen.settings.references import Reference
from tapgen.settings.tables import Key, Table
from tests.conftest import ONE_FUNCTION


def environment(tmp_path, name, **tables):
    return Environment(name=name, root=tmp_path, application="shop", tables=tables)


ITEM = Table(partition_key=Key(name="itemId"))


class Watching(BriefView):
    """Keeps what was told, and does something when it hears of the plan."""

    def __init__(self, heard=lambda plan: None):
        super().__init__(io.StringIO())
        self.heard = heard

    def plan(self, plan):
        self.heard(plan)


def test_what_would_be_lost_is_lost_without_asking(tmp_path, embedded):
    first, deployed = deploy(environment(tmp_path, "loss", Item=ITEM), embedded, lambda _: Watching())
    assert [outcome.code for outcome in first] == [ExitCode.OK]
    before = deployed.of_type("AWS::DynamoDB::Table")["ItemTable"]
    changed = environment(tmp_path, "loss", Other=Table(partition_key=Key(name="id")))
    second, deployed = deploy(changed, embedded, lambda _: Watching())
    assert [outcome.code for outcome in second] == [ExitCode.OK]
    assert set(deployed.of_type("AWS::DynamoDB::Table")) == {"OtherTable"}
    assert before not in deployed.of_type("AWS::DynamoDB::Table").values()


def test_what_the_check_finds_is_only_a_warning(tmp_path, embedded):
    (tmp_path / "index.py").write_text("import boto3\nboto3.client('dynamodb').list_tables()\nhandler = print\n")
    made = environment(tmp_path, "found", Item=ITEM)
    made = msgspec.structs.replace(made, functions={"Item": Function(source=".")})
    out = io.StringIO()
    outcomes, _ = deploy(made, embedded, lambda _: BriefView(out))
    assert [outcome.code for outcome in outcomes] == [ExitCode.OK]
    told = out.getvalue()
    assert told.startswith("found: 1 error\n\n  ItemFunction\n    error    permission-missing: ")
    assert "\nWarning: `tapgen deploy` refuses this environment as it is; here it goes on.\n" in told


def test_ctrl_c_goes_on_as_ctrl_c(tmp_path, embedded):
    def interrupt(plan):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(environment(tmp_path, "stop", Item=ITEM), embedded, lambda _: Watching(interrupt))


def test_a_layer_that_is_not_on_this_machine_is_named():
    arn = "arn:aws:lambda:${AWS::Region}:017000801446:layer:Powertools:18"
    layers = [{"Ref": "Own"}, {"Fn::Sub": arn}, {"Ref": "Given"}]
    document = {
        "Resources": {
            "ItemFunction": {"Type": "AWS::Lambda::Function", "Properties": {"Layers": layers}},
            "Plain": {"Type": "AWS::Lambda::Function", "Properties": {"Layers": {"Ref": "List"}}},
            "Own": {"Type": "AWS::Lambda::LayerVersion"},
        }
    }
    foreign, given = not_attached(document)
    assert foreign.startswith("ItemFunction runs without the layer ")
    assert "017000801446:layer:Powertools:18" in foreign
    assert "${Given}" in given


def test_an_existing_network_is_checked_and_not_looked_up(tmp_path, embedded):
    (tmp_path / "index.py").write_text("def handler(event, context):\n    return {}\n")
    network = Network(
        vpc=Reference(import_="Vpc"), subnets=(Reference(ssm_parameter="/net/a"),), endpoints=("sqs",), has_nat=True
    )
    made = environment(tmp_path, "elsewhere", Item=ITEM)
    made = msgspec.structs.replace(made, functions={"Item": Function(source=".")}, network=network)
    [outcome], deployed = deploy(made, embedded, lambda _: BriefView(io.StringIO()))
    assert outcome.code == ExitCode.OK
    assert deployed.of_type("AWS::EC2::VPCEndpoint") == {}
    assert set(deployed.of_type("AWS::Lambda::Function")) == {"ItemFunction"}


REACHED = """
application = "NAME"
[network]
subnets = "isolated"
endpoints = ["execute-api"]
[functions.Item]
source = "src"
routes = ["GET /item", { route = "GET /item", api = "Partners" }, { route = "GET /item", api = "Site" }]
[api]
endpoint = "private"
[apis.Partners]
allow_cidrs = ["192.0.2.0/24"]
web_acl = "arn:aws:wafv2:us-east-1:111111111111:regional/webacl/shop/11111111-2222-3333-4444-555555555555"
[apis.Site]
kind = "http"
domain = { name = "www.example.com", hosted_zone = "example.com", certificate = { ssm_parameter = "/certificates/api" } }
"""


def test_apis_that_few_may_reach_are_reached_from_this_machine(project, embedded):
    """By their domain name, addresses, VPC endpoint or AWS WAF nobody is let in or kept out here."""
    source = "def handler(event, context):\n    return {'statusCode': 204}\n"
    root = project(REACHED.replace("NAME", f"r{secrets.token_hex(4)}"), **{"src/index.py": source})
    [outcome], deployed = deploy(load(root).environment("dev"), embedded, lambda _: BriefView(io.StringIO()))
    assert outcome.code == ExitCode.OK
    addresses = [deployed.address, *deployed.further.values()]
    assert [gateway.send(address, gateway.parse("GET /item")).status for address in addresses] == [204, 204, 204]
    assert deployed.of_type("AWS::ApiGatewayV2::DomainName") == {}


def test_a_dynamic_reference_without_a_value_is_named_with_the_line_that_gives_it_one(project):
    arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-a1b2c3"
    values = [
        "{{resolve:secretsmanager:shop/db:SecretString:password}}",
        "{{resolve:secretsmanager:shop/db:SecretString:user}}",
        f"{{{{resolve:secretsmanager:{arn}:SecretString:key}}}}",
        "{{resolve:ssm:/shop/limit}} of {{resolve:ssm-secure:/shop/key:3}}",
        "{{resolve:ssm:/shop/known}}",
        "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}",
    ]
    document = {"Resources": {"A": {"Properties": {"Variables": dict(zip("abcdef", values, strict=True))}}}}
    root = project(ONE_FUNCTION + '[local]\nssm_parameters."/shop/known" = "1"\n')
    said = [line.partition(": say ")[2] for line in without_value(document, load(root).environment("dev"))]
    assert said == [
        '[local] secrets."shop/db" = { password = "…" }',
        f'[local] secrets."{arn}" = {{ key = "…" }}',
        '[local] ssm_parameters."/shop/limit" = "…"',
        '[local] ssm_parameters."/shop/key" = "…"',
    ]
