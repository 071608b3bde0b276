"""State machines: their definitions, and roles that may do just what those call."""

import json

import pytest

from tapgen import render
from tapgen.proof import check
from tapgen.settings.load import load
from tests.unit.layers.documents import granted, properties

SETTINGS = """
application = "shop"
[queues.Ship]
[tables.Orders]
[state_machines.Checkout]
definition = "checkout.asl.json"
substitutions = { Wait = "10" }
[functions.Pay]
source = "src"
[functions.Start]
source = "src"
state_machines.Checkout = { variable = "MACHINE", actions = ["states:StartExecution", "states:DescribeExecution"] }
"""

DEFINITION = {
    "StartAt": "Pay",
    "States": {
        "Pay": {"Type": "Task", "Resource": "${PayFunction}", "Next": "Store"},
        "Store": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": "${OrdersTable}", "Item": {}},
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Ship",
                    "States": {
                        "Ship": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                            "Parameters": {"QueueUrl": "${ShipQueue}", "MessageBody": "x"},
                            "End": True,
                        }
                    },
                },
                {
                    "StartAt": "Again",
                    "States": {
                        "Again": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "Parameters": {"FunctionName": "${PayFunction.Arn}"},
                            "End": True,
                        }
                    },
                },
            ],
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": "${Wait}", "End": True},
    },
}


@pytest.fixture
def written(project):
    def write(settings=SETTINGS, definition=DEFINITION):
        text = definition if isinstance(definition, str) else json.dumps(definition)
        return project(settings, **{"checkout.asl.json": text})

    return write


def problems(folder):
    from tapgen.errors import SettingsError

    with pytest.raises(SettingsError) as raised:
        load(folder)
    return list(raised.value.problems)


def test_the_role_may_do_what_the_definition_calls(written):
    rendered = render.render(load(written()).environment("dev")).document
    machine = properties(rendered, "CheckoutStateMachine")
    assert machine["Definition"] == json.loads(json.dumps(DEFINITION).replace(".Arn}", "}"))
    function = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-Pay"}
    assert machine["DefinitionSubstitutions"] == {
        "PayFunction": function,
        "OrdersTable": {"Ref": "OrdersTable"},
        "ShipQueue": {"Ref": "ShipQueue"},
        "Wait": "10",
    }
    statements = granted(rendered, "CheckoutStateMachineRole")
    assert {sid: one for sid, one in statements.items() if sid.startswith("Call")} == {
        "CallPayFunction": (["lambda:InvokeFunction"], [function]),
        "CallOrdersTable": (["dynamodb:PutItem"], [{"Fn::GetAtt": ["OrdersTable", "Arn"]}]),
        "CallShipQueue": (["sqs:SendMessage"], [{"Fn::GetAtt": ["ShipQueue", "Arn"]}]),
    }
    assert "AWS::IAM::Policy" not in {one["Type"] for one in rendered["Resources"].values()}  # as a distributed Map's
    assert machine["LoggingConfiguration"]["Level"] == "ERROR"
    assert properties(rendered, "CheckoutStateMachineFailuresAlarm")["Dimensions"] == [
        {"Name": "StateMachineArn", "Value": {"Ref": "CheckoutStateMachine"}}
    ]


def test_the_check_misses_each_permission_that_is_taken_away(written):
    environment = load(written()).environment("dev")
    rendered = render.render(environment).document
    [policy] = rendered["Resources"]["CheckoutStateMachineRole"]["Properties"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]

    def found():
        every = check.check(environment, rendered, lint=False)
        return [one.message for one in every if one.rule == "trigger-role"]

    assert found() == []
    for statement in [one for one in statements if one["Sid"].startswith("Call")]:
        statements.remove(statement)
        name, action = statement["Sid"].removeprefix("Call"), statement["Action"][0]
        assert found(), statement
        assert all(f"calls {name} by" in message and action in message for message in found())
        statements.append(statement)


