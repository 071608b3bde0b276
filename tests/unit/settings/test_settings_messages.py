"""What is said of wrong settings: every problem at once, each with its path in the file."""

import msgspec
import pytest

from tapgen.errors import SettingsError, UsageError, suggestion
from tapgen.settings.load import load
from tapgen.settings.model import GIVEN, Environment
from tests.table import rows


@pytest.fixture
def problems(project):
    def found(*args, **kwargs):
        with pytest.raises(SettingsError) as caught:
            load(project(*args, **kwargs))
        return list(caught.value.problems)

    return found


def test_all_problems_at_once_with_their_paths(project):
    folder = project(
        """
        application = "Shop"
        colour = "red"
        [network]
        availability_zones = 9
        subnets = "publik"
        [functions.Item]
        source = ""
        memory = 64
        runtime = "Node 20"
        architecture = 5
        environment.A = "1"
        routes = "GET /"
        [logs]
        retention_days = 31
        [tables.Item]
        partition_key = { name = "id", type = "X" }
        [tables."my table"]
        partition_key = { name = 3 }
        """
    )
    with pytest.raises(SettingsError) as caught:
        load(folder)
    known = {field.encode_name for field in msgspec.structs.fields(Environment)} - set(GIVEN)
    assert caught.value.message.splitlines()[0] == f"{folder / 'tapgen.toml'}: 14 problems"
    assert set(caught.value.problems) == {
        'application: "Shop" does not fit: at most 64 lower-case letters, digits and hyphens, a letter first, such as order-service',
        f"colour: there is no such setting; {suggestion('colour', known)}",
        "network.availability_zones: 9 is more than 6",
        'network.subnets: "publik" is not one of isolated, nat, public; did you mean "public"?',
        "functions.Item.source: it is empty",
        "functions.Item.memory: 64 is less than 128",
        'functions.Item.runtime: "Node 20" does not fit: a runtime of Lambda, such as python3.13',
        'functions.Item.architecture: 5 is not one of "arm64", "x86_64"',
        'functions.Item.environment.A: "A" does not fit: at least 2 letters, digits and underscores, a letter first, such as TABLE_NAME',
        'functions.Item.routes: "GET /" is not a list',
        (
            "logs.retention_days: 31 is not one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, "
            "1827, 2192, 2557, 2922, 3288, 3653"
        ),
        'tables.Item.partition_key.type: "X" is not one of B, N, S',
        'tables.my table: "my table" does not fit: at most 64 letters and digits, a letter first, such as Orders',
        "tables.my table.partition_key.name: 3 is not text",
    }


@rows(
    ("line", "expected"),
    [
        ("protected = 1", "protected: 1 is neither true nor false"),
        ('network = "x"', 'network: "x" is not a table'),
        ('functions = "x"', 'functions: "x" is not a table'),
        ("network.availability_zones = true", "network.availability_zones: true is not a whole number"),
        ("network.availability_zones = 2.5", "network.availability_zones: 2.5 is not a whole number"),
        ("account = 123456789012", "account: 123456789012 is not text"),
        ('account = "1234"', 'account: "1234" does not fit: an account id of 12 digits, such as 123456789012'),
        (f'description = "{"x" * 1025}"', "description: 1025 characters are more than 1024"),
        ("api.cors.origins = []", "api.cors.origins: the list is empty"),
        ('api.cors.methods = ["GET", "FETCH"]', ('api.cors.methods.1: "FETCH" is not one of ANY, DELETE, GET, HEAD, '
         'OPTIONS, PATCH, POST, PUT; did you mean "PATCH"?')),
        ('tables.Item.partition_key = "id"', 'tables.Item.partition_key: "id" is not a table'),
        ("tables.Item.partition_key = {}", "tables.Item.partition_key.name: it is required and missing"),
        ("network.avaliability_zones = 2", ("network.avaliability_zones: there is no such setting; did you mean "
         '"availability_zones"?')),
        ("description = { a = 1 }", "description: a table is not text"),
        (f'region = "{"x" * 80}"', f'region: "{"x" * 56}... does not fit: a region, such as eu-central-1'),
        ('logs.retention_days = "30"', ('logs.retention_days: "30" is not one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, '
         "180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653")),
        ("logs.retention_days = true", ("logs.retention_days: true is not one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, "
         "180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653")),
        ('name = "shop"', "name: there is no such setting"),
        ('root = "/"', "root: there is no such setting"),
        (
            'api.cors.origins = ["https://shop.example.com/"]',
            ('api.cors.origins.0: "https://shop.example.com/" does not fit: '
            "an origin in full without a path, such as https://example.com, or *"),
        ),
        (
            'api.cors.origins = ["https://*.example.com"]',
            ('api.cors.origins.0: "https://*.example.com" does not fit: '
            "an origin in full without a path, such as https://example.com, or *"),
        ),
        (
            """api.cors.origins = ["https://a'.example"]""",
            ("""api.cors.origins.0: "https://a'.example" does not fit: """
            "an origin in full without a path, such as https://example.com, or *"),
        ),
    ],
)  # fmt: skip
def test_one_wrong_value(problems, line, expected):
    assert problems(f'application = "shop"\n{line}\n') == [expected]


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ('{ actions = "all" }', '"all" is not one of auto'),
        ("{ actions = [1] }", "1 is not text"),
        ("{ actions = 5 }", "5 is neither text nor a list"),
    ],
)
def test_a_value_of_two_kinds_is_explained_by_the_nearer_kind(problems, access, expected):
    [problem] = problems(
        more=f"functions.Other = {{ source = 'src', tables.Item = {access} }}".replace(
            "functions", "\n[environments.dev]\nfunctions"
        )
    )
    assert problem.startswith("environments.dev.functions.Other.tables.Item.actions")
    assert expected in problem


