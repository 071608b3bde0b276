"""tapgen add: the lines that it writes, where it writes them, and what it leaves as it is."""

import json

import pytest

from tapgen.starter.add import OTHERS, SINGULAR

SETTINGS = """\
# The shop.
application = "shop"

[tables.Item] # what is sold
partition_key = { name = "id" }

[functions.Worker]
source = "src"
routes = ["GET /item"] # one

# Where it runs.
[environments.dev]
"""


@pytest.fixture
def added(project, tapgen):
    """Add to the settings; the lines that came, with the ones above and below."""

    def run(*arguments, settings=SETTINGS):
        folder = project(settings)
        ended = tapgen("add", *arguments, cwd=folder)
        assert (ended.code, ended.err) == (0, "")
        return (folder / "tapgen.toml").read_text()

    return run


def test_a_queue_that_starts_a_function(added):
    assert added("queue", "Orders", "--function", "Worker") == SETTINGS.replace(
        'routes = ["GET /item"] # one\n',
        'routes = ["GET /item"] # one\ntriggers.queues.Orders = {}\n\n[queues.Orders]\n',
    )


def test_a_part_goes_behind_the_last_of_its_kind(added):
    assert added("table", "Order", "--function", "Worker") == SETTINGS.replace(
        'partition_key = { name = "id" }\n',
        'partition_key = { name = "id" }\n\n[tables.Order]\npartition_key = { name = "id" }\n',
    ).replace("# one\n", '# one\ntables.Order = { variable = "ORDER_TABLE" }\n').replace(
        'application = "shop"\n', 'application = "shop"\nmain_table = "Item"\n'
    )


def test_a_queue_that_a_function_sends_to(added):
    assert 'queues.Orders = { variable = "ORDERS_QUEUE" }\n' in added(
        "queue", "Orders", "--function", "Worker", "--use"
    )


def test_a_part_that_is_there_is_given_to_one_function_more(project, tapgen):
    folder = project(SETTINGS + '\n[queues.Jobs]\n\n[functions.Take]\nsource = "src"\n')
    assert tapgen("add", "queue", "Jobs", "--function", "Worker", cwd=folder).code == 0
    assert tapgen("add", "queue", "Jobs", "--function", "Take", "--use", cwd=folder).code == 0
    text = (folder / "tapgen.toml").read_text()
    assert "# one\ntriggers.queues.Jobs = {}\n" in text
    assert 'source = "src"\nqueues.Jobs = { variable = "JOBS_QUEUE" }\n' in text
    assert text.count("[queues.Jobs]") == 1
    twice = tapgen("add", "queue", "Jobs", "--function", "Take", "--use", cwd=folder)
    assert (twice.code, twice.err.splitlines()[0]) == (2, "Error: functions.Take.queues.Jobs is there already")


def test_a_value_is_written_as_it_was_given(added):
    assert """value = "a\\"b\\\\c"\n""" in added("ssm_parameter", "Limit", "--value", 'a"b\\c')


def test_a_route_joins_the_list(added):
    assert 'routes = ["GET /item", "POST /item"] # one\n' in added("route", "POST /item", "--function", "Worker")


def test_a_route_leads_to_a_part(added, project, tapgen):
    queue = SETTINGS + "\n[queues.Orders]\n"
    ending = '\n[api.routes."POST /orders"]\nqueue = "Orders"\n'
    assert ending in added("route", "POST /orders", "--to", "Orders", settings=queue)
    ended = tapgen("add", "route", "POST /orders", "--to", "Order", cwd=project(queue))
    assert (ended.code, ended.err.splitlines()[0]) == (
        2,
        'Error: there is no queue, topic, bus, stream, state machine, table "Order"',
    )


def test_a_websocket_has_a_route_and_a_function_that_sends(added):
    text = added("websocket", "Chat", "--function", "Worker")
    assert 'routes = ["GET /item", { route = "$default", api = "Chat" }] # one\n' in text
    assert '[apis.Chat]\nkind = "websocket"\n' in text


