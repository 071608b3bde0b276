"""Whatever is written for a setting, it is taken or refused in words: each key of every table with values of every kind."""

import re

import msgspec
import pytest

from tapgen.errors import SettingsError, TapgenError
from tapgen.render import render
from tapgen.settings.functions import Function
from tapgen.settings.interface import Output, Parameter
from tapgen.settings.load import load
from tapgen.settings.network import Network
from tapgen.settings.packaging import LambdaLayer
from tests.table import rows

VALUES = [
    *("5", "-1", "2.5", "true", "99999999999999999999", "1979-05-27"),
    *('""', '"x"', '"*"', '"../x"', '"a b"', '"${X}"', '"arn:aws:iam::123456789012:role/x"'),
    *("[]", "[5]", '["x"]', "[{}]", "[[1]]", "{}", "{ a = 1 }", '{ import = "A" }', '{ parameter = "P" }'),
]
TABLES = {
    "functions.Item": (Function, {"source": '"src"'}),
    "network": (Network, {}),
    "parameters.P": (Parameter, {}),
    "outputs.O": (Output, {"value": '"x"'}),
    "lambda_layers.L": (LambdaLayer, {"source": '"src"', "runtimes": '["python3.13"]'}),
}
KEYS = [(table, field.encode_name) for table, (struct, _) in TABLES.items() for field in msgspec.structs.fields(struct)]


@rows(("table", "key"), KEYS)
def test_a_value_of_any_kind_is_taken_or_refused_in_words(project, table, key):
    for value in VALUES:
        keys = {**TABLES[table][1], key: value}
        settings = 'application = "shop"\n' + (
            "" if table == "functions.Item" else '[functions.Item]\nsource = "src"\n'
        )
        settings += f"[{table}]\n" + "".join(f"{name} = {given}\n" for name, given in keys.items())
        folder = project(settings)
        refused = refusal(folder)
        where = table.rpartition(".")[0] or table
        problems, places = getattr(refused, "problems", ()), getattr(refused, "places", ())
        assert all(where in problem or "functions.Item" in problem for problem in problems), refused
        assert all(re.fullmatch(r"tapgen[.]toml:\d+:\d+", place) for place in places), refused
        assert refused is None or (refused.message and refused.hint)


def refusal(folder):
    """Our own error that the settings end in, None where they render; nothing else may be raised."""
    try:
        environment = load(folder).environment("dev")
        if not environment.has_automatic_actions:
            render(environment)
    except TapgenError as error:
        return error
    return None


