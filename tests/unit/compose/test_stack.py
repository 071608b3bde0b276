"""Parameters, outputs, exports and logical ids of the settings."""

import pytest

from tapgen.errors import DocumentError, SettingsError
from tapgen.rename import renamed
from tapgen.settings.load import load
from tests.conftest import ONE_FUNCTION
from tests.table import rows


def outputs(rendered):
    return {name: output["Value"] for name, output in rendered["Outputs"].items()}


def test_parameters_as_the_deployment_is_asked_for_them(document):
    more = """
    [parameters.Size]
    type = "Number"
    default = 3
    minimum = 1
    maximum = 9
    [parameters.Key]
    description = "Of the pager"
    secret = true
    min_length = 8
    [parameters.Zones]
    type = "CommaDelimitedList"
    default = ["a", "b"]
    [parameters.Names]
    type = "List<String>"
    default = ["a"]
    [parameters.Image]
    type = "AWS::SSM::Parameter::Value<String>"
    default = "/images/latest"
    allowed_values = ["/images/latest", "/images/next"]
    """
    assert document(more=more)["Parameters"] == {
        "Size": {"Type": "Number", "Default": "3", "MinValue": 1, "MaxValue": 9},
        "Key": {"Type": "String", "Description": "Of the pager", "NoEcho": True, "MinLength": 8},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a,b"},
        "Names": {"Type": "List<String>", "Default": "a"},
        "Image": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "/images/latest",
            "AllowedValues": ["/images/latest", "/images/next"],
        },
    }


def test_an_environment_has_a_default_of_its_own(document):
    more = '[parameters.Size]\ndefault = "small"\n[environments.dev]\n[environments.prod]\nparameters.Size.default = "large"\n'
    assert document(more=more)["Parameters"]["Size"]["Default"] == "small"
    assert document(more=more, env="prod")["Parameters"]["Size"]["Default"] == "large"


def test_values_that_a_parameter_holds(document):
    more = """
    role = { parameter = "Role" }
    environment.MODE = { parameter = "Mode" }
    [parameters.Role]
    [parameters.Mode]
    default = "fast"
    """
    function = document(more=more)["Resources"]["ItemFunction"]["Properties"]
    assert function["Role"] == {"Ref": "Role"}
    assert function["Environment"]["Variables"]["MODE"] == {"Ref": "Mode"}


def test_a_secret_that_may_be_left_out_has_an_empty_default(document):
    made = document(more='[parameters.Webhook]\nsecret = true\ndefault = ""\n')
    assert made["Parameters"]["Webhook"] == {"Type": "String", "NoEcho": True, "Default": ""}


def test_values_of_another_stack(document):
    more = 'environment.MODE = { import = "shared-Mode" }\nlayers = [{ import = "shared-Layer" }]\n'
    function = document(more=more)["Resources"]["ItemFunction"]["Properties"]
    assert function["Environment"]["Variables"]["MODE"] == {"Fn::ImportValue": "shared-Mode"}
    assert function["Layers"] == [{"Fn::ImportValue": "shared-Layer"}]