def test_a_route_joins_a_list_of_several_lines(added):
    settings = SETTINGS.replace('["GET /item"]', '[\n    "GET /item", # the first ]\n    "GET /items"\n]')
    text = added("route", "POST /item", "--function", "Worker", settings=settings)
    assert '    "GET /item", # the first ]\n    "GET /items",\n    "POST /item",\n] # one\n' in text


def test_the_first_route_of_a_function(added):
    text = added("route", "POST /item", "--function", "Worker", settings=SETTINGS.replace("routes =", "#routes ="))
    assert 'routes = ["POST /item"]\n' in text


def test_an_environment_goes_behind_the_others(added):
    assert added("environment", "prod") == SETTINGS + "\n[environments.prod]\n"


def test_a_schedule(added):
    text = added("schedule", "Nightly", "--function", "Worker", "--expression", "rate(2 hours)")
    assert '# one\ntriggers.schedules.Nightly = { expression = "rate(2 hours)" }\n' in text


def test_a_function_brings_its_handler(project, tapgen):
    folder = project(SETTINGS)
    assert tapgen("add", "function", "OrderReport", cwd=folder).out == "  ~ tapgen.toml\n  + src/order_report.py\n"
    assert (
        '[functions.OrderReport]\nsource = "src"\nentry_point = "order_report.handler"\n'
        in (folder / "tapgen.toml").read_text()
    )
    assert tapgen("render", "--stdout", cwd=folder).code == 0


def test_a_second_function_takes_no_output_away(project, tapgen):
    folder = project(SETTINGS)
    before = tapgen("render", "--stdout", "--format", "json", cwd=folder).out
    assert tapgen("add", "function", "Report", cwd=folder).code == 0
    assert tapgen("add", "function", "Third", cwd=folder).code == 0
    assert (folder / "tapgen.toml").read_text().count('main_function = "Worker"\n') == 1
    after = tapgen("render", "--stdout", "--format", "json", cwd=folder).out
    plain = json.loads(before)["Outputs"]
    assert "LambdaFunctionNameOutput" in plain
    assert plain.items() <= json.loads(after)["Outputs"].items()


