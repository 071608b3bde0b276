"""Templates as text and back: the same bytes everywhere, the same document from every form, the line of what is wrong."""

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapgen import render
from tapgen.errors import DocumentError
from tapgen.template import document as documents
from tapgen.template.nesting import DEEPEST
from tapgen.template.yamldump import dump_yaml
from tapgen.template.yamlio import LONG_FORMS, parse_yaml
from tests.conftest import ONE_FUNCTION, ROOT
from tests.table import rows

SHIPPED = sorted((ROOT / "templates_out").glob("*.yaml"))

characters = st.one_of(
    st.sampled_from(" \n\t\r'\":#-{}[]!&*%@`|>,?=~.0123456789abcnytruefo${}\\/é\u2028\u0085\ufeff\x7f\x00\U0001f600"),
    st.characters(exclude_categories=["Cs"]),
)
text = st.one_of(
    st.text(characters, max_size=40),
    st.lists(st.sampled_from(["word", "  ", "", "x\n", "\n", "'", '"', "é", "\u00a0", "#", ": "]), max_size=99).map(
        " ".join
    ),
)
keys = st.text(characters, max_size=9)
leaves = st.one_of(text, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))


def not_shortened(value):
    """!GetAtt takes "Id.Attribute", which is read as the list of both: any other text would come back changed."""
    match value:
        case {"Fn::GetAtt": str()}:
            return False
        case dict():
            return all(map(not_shortened, value.values()))
        case list():
            return all(map(not_shortened, value))
    return True


values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3),
        st.builds(lambda name, argument: {name: argument}, st.sampled_from(sorted(LONG_FORMS)), inner),
    ),
    max_leaves=8,
).filter(not_shortened)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, values, min_size=1, max_size=2))
def test_with_and_without_libyaml_the_bytes_are_the_same_and_read_back_as_they_were(document):
    fast = dump_yaml(document, fast=True)
    assert fast == dump_yaml(document, fast=False)
    assert parse_yaml(fast, "x.yaml") == document


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_shipped_templates_are_the_same_bytes_without_libyaml(file):
    committed = file.read_text()
    document = documents.read(file)
    assert dump_yaml(document, fast=False) == dump_yaml(document, fast=True) == committed


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_json_and_yaml_are_one_document(file):
    document = documents.read(file)
    as_json = documents.dump(document, "json")
    assert documents.parse(as_json, "x.json") == document
    assert list(json.loads(as_json)["Resources"]) == list(document["Resources"])
    assert as_json.endswith("}\n")


SHORT_FORMS = [
    ({"Ref": "A"}, "!Ref A"),
    ({"Fn::GetAtt": ["A", "Arn"]}, "!GetAtt A.Arn"),
    ({"Fn::GetAtt": ["A", "Outputs.Name"]}, "!GetAtt A.Outputs.Name"),
    ({"Fn::GetAtt": ["A", {"Ref": "B"}]}, "!GetAtt\n- A\n- !Ref B"),
    ({"Fn::Sub": "${A}-b"}, "!Sub ${A}-b"),
    ({"Fn::Sub": "${A}: b"}, "!Sub '${A}: b'"),
    ({"Fn::Sub": ["${X}", {"X": {"Ref": "A"}}]}, "!Sub\n- ${X}\n- X: !Ref A"),
    ({"Fn::Sub": "one\ntwo\n"}, "!Sub |\n  one\n  two"),
    ({"Fn::GetAZs": ""}, "!GetAZs ''"),
    ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "!Select\n- 0\n- !GetAZs ''"),
    ({"Fn::If": ["Live", 1, {"Ref": "AWS::NoValue"}]}, "!If\n- Live\n- 1\n- !Ref AWS::NoValue"),
    ({"Fn::Base64": {"Fn::Sub": "x"}}, "!Base64\n  Fn::Sub: x"),
    ({"Fn::Transform": {"Name": "AWS::Include"}}, "!Transform\n  Name: AWS::Include"),
    ({"Condition": "Live"}, "!Condition Live"),
    ({"Condition": {"Bool": {"a": True}}}, "Condition:\n  Bool:\n    a: true"),
    ({"Fn::Length": 5}, "Fn::Length: 5"),
    ({"Fn::Unknown": "x"}, "Fn::Unknown: x"),
    ({"Ref": "A", "Other": 1}, "Ref: A\nOther: 1"),
]