LONG = "A" * 62
SAID = {
    "a part that is no table": ("[queues]\nQ = 5", "3:1  queues.Q: 5 is not a table"),
    "a number that is text": ('[queues.Q]\ndelay = "5"', '3:1  queues.Q.delay: "5" is not a whole number'),
    "text that is a number": ("[topics.T]\nemails = [5]", "3:11  topics.T.emails.0: 5 is neither text nor a table"),
    "a number that is too great": ("[streams.S]\nretention_hours = 9000", "3:1  streams.S.retention_hours: 9000 is more than 8760"),
    "an unknown key": ("[buckets.B]\nversionning = true", '3:1  buckets.B.versionning: there is no such setting; did you mean "versioning"?'),
    "an unknown word": ('[user_pools.U]\nmfa = "maybe"', '3:1  user_pools.U.mfa: "maybe" is not one of off, on, optional'),
    "an unknown part that is used": ('[functions.A]\nsource = "src"\nqueues.Q = {}', "4:1  functions.A.queues.Q: there is no such queue; known: none"),
    "an unknown part that starts": ('[functions.A]\nsource = "src"\ntriggers.topics.T = {}', "4:1  functions.A.triggers.topics.T: there is no such topic; known: none"),
    "an unknown bus": ('[functions.A]\nsource = "src"\ntriggers.events.E = { bus = "B", pattern = { source = ["a"] } }', '4:23  functions.A.triggers.events.E.bus: there is no bus "B"; known: none'),
    "an unknown function that rotates": ('[secrets.S]\nrotation = { function = "F" }', "3:14  secrets.S.rotation.function: there is no such function; known: X"),
    "an unknown action": ('[queues.Q]\n[functions.A]\nsource = "src"\nqueues.Q = { actions = ["sqs:SendMesage"] }', '5:14  functions.A.queues.Q.actions: "sqs:SendMesage" is not an action of SQS; did you mean "sqs:SendMessage"?'),
    "a source that is not there": ('[functions.A]\nsource = "gone"', "3:1  functions.A.source: {folder}/gone: there is no such folder"),
    "an entry point that is not there": ('[functions.A]\nsource = "src"\nentry_point = "index.main"', '4:1  functions.A.entry_point: "index.main": src/index.py defines no "main"'),
    "files that are not there": ('[functions.A]\nsource = "src"\ninclude = ["common/*.py"]', '4:1  functions.A.include: "common/*.py" matches nothing'),
    "a definition that is not there": ('[state_machines.M]\ndefinition = "m.json"', "3:1  state_machines.M.definition: m.json: No such file or directory"),
    "a layer that is not there": ('[functions.A]\nsource = "src"\nlayers = ["Common"]', "4:11  functions.A.layers.0: there is no [lambda_layers.Common], and it is no ARN; known: none"),
    "seeds that are not there": ('[local]\nitems.T = "seed.json"', "3:1  local.items.T: there is no such table; known: none"),
    "a trigger on an existing bucket": (
        '[buckets.B]\nexisting = "theirs"\n[functions.A]\nsource = "src"\ntriggers.buckets.B = {}',
        "6:1  functions.A.triggers.buckets.B: CloudFormation cannot subscribe a function to a bucket that the stack does not own; let its owner send its events",
    ),
    "a trigger on an existing pool": (
        '[user_pools.U]\nexisting = "eu-west-1_A1"\n[functions.A]\nsource = "src"\ntriggers.user_pools.U = { on = ["pre_sign_up"] }',
        "6:1  functions.A.triggers.user_pools.U: CloudFormation cannot change a user pool that the stack does not own",
    ),
    "a schedule that is refused": (
        '[functions.A]\nsource = "src"\ntriggers.schedules.S = { expression = "cron(0 25 * * ? *)" }',
        '4:26  functions.A.triggers.schedules.S.expression: "cron(0 25 * * ? *)": "25" is no hours, 0 to 23',
    ),
    "a pattern that matches nothing": (
        '[functions.A]\nsource = "src"\ntriggers.events.E = { pattern = { sorce = ["a"] } }',
        '4:35  functions.A.triggers.events.E.pattern.sorce: events have no such field, so that it matches nothing; did you mean "source"?',
    ),
    "an empty list in a pattern": (
        "[queues.Q]\nevents.E = { pattern = { source = [] } }", "3:26  queues.Q.events.E.pattern.source: an empty list matches nothing"
    ),
    "a function's name": (f'[functions.{LONG}]\nsource = "src"', f'2:1  functions.{LONG}: the function\'s name "shop-dev-{LONG}" is longer than 64 characters'),
    "a user pool's name": (f'stack = "{LONG}{LONG}"\n[user_pools.{LONG}]', f'3:1  user_pools.{LONG}: its name "{LONG}{LONG}-{LONG}" is longer than 128 characters'),
    "a queue's name": (f'[queues.Q]\nname = "{LONG}{LONG}"', f'3:1  queues.Q.name: "{LONG[:56]}... does not fit: letters, digits, hyphens and underscores, such as orders or orders.fifo'),
    "text of which a name is not there": ('[functions.A]\nsource = "src"\nenvironment.URL = "${Apy}"', '4:1  functions.A.environment.URL: there is no resource or parameter "Apy"; known: '),
}  # fmt: skip
"""What is written -> the line and column, and what is said; after a first line with the application's name."""


@rows("case", SAID)
def test_what_is_wrong_is_said_in_one_sentence_where_it_stands(project, case):
    written, said = SAID[case]
    folder = project(f'application = "shop"\n{written}\n[functions.X]\nname = "x"\nsource = "src"\n')
    with pytest.raises(SettingsError) as raised:
        render(load(folder).environment("dev"))
    [problem], [place] = raised.value.problems, raised.value.places
    expected = f"tapgen.toml:{said}".replace("{folder}", str(folder))
    assert f"{place}  {problem}"[: len(expected)] == expected
