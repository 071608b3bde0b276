"""Whatever is written for a setting, it is taken or refused in words: each key of every table with values of every kind."""

from contextlib import suppress

import msgspec
import pytest

from tapgen.errors import TapgenError
from tapgen.render import render
from tapgen.settings.functions import Function
from tapgen.settings.interface import Output, Parameter
from tapgen.settings.load import load
from tapgen.settings.network import Network
from tapgen.settings.packaging import LambdaLayer

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


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_a_value_of_any_kind_is_taken_or_refused_in_words(project, table, key):
    for value in VALUES:
        keys = {**TABLES[table][1], key: value}
        settings = 'application = "shop"\n' + (
            "" if table == "functions.Item" else '[functions.Item]\nsource = "src"\n'
        )
        settings += f"[{table}]\n" + "".join(f"{name} = {given}\n" for name, given in keys.items())
        folder = project(settings)
        with suppress(TapgenError):  # nothing else is raised
            environment = load(folder).environment("dev")
            if not environment.has_automatic_actions:
                render(environment)