@rows(
    ("more", "expected"),
    [
        ('[parameters.A]\ntype = "Text"', 'parameters.A.type: "Text" is not a type of parameters in CloudFormation'),
        ("[parameters.A-B]\n", 'parameters.A-B: "A-B" does not fit: letters and digits, such as OrdersTable'),
        ('[parameters.A]\nsecret = true\ndefault = "x"', "parameters.A.default: a secret's default would stand in the template; give it at deployment"),
        ('[parameters.A]\ntype = "Number"\ndefault = "x"', 'parameters.A.default: "x" is not a number'),
        ('[parameters.A]\nallowed_values = ["a"]\ndefault = "b"', 'parameters.A.default: "b" is not one of allowed_values'),
        ('[parameters.A]\npattern = "["', "parameters.A.pattern: not a regular expression"),
        ("[parameters.A]\nminimum = 1", "parameters.A.minimum: it is for parameters of the type Number, and this one is String"),
        ('[parameters.A]\ntype = "Number"\nmin_length = 1', "parameters.A.min_length: it is for parameters of the type String, and this one is Number"),
        ('[parameters.A]\ntype = "Number"\nminimum = "x"', 'parameters.A.minimum: "x" is not a number'),
        ('[parameters.A]\ntype = "Number"\nminimum = true', "parameters.A.minimum: true is not a number"),
        ("[parameters.A]\ndefault = true", "parameters.A.default: true is neither"),
        ('[parameters.A]\ntype = "Number"\nminimum = 3\nmaximum = 2', "parameters.A.maximum: 2 is less than minimum, 3"),
        ('[parameters.A]\ntype = "Number"\nminimum = 3\ndefault = 2', "parameters.A.default: 2 is less than minimum, 3"),
        ('[parameters.A]\npattern = "[a-z]+"\ndefault = "A"', 'parameters.A.default: "A" does not fit pattern, [a-z]+'),
        ("[parameters.ArtifactBucket]\n", "parameters.ArtifactBucket: tapgen gives a parameter of that name itself"),
        ("[outputs.A]\n", "outputs.A.value: it is required and missing"),
        ('[outputs.A]\nvalue = "x"\nexport = "a b"', 'outputs.A.export: "a b" does not fit'),
        ("[outputs.A]\nvalue = []", "outputs.A.value: [] is neither text nor a number nor a table"),
        ('[logical_ids]\nItemTable = "a-b"', 'logical_ids.ItemTable: "a-b" does not fit: letters and digits, such as OrdersTable'),
    ],
)  # fmt: skip
def test_what_the_stack_cannot_be_given(project, more, expected):
    with pytest.raises(SettingsError) as caught:
        load(project(more=more))
    [problem] = caught.value.problems
    assert problem.startswith(expected)


def test_outputs_of_the_settings(document):
    more = """
    [outputs.Table]
    value = "${ItemTable.Arn}"
    description = "The items"
    export = true
    [outputs.Both]
    value = "${ItemTable}/${AWS::Region}"
    export = "${AWS::StackName}:both"
    [outputs.Name]
    value = { "Fn::GetAtt" = ["ItemTable", "Arn"] }
    [outputs.Version]
    value = 7
    """
    rendered = document(more=more)["Outputs"]
    assert rendered["Table"] == {
        "Description": "The items",
        "Value": {"Fn::Sub": "${ItemTable.Arn}"},
        "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-Table"}},
    }
    assert rendered["Both"]["Export"] == {"Name": {"Fn::Sub": "${AWS::StackName}:both"}}
    assert rendered["Name"] == {"Value": {"Fn::GetAtt": ["ItemTable", "Arn"]}}
    assert rendered["Version"] == {"Value": "7"}


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        ('"${ItmTable.Arn}"', "ItmTable"),
        ('{ Ref = "ItmTable" }', "ItmTable"),
        ('{ "Fn::GetAtt" = "ItmTable.Arn" }', "ItmTable"),
        ('{ "Fn::Join" = [",", [{ Ref = "ItmTable" }]] }', "ItmTable"),
        ('{ "Fn::Sub" = ["${Own}${Other}", { Own = "x" }] }', "Other"),
    ],
)
def test_an_output_of_what_is_not_there(document, value, unknown):
    with pytest.raises(SettingsError) as caught:
        document(more=f"[outputs.A]\nvalue = {value}\n")
    [problem] = caught.value.problems
    better = 'did you mean "ItemTable"?' if unknown == "ItmTable" else "known: "
    assert problem.startswith(f'outputs.A.value: there is no resource or parameter "{unknown}"; {better}')
    assert caught.value.places == ("tapgen.toml:12:1",)


def test_an_output_of_a_name_that_is_taken(document):
    with pytest.raises(DocumentError, match="there is an output of that name already"):
        document(more='[outputs.DynamoTableNameOutput]\nvalue = "x"\n')


def test_every_output_is_exported(document):
    own = "from troposphere import *\ndef build(template, environment, stack):\n    template.add_output(Output('Own', Value='x'))\n"
    more = '[outputs.A]\nvalue = "x"\nexport = "a"\n'
    rendered = document("layers = ['own']\nexports = true\n" + ONE_FUNCTION + more, **{"own.py": own})["Outputs"]
    names = {name: output["Export"]["Name"] for name, output in rendered.items()}
    assert names.pop("A") == "a"
    assert {"Own", "DynamoTableNameOutput"} < set(names)
    assert all(export == {"Fn::Sub": f"${{AWS::StackName}}-{name}"} for name, export in names.items())