@rows(("value", "expected"), SHORT_FORMS, ids=[written.split("\n")[0] for _, written in SHORT_FORMS])
def test_short_forms(value, expected):
    indented = "".join(
        f"  {line}\n" if "!" not in expected.split("\n")[0] else f"{line}\n" for line in expected.split("\n")
    )
    written = dump_yaml({"P": value}).removeprefix("P:").lstrip(" \n")
    assert [line.strip() for line in written.splitlines()] == [line.strip() for line in indented.splitlines()]
    assert parse_yaml(dump_yaml({"P": value}), "x.yaml") in ({"P": value}, {"P": {"Fn::Base64": {"Fn::Sub": "x"}}})


def test_code_is_a_literal_block_and_long_text_one_line_of_its_own():
    code = 'def f():\n    return "ü"\n\n\ndef g():\n    pass\n'
    written = dump_yaml({"Code": {"ZipFile": code}, "Long": "word " * 60 + "end"})
    assert '  ZipFile: |\n    def f():\n        return "ü"\n\n\n    def g():\n        pass\n' in written
    assert written.endswith("Long: >-\n  " + "word " * 60 + "end\n")


@pytest.mark.parametrize("fast", [True, False])
def test_a_text_ends_where_the_document_ends(fast):
    assert dump_yaml({"A": "one\n\n"}, fast=fast) == "A: |+\n  one\n\n"
    assert dump_yaml({"A": ["\n", "b"]}, fast=fast) == "A:\n- |2+\n\n- b\n"


def test_the_same_value_twice_is_written_twice():
    tags = [{"Key": "a", "Value": "b"}]
    assert dump_yaml({"A": tags, "B": tags}).count("Key: a") == 2


# ------------------------------------------------------------------------------------------------------- reading


def resource(value):
    return f"Resources:\n  A:\n    Type: X\n    Properties:\n      P: {value}\n"


@rows(
    ("written", "value"),
    [
        ("2020-01-01", "2020-01-01"),
        ("=", "="),
        ("'1'", "1"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("0x1F", 31),
        ("yes", True),
        ("~", None),
        ("!Ref [a]", {"Ref": ["a"]}),
        ("!Sub {a: b}", {"Fn::Sub": {"a": "b"}}),
        ("{1: a, on: b, 1.50: c}", {"1": "a", "on": "b", "1.50": "c"}),
    ],
)
def test_what_yaml_values_are(written, value):
    assert documents.parse(resource(written), "x.yaml")["Resources"]["A"]["Properties"]["P"] == value


@rows(
    ("written", "said"),
    [
        ("!Foo x", "x.yaml:5: !Foo is no function of CloudFormation"),
        ("!!binary aGk=", "x.yaml:5: !!binary is no type of JSON's"),
        ("!!set {a}", "x.yaml:5: !!set is no type of JSON's"),
        ("!!timestamp 2020-01-01", "x.yaml:5: !!timestamp is no type of JSON's"),
        ("!!python/name:os.system x", "x.yaml:5: !!python/name:os.system is no type of JSON's"),
        ("&a b", "x.yaml:5: YAML anchors and aliases are not part of CloudFormation's YAML"),
        ("*a", "x.yaml:5: found undefined alias"),
        ("{a: 1, a: 2}", 'x.yaml:5: the key "a" stands twice in one mapping'),
        ("{1: a, '1': b}", 'x.yaml:5: the key "1" stands twice in one mapping'),
        ("{[a]: b}", "x.yaml:5: a key is not a word"),
        ("{~: b}", "x.yaml:5: a key is not a word"),
        ("a: b", "x.yaml:5: mapping values are not allowed in this context"),
        ("{<<: {a: 1}}", "x.yaml:5: YAML's merge key \"<<\" is not part of CloudFormation's YAML"),
        ("\x01", "x.yaml:5: control characters are not allowed (#x01)"),
        ("'\u00e4\u00f6\n  \u20ac'\n      Q: \x01", "x.yaml:7: control characters are not allowed (#x01)"),
        ("!!int x", "x.yaml: invalid literal for int() with base 10: 'x'"),
    ],
)
def test_what_is_refused_with_its_line(written, said):
    with pytest.raises(DocumentError) as caught:
        documents.parse(resource(written), "x.yaml")
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("!Subb x", 'did you mean "Sub"?'),
        ("{a: 1, a: 2}", "Remove one of them."),
        ("{<<: {a: 1}}", "Write the keys out where they are used."),
        ("\n\t- x", "Indent with spaces: YAML takes no tabs."),
        ("a: b", "Name a CloudFormation template, JSON or YAML."),
        (
            "{Path: /a/{id}}",
            'Quote a value that has braces, brackets or commas of its own, such as Path: "/orders/{id}".',
        ),
    ],
)
def test_what_is_refused_with_what_to_do(written, hint):
    with pytest.raises(DocumentError) as caught:
        documents.parse(resource(written), "x.yaml")
    assert caught.value.hint == hint


