"""Mapping templates as they are evaluated on this machine."""

import pytest

from tapgen.local.direct import as_json, resolved
from tapgen.local.mapping import MappingError, Values, evaluate

VALUES = Values(
    '{"note": "it\'s", "lines": [{"id": 7}], "none": null}',
    path={"id": "p"},
    querystring={"id": "q", "page": "2"},
    header={"X-Trace": "t"},
    context={"requestId": "r1"},
)

MADE = [
    ("plain $5 text", "plain $5 text"),
    ("$input.body", VALUES.body),
    ("$input.json('$.lines')", '[{"id":7}]'),
    ("$input.json('$.note')", '"it\'s"'),
    ("$input.path('$.lines[0].id')", "7"),
    ("$input.path('$.lines').size()", "1"),
    ("$input.params('id')$input.params('page')$input.params('X-Trace')", "p2t"),
    ("$input.params().querystring.get('id')", "q"),
    ("$context.requestId $!missing[$context.nothing]", "r1 []"),
    ("$missing ${missing}", "$missing ${missing}"),
    ("$util.urlEncode('a b&c')", "a+b%26c"),
    ("$util.base64Decode($util.base64Encode('a'))", "a"),
    ("$util.escapeJavaScript($input.path('$.note'))", "it\\'s"),
    ("$util.escapeJavaScript($input.path('$.note')).replaceAll(\"\\\\'\", \"'\")", "it's"),
    ("#set($a = 'x')\n$a${a}b", "xxb"),
    ("#set($a = \"<$input.params('page')>\")$a", "<2>"),
    ("#if($input.params('page') == 2)two#else other#end", "two"),
    ("#if($x)a#elseif(!$x && 1 == 1)b#else c#end", "b"),
    ("#if($x == 1 || $input.path('$.note').contains('it'))yes#end", "yes"),
    ("#foreach($one in $input.path('$.lines'))$one.id;#end", "7;"),
    ("#foreach($k in $input.params().path.keySet())$k$foreach.count#if($foreach.hasNext),#end#end", "id1"),
    ("#foreach($one in $nothing)x#end", ""),
    ("## nothing\nafter", "after"),
]


def test_what_a_template_makes():
    assert {template: evaluate(template, VALUES) for template, _ in MADE} == dict(MADE)


def test_what_a_template_says_of_the_answer_is_kept_and_a_branch_not_taken_says_nothing():
    values = Values('{"failed": 1}')
    template = (
        "#if($input.path('$.failed') == 0)\n#set($context.responseOverride.status = 500)\n"
        "#else\n#set($context.responseOverride.header.X-Why = 'failed')\n#end"
    )
    assert evaluate(template, values) == ""
    assert values.overrides == {"header.X-Why": "failed"}


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("#macro(a)#end", "#macro is not evaluated here"),
        ("#foreach($a of $b)#end", "#foreach cannot be read"),
        ("$input.body.reverse()", ".reverse() is not evaluated here"),
        ("#if($a == )x#end", "this cannot be read"),
        ("#if($a)x", "#if without #end"),
        ("x#end", "#end without a beginning"),
    ],
)
def test_what_is_not_evaluated_is_said(template, why):
    with pytest.raises(MappingError, match=why.replace("(", "\\(").replace(")", "\\)")):
        evaluate(template, VALUES)


def test_parameters_of_a_subtype_are_looked_up():
    header = Values("", path={"id": "p"}, header={"x-trace": "t"}, context={"requestId": "r1"})
    asked = ("$request.path.id", "$request.header.X-Trace", "$context.requestId", "$request.querystring.no", "plain")
    assert [resolved(one, header) for one in asked] == ["p", "t", "r1", "", "plain"]
    assert resolved("$request.body.lines", VALUES) == '[{"id": 7}]'


def test_xml_is_handed_on_as_json():
    xml = '<?xml version="1.0"?><A xmlns="http://x/"><B><C>1</C></B><D/></A>'
    assert as_json(xml) == '{"A": {"B": {"C": "1"}, "D": ""}}'
    assert as_json("no <xml") == "no <xml"
    assert as_json("<broken") == "<broken"
