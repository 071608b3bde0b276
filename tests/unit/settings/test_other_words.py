"""Words of other tools are answered with ours, and ours are there."""

import re

from msgspec.structs import fields

from tapgen.settings.buckets import Bucket
from tapgen.settings.functions import Function
from tapgen.settings.model import Environment
from tapgen.settings.other_words import OTHER_WORDS, ours
from tapgen.settings.queues import Queue
from tapgen.settings.tables import Table
from tests.unit.layers.documents import refused

STRUCTS = {
    kind.__name__: {one.encode_name for one in fields(kind)} for kind in (Environment, Function, Table, Queue, Bucket)
}
NEITHER = {"environments", "retention_days"}


def test_each_answer_names_settings_that_are_there_for_words_that_are_none():
    for struct, answers in OTHER_WORDS.items():
        words = [word for text in answers.values() for word in text.split()]
        assert len(set(words)) == len(words)
        assert not set(words) & STRUCTS[struct]
        for answer in answers:
            named = re.findall(r"`\[?([a-z_]+)", answer)
            assert named, answer
            assert set(named) <= STRUCTS[struct] | STRUCTS["Environment"] | NEITHER, answer


def test_a_word_of_another_tool_is_answered_with_ours(project):
    settings = 'application = "shop"\n[functions.Orders]\nsource = "src"\n{} = "x"\n'
    for key, answer in {
        "Handler": "the module and its function are `entry_point`",
        "code_uri": "the folder is `source`",
        "iamRoleStatements": ours("Function", "policies"),
        "sorce": 'did you mean "source"?',
    }.items():
        assert refused(project, settings.format(key)) == [f"functions.Orders.{key}: there is no such setting; {answer}"]
    [top] = refused(project, 'application = "shop"\n[cognito.X]\n')
    assert top == "cognito: there is no such setting; parts of that kind are `[user_pools.NAME]`"