@rows(
    ("text", "name", "said"),
    [
        ("", "x.yaml", "x.yaml: not a CloudFormation template: it is empty"),
        ("\n# nothing\n", "x.yaml", "x.yaml: not a CloudFormation template: it is empty"),
        ("- a\n", "x.yaml", "x.yaml: not a CloudFormation template: it holds no mapping"),
        ("a: 1\n", "x.yaml", "x.yaml: not a CloudFormation template: it has no Resources"),
        ("Resources: []\n", "x.yaml", "x.yaml: not a CloudFormation template: it has no Resources"),
        ("Resources: {}\nOutputs: 1\n", "x.yaml", "x.yaml: Outputs is not a mapping"),
        ("Resources: {A: 1}\n", "x.yaml", "x.yaml: A is not a resource: it has no Type"),
        ("Resources: {A: {Type: 1}}\n", "x.yaml", "x.yaml: A is not a resource: it has no Type"),
        ("Resources: {A: {Type: X, Properties: []}}\n", "x.yaml", "x.yaml: A.Properties is not a mapping"),
        (
            "---\na: 1\n---\nb: 1\n",
            "x.yaml",
            "x.yaml:3: expected a single document in the stream, but found another document",
        ),
        ('{"Resources": {"A": {"Type": "X"}, }', "x.json", "x.json:1: not JSON: "),
        ('{"Resources": {},\n "Resources": {}}', "x.json", 'x.json:2: the key "Resources" stands twice in one mapping'),
        ("[" * 100_000, "x.yaml", "x.yaml: nested too deeply to be a template"),
        ("- " * 100_000 + "a", "x.yaml", "x.yaml: nested too deeply to be a template"),
        ("a: " + "[" * 900 + "]" * 900, "x.yaml", "x.yaml: nested too deeply to be a template"),
        ('{"a":' * 100_000, "x.json", "x.json: nested too deeply to be a template"),
        ('{"a": ' + "9" * 5_000 + "}", "x.json", "x.json: a number has thousands of digits"),
        ("a: 1\nb: 0x" + "f" * 5_000, "x.yaml", "x.yaml:2: a number has thousands of digits"),
        ('{"Resources": {},\n "a": "\\ud800"}', "x.json", "x.json:2: \\ud800 alone is no character"),
        ('{"Resources": {},\n "\\uDFFF": 1}', "x.json", "x.json:2: \\udfff alone is no character"),
    ],
    ids=range(19),
)
def test_what_is_no_template(text, name, said):
    with pytest.raises(DocumentError) as caught:
        documents.parse(text, name)
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize("written", ["json", "yaml"])
@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"k": value}, lambda value: {"Fn::Join": value}])
def test_a_limit_of_our_own_on_nesting(written, wrap):
    """Four levels are the document itself, Resources, A and Properties."""

    def nested(levels):
        value = "x"
        for _ in range(levels - 4):
            value = wrap(value)
        return {"Resources": {"A": {"Type": "X", "Properties": {"P": value}}}}

    name = f"x.{written}"
    fine, deep = (documents.dump(nested(levels), written) for levels in (DEEPEST, DEEPEST + 1))
    assert documents.parse(fine, name) == nested(DEEPEST)
    assert documents.locate(fine)
    with pytest.raises(DocumentError, match=rf"^{name}: nested too deeply to be a template$") as caught:
        documents.parse(deep, name)
    assert "100 levels" in caught.value.hint