def test_a_function_starts_it_and_asks_for_executions(written):
    statements = granted(render.render(load(written()).environment("dev")).document, "StartFunctionRole")
    assert statements["UseCheckoutStateMachine"] == (["states:StartExecution"], [{"Ref": "CheckoutStateMachine"}])
    assert statements["UseCheckoutStateMachineExecution"] == (
        ["states:DescribeExecution"],
        [
            {
                "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:"
                "execution:${CheckoutStateMachine.Name}:*"
            }
        ],
    )


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("{", "state_machines.Checkout.definition: checkout.asl.json: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "state_machines.Checkout.definition: checkout.asl.json: not JSON: it is no object"),
        ('{"States": {"A": {"Type": "Pass", "Result": "${ShipQueue.Arn}"}}}', "state_machines.Checkout.definition: ${ShipQueue.Arn}: what stands for it has no dot; name it in substitutions"),
        ('{"States": {"A": {"Type": "Pass", "Result": "${ShipQueu}"}}}', 'state_machines.Checkout.definition: ${ShipQueu} stands for nothing; did you mean "ShipQueue"?'),
        ('{"States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}}}', "state_machines.Checkout.definition: A calls sqs:SendMessage on no part: name it by a placeholder such as ${ShipQueue}, or say under statements on what"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused(written, definition, message):
    assert problems(written(definition=definition)) == [message]


def test_a_missing_definition_is_refused(project):
    assert problems(project('application = "shop"\n[state_machines.A]\ndefinition = "none.json"\n')) == [
        "state_machines.A.definition: none.json: No such file or directory"
    ]


OTHERS = {
    "StartAt": "Detect",
    "States": {
        "Detect": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:rekognition:detectLabels", "Next": "List"},
        "List": {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "${Files}"}},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Put",
                "States": {
                    "Put": {"Type": "Task", "Resource": "${PutItem}", "Parameters": {"TableName": "${T}"}, "End": True}
                },
            },
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "${FilesBucket}"}},
            "Next": "Nested",
        },
        "Nested": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "${OtherStateMachine}"},
            "Next": "Both",
        },
        "Both": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems",
            "Parameters": {"TransactItems": [{"Put": {"TableName": "${OrdersTable}"}}, {"Update": {"TableName": "x"}}]},
            "End": True,
        },
    },
}
OTHER_SETTINGS = """
application = "shop"
[buckets.Files]
[tables.Orders]
partition_key = { name = "id" }
[state_machines.Other]
definition = "other.json"
name = "other"
[state_machines.All]
definition = "all.json"
log_level = "off"
tracing = false
substitutions = { Files = "${FilesBucket}", T = "${OrdersTable}", PutItem = "arn:${AWS::Partition}:states:::dynamodb:putItem" }
"""
PASS = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'


def test_what_is_called_by_substitutions_by_maps_and_of_other_services_is_granted(document):
    files = {"all.json": json.dumps(OTHERS), "other.json": PASS}
    rendered = document(OTHER_SETTINGS, **files)
    executions = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${OtherStateMachine.Name}:*"
    rule = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
    assert granted(rendered, "AllStateMachineRole") == {
        "CallFilesBucket": (["s3:ListBucket"], [{"Fn::GetAtt": ["FilesBucket", "Arn"]}]),
        "CallFilesBucketObject": (["s3:PutObject"], [{"Fn::Sub": "${FilesBucket.Arn}/*"}]),
        "CallOrdersTable": (["dynamodb:PutItem", "dynamodb:UpdateItem"], [{"Fn::GetAtt": ["OrdersTable", "Arn"]}]),
        "CallOtherStateMachine": (["states:StartExecution"], [{"Ref": "OtherStateMachine"}]),
        "CallOtherStateMachineExecution": (
            ["states:DescribeExecution", "states:StopExecution"],
            [{"Fn::Sub": executions}],
        ),
        "CallServices": (["rekognition:DetectLabels"], ["*"]),
        "WaitForOthers": (["events:DescribeRule", "events:PutRule", "events:PutTargets"], [{"Fn::Sub": rule}]),
    }
    own = properties(rendered, "AllStateMachineDistributedMapPolicy")
    assert own["PolicyDocument"]["Statement"][0]["Resource"] == [{"Ref": "AllStateMachine"}]
    assert own["Roles"] == [{"Ref": "AllStateMachineRole"}]
    assert properties(rendered, "OtherStateMachine")["StateMachineName"] == "other"


def test_on_what_of_another_service_has_to_be_said(project):
    task = {"Type": "Task", "Resource": "arn:aws:states:::bedrock:invokeModel", "Parameters": {}, "End": True}
    definition = json.dumps({"StartAt": "Ask", "States": {"Ask": task}})
    settings = 'application = "shop"\n[state_machines.All]\ndefinition = "all.json"\n'
    assert problems(project(settings, **{"all.json": definition})) == [
        "state_machines.All.definition: Ask calls bedrock:InvokeModel; say under statements on what"
    ]
    allowed = 'statements = [{ actions = ["bedrock:Invoke*"], resources = ["*"] }]\n'
    load(project(settings + allowed, **{"all.json": definition}))