def test_the_issue_of_an_environment_has_the_environments_path(problems):
    assert problems(more="[environments.prod]\nnetwork.availability_zones = 9\n") == [
        "environments.prod.network.availability_zones: 9 is more than 6"
    ]


def test_a_problem_of_the_project_is_said_once_for_all_environments(problems):
    assert problems(more="[network]\navailability_zones = 9\n[environments.dev]\n[environments.prod]\n") == [
        "network.availability_zones: 9 is more than 6"
    ]


def test_a_problem_that_an_environment_overrides_names_the_others(problems):
    more = (
        "[network]\navailability_zones = 9\n[environments.dev]\n[environments.prod]\nnetwork.availability_zones = 2\n"
    )
    assert problems(more=more) == ["network.availability_zones: 9 is more than 6 (in dev)"]


def test_the_same_problem_in_project_and_environment_is_two(problems):
    more = (
        "[network]\navailability_zones = 9\n[environments.dev]\n[environments.prod]\nnetwork.availability_zones = 8\n"
    )
    assert problems(more=more) == [
        "network.availability_zones: 9 is more than 6 (in dev)",
        "environments.prod.network.availability_zones: 8 is more than 6",
    ]


def test_a_function_of_one_environment_alone_is_named_there(problems):
    assert problems(more="[environments.prod.functions.Extra]\nmemory = 256\n") == [
        "environments.prod.functions.Extra.source: it is required and missing, unless there is an image"
    ]


def test_what_is_missing_in_the_projects_own_table_is_named_there(problems):
    more = "[functions.Extra]\nmemory = 256\n[environments.prod.functions.Extra]\ntimeout = 5\n"
    assert problems(more=more) == ["functions.Extra.source: it is required and missing, unless there is an image"]


def test_a_cause_in_one_environment_of_a_value_in_the_project(problems):
    """The range is the project's; that it is too small is the environment's doing."""
    more = '[network]\ncidr = "10.0.0.0/27"\n[environments.dev]\n[environments.prod]\nnetwork.subnets = "nat"\n'
    assert problems(more=more) == ["network.cidr: 10.0.0.0/27 is too small for 4 subnets of at least /28 (in prod)"]


def test_an_item_of_a_list_is_named_where_the_list_is(problems):
    more = "[environments.dev]\n[environments.prod]\nregions = ['us-east-1', 'nowhere']\n"
    [problem] = problems(more=more)
    assert problem.startswith("environments.prod.regions.1: ")


def test_a_route_conflict_of_the_project_is_not_blamed_on_an_environment(problems):
    more = """
    [functions.Other]
    source = "src"
    routes = ["GET /item"]
    [environments.dev]
    [environments.prod]
    functions.Item.memory = 512
    functions.Other.memory = 512
    """
    assert problems(more=more) == ['functions.Other.routes.0: "GET /item" is a route of Item already']


@pytest.mark.parametrize("name", ["Prod", "1st", "a_b", "x" * 33])
def test_the_name_of_an_environment(problems, name):
    assert problems(more=f'[environments."{name}"]\n') == [
        f'environments.{name}: "{name}" does not fit: at most 32 lower-case letters, digits and hyphens, a letter first, such as dev'
    ]


def test_an_environment_cannot_be_renamed_from_inside(problems):
    assert problems(more="[environments.prod]\nname = 'live'\n") == ["environments.prod.name: there is no such setting"]


def test_an_environment_inside_an_environment(problems):
    [problem] = problems(more="[environments.prod.environments.dev]\n")
    assert problem.startswith("environments.prod.environments: there is no such setting")


def test_an_unknown_environment_lists_the_known_ones(project):
    loaded = load(project(more="[environments.dev]\n[environments.prod]\n"))
    with pytest.raises(UsageError) as caught:
        loaded.environment("live")
    assert caught.value.message == 'there is no environment "live"'
    assert caught.value.hint == "known: dev, prod"
    with pytest.raises(UsageError) as caught:
        loaded.environment("prd")
    assert caught.value.hint == 'did you mean "prod"?'