def test_brackets_left_open_are_no_nesting():
    with pytest.raises(DocumentError) as caught:
        documents.parse(resource("[ " * 60), "x.yaml")
    assert "nested" not in caught.value.message


def test_what_may_be_a_template():
    fine = {"Resources": {"A": {"Type": "X"}}}
    assert documents.parse('\ufeff{"Resources": {"A": {"Type": "X"}}}', "x.json") == fine
    assert documents.parse("\ufeffResources: {A: {Type: X}}", "x.yaml") == fine
    assert documents.parse("{Resources: {A: {Type: X}}}", "x.yaml") == fine
    assert documents.parse("Resources:\n  Fn::ForEach::A: [N, [a], {}]\n", "x.yaml")["Resources"]
    many = "Resources: {{A: {{Type: X, Properties: {{P: [{}]}}}}}}".format(", ".join("[{}]" for _ in range(3000)))
    assert len(documents.parse(many, "x.yaml")["Resources"]["A"]["Properties"]["P"]) == 3000


def test_files_that_cannot_be_read(tmp_path):
    file = tmp_path / "x.yaml"
    with pytest.raises(DocumentError) as caught:
        documents.read(file)
    assert caught.value.message == f"{file}: No such file or directory"
    with pytest.raises(DocumentError) as caught:
        documents.read(tmp_path)
    assert caught.value.message == f"{tmp_path}: Is a directory"
    file.write_bytes(b"Resources: \xff")
    with pytest.raises(DocumentError) as caught:
        documents.read(file)
    assert caught.value.message == f"{file}: not a text file in UTF-8 (byte 11)"


def test_lines_of_keys_and_items():
    yaml = "Resources:\n  A:\n    Type: X\n    Properties:\n      L:\n      - a\n      - !Sub\n        - b\n        - c: d\n"
    lines = documents.locate(yaml)
    assert lines["Resources",] == 1
    assert lines["Resources", "A", "Type"] == 3
    assert lines["Resources", "A", "Properties", "L", 1] == 7
    assert lines["Resources", "A", "Properties", "L", 1, "Fn::Sub"] == 7
    assert lines["Resources", "A", "Properties", "L", 1, "Fn::Sub", 1, "c"] == 9
    assert documents.locate('{\n\t"Resources": {\n\t\t"A": {"Type": "X"}\n}}')["Resources", "A"] == 3
    assert documents.locate("P: !Ref A\n") == {("P",): 1, ("P", "Ref"): 1}


@pytest.mark.parametrize("text", ["", "a: b: c", "[" * 100_000, "a: " + "[" * 1500 + "]" * 1500])
def test_no_lines_of_what_cannot_be_read(text):
    assert documents.locate(text) == {}


# ------------------------------------------------------------------------------------------------------ rendering


def own_layer(count, what):
    return f"from troposphere import Output, sqs\ndef build(template, environment, stack):\n    for i in range({count}):\n        {what}\n"


