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
                            "Parameters": {"FunctionName": "${PayFunction}"},
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
    assert machine["Definition"] == DEFINITION
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