# ------------------------------------------------------------------------------------------------- logical ids


def test_logical_ids_of_another_tool_stand_everywhere(document):
    plain = document()
    settings = (
        'logical_ids = { ItemTable = "Table", ItemFunction = "Worker", Api = "ServerlessRestApi" }\n' + ONE_FUNCTION
    )
    rendered = document(settings)
    assert {"Table", "Worker", "ServerlessRestApi"} < set(rendered["Resources"])
    assert not {"ItemTable", "ItemFunction", "Api"} & set(rendered["Resources"])
    assert outputs(rendered)["DynamoTableNameOutput"] == {"Ref": "Table"}
    assert outputs(rendered)["LambdaFunctionArnOutput"] == {"Fn::GetAtt": ["Worker", "Arn"]}
    text = str(rendered)
    for name in ("ItemTable", "ItemFunction", "Api"):
        for form in (f"'Ref': '{name}'", f"['{name}', ", f"${{{name}}}", f"${{{name}."):
            assert form not in text, form
    assert list(rendered["Resources"])[:3] == [
        {"ItemTable": "Table", "ItemFunction": "Worker"}.get(name, name) for name in list(plain["Resources"])[:3]
    ]


def test_every_way_to_name_a_resource():
    document = {
        "Resources": {
            "A": {"Type": "T"},
            "B": {
                "Type": "T",
                "DependsOn": ["A", "C"],
                "Properties": {
                    "One": {"Fn::Sub": "${A}-${A.Arn}-${!A}-${AB}"},
                    "Two": {"Fn::Sub": ["${A}${C}", {"A": {"Ref": "A"}}]},
                    "Three": {"Fn::If": ["A", {"Fn::GetAtt": "A.Arn"}, "A"]},
                    "Four": {"Ref": "A", "Other": "A"},
                },
            },
            "C": {"Type": "T", "DependsOn": "A", "Condition": "A"},
        },
        "Conditions": {"A": {"Fn::Equals": [{"Ref": "C"}, "A"]}},
    }
    found = renamed(document, {"A": "X", "C": "Y"})
    assert list(found["Resources"]) == ["X", "B", "Y"]
    assert found["Resources"]["B"] == {
        "Type": "T",
        "DependsOn": ["X", "Y"],
        "Properties": {
            "One": {"Fn::Sub": "${X}-${X.Arn}-${!A}-${AB}"},
            "Two": {"Fn::Sub": ["${A}${Y}", {"A": {"Ref": "X"}}]},
            "Three": {"Fn::If": ["A", {"Fn::GetAtt": "X.Arn"}, "A"]},
            "Four": {"Ref": "A", "Other": "A"},
        },
    }
    assert found["Resources"]["Y"] == {"Type": "T", "DependsOn": "X", "Condition": "A"}
    assert found["Conditions"] == {"A": {"Fn::Equals": [{"Ref": "Y"}, "A"]}}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ('{ Itemtable = "T" }', 'logical_ids.Itemtable: there is no resource "Itemtable"'),
        ('{ ItemTable = "ItemFunction" }', 'logical_ids.ItemTable: there is a resource "ItemFunction" already'),
        ('{ ItemTable = "T", ItemFunction = "T" }', 'logical_ids.ItemTable: "T" is the name of ItemFunction too'),
    ],
)
def test_logical_ids_that_clash(document, names, said):
    with pytest.raises(DocumentError) as caught:
        document(f"logical_ids = {names}\n" + ONE_FUNCTION)
    assert caught.value.message == said


def test_two_resources_may_swap_their_names(document):
    rendered = document('logical_ids = { ItemTable = "ItemFunction", ItemFunction = "ItemTable" }\n' + ONE_FUNCTION)
    assert rendered["Resources"]["ItemTable"]["Type"] == "AWS::Lambda::Function"
    assert outputs(rendered)["DynamoTableNameOutput"] == {"Ref": "ItemFunction"}