@pytest.mark.parametrize(
    ("count", "what", "said"),
    [
        (201, "template.add_output(Output(f'Own{i}', Value='x'))", "layer own: more than 200 outputs; CloudFormation takes no more in one template"),
        (2, "template.add_resource(sqs.QueuePolicy(f'Q{i}', PolicyDocument={'x': 'y' * 600_000}, Queues=['q']))", "bytes, CloudFormation takes 1,048,576 in one template"),
    ],
)  # fmt: skip
def test_a_template_over_a_quota_is_refused(document, count, what, said):
    with pytest.raises(DocumentError) as caught:
        document("layers = ['own']\n" + ONE_FUNCTION, **{"own.py": own_layer(count, what)})
    assert said in caught.value.message


def test_five_hundred_resources_and_not_one_more(document):
    settings = "layers = ['own']\n" + ONE_FUNCTION
    built_in = len(document()["Resources"])
    what = "template.add_resource(sqs.Queue(f'Q{i}'))"
    assert len(document(settings, **{"own.py": own_layer(500 - built_in, what)})["Resources"]) == 500
    with pytest.raises(DocumentError) as caught:
        document(settings, **{"own.py": own_layer(501 - built_in, what)})
    assert caught.value.message == "shop-dev: 501 resources, CloudFormation takes 500 in one template"
    assert caught.value.hint == (
        "Take resources away by api.body = true (4), alarms.table_errors = 0 (2), alarms.throttles = 0 (1), "
        "alarms.duration_percent = 0 (1), or split the application in two files."
    )


def test_two_hundred_outputs_are_not_too_many(document):
    own = own_layer(193, "template.add_output(Output(f'Own{i}', Value='x'))")
    assert len(document("layers = ['own']\n" + ONE_FUNCTION, **{"own.py": own})["Outputs"]) == 200


def test_a_module_that_is_imported_when_it_is_used(tmp_path, monkeypatch):
    (tmp_path / "module_of_this_test.py").write_text("value = 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    with render._deferred("module_of_this_test"):
        import module_of_this_test as stand_in
    assert "module_of_this_test" not in sys.modules
    assert stand_in.value == 5
    del sys.modules["module_of_this_test"]
    with render._deferred("json"):
        import json as itself
    assert itself is json


def test_nothing_to_build(document):
    with pytest.raises(DocumentError) as caught:
        document('application = "shop"\nnetwork.enabled = false\n')
    assert caught.value.message == "shop-dev: the template has no resources"


def test_sections_and_resources_read_in_their_order(document):
    rendered = document(**{"src/helper.py": ""}, more="[network]\n[environments.dev]\ndescription = 'Items'\n")
    assert list(rendered) == ["AWSTemplateFormatVersion", "Description", "Parameters", "Resources", "Outputs"]
    table = rendered["Resources"]["ItemTable"]
    assert list(table) == ["Type", "DeletionPolicy", "UpdateReplacePolicy", "Properties"]
    resources = list(rendered["Resources"])
    order = ["Vpc", "ItemTable", "ItemFunctionRole", "ItemFunction", "Api", "ItemFunctionErrorsAlarm", "ApiStage"]
    assert sorted(order, key=resources.index) == order


@rows(
    "text",
    [
        "12345e67",
        "1.5e3",
        "1234e5",
        "+0891",
        "1e3",
        "1E+3",
        "-1e3",
        "6e-5",
        ".5e3",
        "1.e5",
        "+12e03",
        "+0o17",
        "1_0e2",
        "1,000",
    ],
)
def test_what_any_reader_takes_for_a_number_is_quoted(text):
    written = documents.dump({"Description": text, text: "x"}, "yaml")
    assert written == f"Description: '{text}'\n'{text}': x\n"


@rows("text", ["1.2.3", "v1e3", "e3", "1e", "12e", "1,x", "yN", "1e3x", "--", "+", ".e3", "1e3.5", "10.0.0.0/16"])
def test_what_no_reader_takes_for_a_number_is_not(text):
    assert documents.dump({"Description": text}, "yaml") == f"Description: {text}\n"