def test_in_a_pyproject_it_stays_within_the_tools_own_table(project, tapgen):
    text = '[tool.tapgen]\napplication = "shop"\n\n[tool.tapgen.functions.Item]\nsource = "src"\n\n[tool.ruff]\nline-length = 100\n'
    folder = project(text, name="pyproject.toml")
    assert tapgen("add", "topic", "News", cwd=folder).code == 0
    assert (folder / "pyproject.toml").read_text() == text.replace(
        'source = "src"\n', 'source = "src"\n\n[tool.tapgen.topics.News]\n'
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["qeue", "Orders"], '"qeue" cannot be added\nHint: did you mean "queue"?'),
        (["table", "Item"], "tables.Item is there already"),
        (
            ["queue", "Orders", "--function", "Nobody"],
            'there is no function "Nobody"\nHint: A new one: tapgen add function Nobody; known: Worker',
        ),
        (
            ["schedule", "Bad", "--function", "Worker", "--expression", 'rate("'],
            "it does not fit the settings:\n  func",
        ),
        (["queue", "Order s"], "it does not fit the settings:\n  queues.Order s: "),
        (
            ["route", "GET item", "--function", "Worker"],
            'it does not fit the settings:\n  functions.Worker.routes.1: "GET',
        ),
        (["route", "GET /a"], "a route belongs to a function"),
        (["environment", "dev"], "environments.dev is there already"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(project, tapgen, arguments, said):
    folder = project(SETTINGS)
    ended = tapgen("add", *arguments, cwd=folder)
    assert ended.code == 2
    assert ended.err.startswith(f"Error: {said}")
    assert (folder / "tapgen.toml").read_text() == SETTINGS


KINDS = {
    "table": ("Order", 'tables.Order = { variable = "ORDER_TABLE" }'),
    "queue": ("Order", "triggers.queues.Order = {}"),
    "topic": ("Order", "triggers.topics.Order = {}"),
    "bucket": ("Order", "triggers.buckets.Order = {}"),
    "stream": ("Order", "triggers.streams.Order = {}"),
    "bus": ("Order", 'buses.Order = { variable = "ORDER_BUS" }'),
    "key": ("Order", 'keys.Order = { variable = "ORDER_KEY" }'),
    "secret": ("Order", 'secrets.Order = { variable = "ORDER_SECRET" }'),
    "ssm_parameter": ("Order", 'ssm_parameters.Order = { variable = "ORDER_SSM_PARAMETER" }'),
    "user_pool": ("Order", 'user_pools.Order = { variable = "ORDER_USER_POOL" }'),
    "state_machine": ("Order", 'definition = "order.asl.json"'),
    "lambda_layer": ("Order", 'layers = ["Order"]'),
    "function": ("Order", 'entry_point = "order.handler"'),
    "schedule": ("Order", 'triggers.schedules.Order = { expression = "rate(1 day)" }'),
    "event": ("Order", 'triggers.events.Order = { pattern = { source = ["order"] } }'),
    "parameter": ("Order", "[parameters.Order]"),
    "route": ("GET /order", 'routes = ["GET /item", "GET /order"] # one'),
    "environment": ("order", "[environments.order]"),
    "websocket": ("Order", 'apis.Order = { variable = "ORDER_ENDPOINT" }'),
}


def test_every_kind_that_can_be_added_is_tried():
    assert {*SINGULAR, *OTHERS} - {"resource"} == KINDS.keys()


@pytest.mark.parametrize("what", KINDS)
def test_every_kind_can_be_added_and_rendered(what, project, tapgen):
    name, line = KINDS[what]
    folder = project(SETTINGS)
    ended = tapgen("add", what, name, "--function", "Worker", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    text = (folder / "tapgen.toml").read_text()
    assert f"{line}\n" in text
    assert "# The shop.\n" in text
    assert "# Where it runs.\n[environments.dev]" in text
    assert tapgen("settings", "--env", "dev", cwd=folder).code == 0
    assert tapgen("add", what, name, "--function", "Worker", cwd=folder).code == 2, "it is there already"


def test_a_state_machine_calls_the_function_or_is_started_by_it(project, tapgen):
    folder = project(SETTINGS)
    assert tapgen("add", "state_machine", "Checkout", "--function", "Worker", cwd=folder).code == 0
    assert '"FunctionName": "${WorkerFunction}"' in (folder / "checkout.asl.json").read_text()
    assert tapgen("add", "state_machine", "Return", "--function", "Worker", "--use", cwd=folder).code == 0
    assert 'state_machines.Return = { variable = "RETURN_STATE_MACHINE" }' in (folder / "tapgen.toml").read_text()
    assert tapgen("add", "queue", "Late", cwd=folder).code == 0, "the definitions are found"


def test_a_resource_of_any_type(project, tapgen):
    folder = project(SETTINGS)
    assert tapgen("add", "resource", "Thing", "--type", "AWS::SDB::Domain", cwd=folder).code == 0
    assert '[resources.Thing]\ntype = "AWS::SDB::Domain"\n' in (folder / "tapgen.toml").read_text()
    assert "a resource has a type" in tapgen("add", "resource", "Other", cwd=folder).err


def test_a_pattern_is_json(added, project, tapgen):
    text = added("event", "Placed", "--function", "Worker", "--pattern", '{"source": ["shop"], "detail-type": ["x"]}')
    assert 'triggers.events.Placed = { pattern = { source = ["shop"], detail-type = ["x"] } }\n' in text
    wrong = tapgen("add", "event", "Paid", "--function", "Worker", "--pattern", "{", cwd=project(SETTINGS))
    assert wrong.code == 2
    assert "--pattern is no JSON" in wrong.err


def test_line_ends_of_the_file_stay(project, tapgen):
    folder = project(SETTINGS)
    (folder / "tapgen.toml").write_bytes(SETTINGS.replace("\n", "\r\n").encode())
    assert tapgen("add", "queue", "Orders", "--function", "Worker", cwd=folder).code == 0
    text = (folder / "tapgen.toml").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n") == SETTINGS.count("\n") + 3
