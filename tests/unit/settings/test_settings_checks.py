"""What one value alone cannot show: each check with a project that fails it and one that nearly does."""

import re

import pytest

from tapgen.errors import SettingsError
from tapgen.settings.checks_functions import RUNTIMES
from tapgen.settings.load import load
from tests.table import rows

TWO_TABLES = """
application = "shop"
[tables.Orders]
partition_key = { name = "orderId" }
indexes.byStatus = { partition_key = { name = "status" } }
"""


@pytest.fixture
def problems(project):
    """The problems of a project; none where it loads."""

    def found(*args, **kwargs):
        folder = project(*args, **kwargs)
        try:
            load(folder)
        except SettingsError as error:
            return list(error.problems)
        return []

    return found


def function(**settings):
    lines = [f"{key} = {value}" for key, value in {"source": '"src"', **settings}.items()]
    return TWO_TABLES + "[functions.Orders]\n" + "\n".join(lines) + "\n"


def test_region_and_regions(problems):
    both = 'application = "shop"\nregion = "us-east-1"\nregions = ["us-east-1"]\n'
    assert problems(both) == ["regions: region and regions exclude each other; keep one of them"]
    assert problems('application = "shop"\nregions = ["us-east-1", "us-west-2", "us-east-1"]\n') == [
        "regions: a region stands twice"
    ]
    assert problems('application = "shop"\nregions = ["us-east-1", "us-west-2"]\n') == []


def test_every_origin_stands_alone(problems):
    more = "api.cors.origins = {}\n"
    assert problems('application = "shop"\n' + more.format('["https://a.example", "*"]')) == [
        'api.cors.origins: "*" allows every origin; let it stand alone'
    ]
    assert problems('application = "shop"\n' + more.format('["https://a.example", "http://localhost:3000"]')) == []


SUBNETS = 'subnets = ["subnet-1"]\n'


@rows(
    ("network", "expected"),
    [
        (SUBNETS, "security_groups: name the functions' security groups, or the vpc in which the stack is to make one"),
        (SUBNETS + 'vpc = "vpc-1"', None),
        (SUBNETS + 'security_groups = ["sg-1"]', None),
        (SUBNETS + "security_groups = []", "security_groups: the list is empty"),
        (SUBNETS + 'security_groups = ["group"]', 'security_groups.0: "group" does not fit: the id of a security group, such as sg-0a1b2c'),
        (SUBNETS + "vpc = 5", "vpc: 5 is neither text nor a table"),
        (SUBNETS + "vpc = {}", "vpc: say one of ssm_parameter, import, parameter and value"),
        (SUBNETS + 'vpc = { import = "a", ssm_parameter = "/a" }', "vpc: say one of ssm_parameter, import, parameter and value"),
        (SUBNETS + 'vpc = { export = "a" }', 'vpc.export: there is no such setting; did you mean "import"?'),
        ("subnets = []\nvpc = 'vpc-1'", "subnets: the list is empty"),
        ('vpc = "vpc-1"', 'vpc: it names an existing one; name its subnets too: subnets = ["subnet-…", "subnet-…"]'),
        (
            SUBNETS + 'vpc = "vpc-1"\nendpoints = ["s3"]',
            'endpoints: "s3" is a gateway, which an existing VPC brings itself: has_endpoints = ["s3"]',
        ),
        (
            SUBNETS + 'security_groups = ["sg-1"]\nendpoints = ["sqs"]',
            "endpoints: an interface endpoint is made in a vpc; name it",
        ),
        (
            'has_endpoints = ["sqs"]',
            "has_endpoints: it describes an existing VPC; this one is the stack's own, and has its `endpoints`",
        ),
    ],
)  # fmt: skip
def test_an_existing_network(problems, network, expected):
    found = problems(f'application = "shop"\n[network]\n{network}\n')
    assert found == ([f"network.{expected}"] if expected else [])


def test_tags_of_aws(problems):
    assert problems('application = "shop"\ntags."AWS:team" = "a"\n') == [
        "tags.AWS:team: the prefix aws: is reserved by AWS"
    ]
    assert problems('application = "shop"\ntags."aws-team" = "a"\n') == []


@rows(
    ("network", "expected"),
    [
        ('cidr = "10.0.0.1/16"', '"10.0.0.1/16" is not an address range: 10.0.0.1/16 has host bits set'),
        (
            'cidr = "10.0.300.0/16"',
            "\"10.0.300.0/16\" is not an address range: Octet 300 (> 255) not permitted in '10.0.300.0'",
        ),
        ('cidr = "10.0.0.0/15"', "10.0.0.0/15: a VPC is between /16 and /28"),
        ('cidr = "10.0.0.0/8"', "10.0.0.0/8: a VPC is between /16 and /28"),
        ('cidr = "10.0.0.0/29"', "10.0.0.0/29: a VPC is between /16 and /28"),
        ('cidr = "10.0.0.0/28"', "10.0.0.0/28 is too small for 2 subnets of at least /28"),
        ('cidr = "10.0.0.0/27"', ""),
        ('cidr = "10.0.0.0/27"\navailability_zones = 3', "10.0.0.0/27 is too small for 3 subnets of at least /28"),
        ('cidr = "10.0.0.0/27"\nsubnets = "nat"', "10.0.0.0/27 is too small for 4 subnets of at least /28"),
        ('cidr = "10.0.0.0/26"\nsubnets = "nat"', ""),
        ('cidr = "10.0.0.0/25"\nsubnets = "nat"\navailability_zones = 4', ""),
        (
            'cidr = "10.0.0.0/25"\nsubnets = "nat"\navailability_zones = 5',
            "10.0.0.0/25 is too small for 10 subnets of at least /28",
        ),
        ('cidr = "10.0.0.0/24"\nsubnets = "nat"\navailability_zones = 6', ""),
        ('cidr = "10.0.0.0/29"\nenabled = false', ""),
    ],
)
def test_the_address_range(problems, network, expected):
    assert problems(f'application = "shop"\n[network]\n{network}\n') == (
        [f"network.cidr: {expected}"] if expected else []
    )


@rows(
    ("table", "expected"),
    [
        ('sort_key = { name = "orderId" }', "tables.T.sort_key: partition_key and sort_key are the same attribute"),
        ('sort_key = { name = "orderID" }', ""),
        (
            'indexes.byX = { partition_key = { name = "x" }, sort_key = { name = "x" } }',
            "tables.T.indexes.byX: partition_key and sort_key are the same attribute",
        ),
        (
            'indexes.byId = { partition_key = { name = "x" }, sort_key = { name = "orderId", type = "N" } }',
            'tables.T: the attribute "orderId" has two types, S and N',
        ),
        ('indexes.byId = { partition_key = { name = "x" }, sort_key = { name = "orderId" } }', ""),
        (
            "\n".join(f'indexes.by{n:02} = {{ partition_key = {{ name = "x" }} }}' for n in range(21)),
            "tables.T.indexes: 21 are more than 20",
        ),
        ("\n".join(f'indexes.by{n:02} = {{ partition_key = {{ name = "x" }} }}' for n in range(20)), ""),
    ],
)
def test_tables(problems, table, expected):
    found = problems(f'application = "shop"\n[tables.T]\npartition_key = {{ name = "orderId" }}\n{table}\n')
    assert found == ([expected] if expected else [])


def test_names_that_give_one_logical_id(problems):
    tables = 'application = "shop"\n[tables]\n'
    key = '{ partition_key = { name = "id" } }'
    assert problems(f"{tables}orders = {key}\nOrders = {key}\n") == [
        'tables.Orders: it gives the same logical id as "orders"'
    ]
    assert problems(f"{tables}orders = {key}\nORDERS = {key}\n") == []
    assert problems('application = "shop"\n[functions]\na = { source = "src" }\nA = { source = "src" }\n') == [
        'functions.A: it gives the same logical id as "a"'
    ]


def test_a_function_name_too_long_for_lambda(problems):
    application = "a" * 40
    settings = 'application = "{}"\n[functions.{}]\nsource = "src"\n'
    assert problems(settings.format(application, "B" * 20)) == [
        f'functions.{"B" * 20}: the function\'s name "{application}-dev-{"B" * 20}" is longer than 64 characters'
    ]
    assert problems(settings.format(application, "B" * 19)) == []


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ("python2.7", "AWS makes no new functions of python2.7 since 2021-07-15; take python3.13"),
        ("python3.99", 'python3.99 is not a runtime of Lambda; did you mean "python3.9"?'),
        ("nodejs14.x", "AWS makes no new functions of nodejs14.x since 2024-01-09; take nodejs24.x"),
        ("cobol", f"cobol is not a runtime of Lambda; known: {', '.join(sorted(RUNTIMES))}"),
        ("python3.11", ""),
        ("python3.9", ""),  # deprecated, and made all the same
    ],
)
def test_runtimes(problems, runtime, expected):
    found = problems(function(runtime=f'"{runtime}"'))
    assert found == ([f"functions.Orders.runtime: {expected}"] if expected else [])


def test_variables(problems):
    assert problems(function(**{"environment.AWS_REGION": '"x"', "environment.AWS_PROFILE": '"x"'})) == [
        "functions.Orders.environment.AWS_REGION: the name is reserved by Lambda"
    ]
    access = '{ variable = "%s", actions = [] }'
    assert problems(function(**{"tables.Orders": access % "AWS_REGION"})) == [
        "functions.Orders.tables.Orders.variable: the name is reserved by Lambda"
    ]
    assert problems(function(**{"environment.TABLE": '"x"', "tables.Orders": access % "TABLE"})) == [
        "functions.Orders.tables.Orders.variable: TABLE has a value already"
    ]
    assert problems(function(**{"environment.TABLE": '"x"', "tables.Orders": access % "TABLE_NAME"})) == []


def test_tables_and_indexes_that_are_not_there(problems):
    assert problems(function(**{"tables.Order": "{ actions = [] }"})) == [
        'functions.Orders.tables.Order: there is no such table; did you mean "Orders"?'
    ]
    assert problems(function(**{"tables.Orders": '{ actions = [], indexes.byState = ["dynamodb:Query"] }'})) == [
        'functions.Orders.tables.Orders.indexes.byState: the table has no such index; did you mean "byStatus"?'
    ]
    assert problems(function(**{"tables.Orders": '{ actions = [], indexes.byStatus = ["dynamodb:Query"] }'})) == []


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:PutItm", '"dynamodb:PutItm" is not an action of DynamoDB; did you mean "dynamodb:PutItem"?'),
        ("PutItem", '"PutItem" is not an action of DynamoDB; did you mean "dynamodb:PutItem"?'),
        ("s3:GetBucketAcl", '"s3:GetBucketAcl" is not an action of DynamoDB; such as "dynamodb:GetItem"'),
        (
            "dynamodb:*",
            '"dynamodb:*" has a wildcard; name the actions, say actions = "auto", or put it under statements, with a reason',
        ),
        ("dynamodb:PutItem", ""),
    ],
)
def test_actions(problems, action, expected):
    found = problems(function(**{"tables.Orders": f'{{ actions = ["{action}"] }}'}))
    assert found == ([f"functions.Orders.tables.Orders.actions: {expected}"] if expected else [])


def test_actions_on_an_index(problems):
    access = '{ actions = [], indexes.byStatus = ["%s"] }'
    [problem] = problems(function(**{"tables.Orders": access % "dynamodb:PutItem"}))
    assert problem.startswith(
        'functions.Orders.tables.Orders.indexes.byStatus: "dynamodb:PutItem" is not an action on an index; '
    )
    assert problems(function(**{"tables.Orders": access % "dynamodb:Scan"})) == []


@pytest.mark.parametrize(
    ("entry_point", "files", "expected"),
    [
        ("index.handle", {}, 'entry_point: "index.handle": src/index.py defines no "handle"'),
        ("main.handler", {}, 'entry_point: "main.handler": src has no such module'),
        ("index.handler", {"src/index.py": "def handler(:\n"}, "source: src/index.py:1: invalid syntax"),
        ("index.handler", {"src/index.py": "type Id = int\ndef handler(event, context): pass\n"}, ""),
        ("index.handler", {"src/index.py": "a = 1\n  b = 2\n"}, "source: src/index.py:2: unexpected indent"),
        ("index.handler", {"src/index.py": "a = 1\nb = \0"}, "source: src/index.py:2: not Python source: it has a null byte"),
        ("index.handler", {"src/index.py": f"handler = {'-' * 100_000}1"}, "source: src/index.py: not Python source: "),
        ("index.handler", {"src/index.py": "x = handler\n"}, 'entry_point: "index.handler": src/index.py defines no "handler"'),
        ("index.handler", {"src/index.py": "def other(handler): pass\n"}, 'entry_point: "index.handler": src/index.py defines no "handler"'),
        ("index.handler", {"src/index.py": "handler = lambda event, context: None\n"}, ""),
        ("index.handler", {"src/index.py": "handler: object = print\n"}, ""),
        ("index.handler", {"src/index.py": "a, handler = 1, 2\n"}, ""),
        ("index.handler", {"src/index.py": "async def handler(event, context): pass\n"}, ""),
        ("index.handler", {"src/index.py": "class handler: pass\n"}, ""),
        ("index.handler", {"src/index.py": "from other import main as handler\n"}, ""),
        ("index.handler", {"src/index.py": "from other import *\n"}, ""),
        ("index.handler", {"src/index.py": "import handler.more\n"}, ""),
        ("index.handler", {"src/index.py": "if 1:\n    pass\nelse:\n    def handler(): pass\n"}, ""),
        ("index.handler", {"src/index.py": "try:\n    import a\nexcept ImportError:\n    def handler(): pass\n"}, ""),
        ("index.handler", {"src/index.py": "with open('x'):\n    def handler(): pass\n"}, ""),
        ("api.orders.handler", {"src/api/orders.py": "def handler(): pass\n"}, ""),
        ("api/orders.handler", {"src/api/orders.py": "def handler(): pass\n"}, ""),
        ("api.handler", {"src/api/__init__.py": "def handler(): pass\n"}, ""),
    ],
)  # fmt: skip
def test_the_entry_point(problems, entry_point, files, expected):
    found = problems(function(entry_point=f'"{entry_point}"'), **files)
    if expected.endswith(": "):
        assert [problem[: len(expected) + len("functions.Orders.")] for problem in found] == [
            f"functions.Orders.{expected}"
        ]
    else:
        assert found == ([f"functions.Orders.{expected}"] if expected else [])


def test_a_source_that_is_no_folder(problems, tmp_path):
    assert problems(function(source='"srk"')) == [f"functions.Orders.source: {tmp_path}/srk: there is no such folder"]
    assert problems(function(source='"src/index.py"')) == [
        f"functions.Orders.source: {tmp_path}/src/index.py: a file, not a folder"
    ]


def test_one_source_of_several_environments_is_read_once_and_said_once(problems):
    more = "[environments.dev]\n[environments.prod]\n"
    assert problems(function(entry_point='"index.handle"') + more) == [
        'functions.Orders.entry_point: "index.handle": src/index.py defines no "handle"'
    ]


@rows(
    ("routes", "expected"),
    [
        (["GET /a", "GET /a"], ['"GET /a" is a route of Orders already']),
        (["GET /a", "POST /a", "ANY /a"], []),
        (["GET /a/{id}", "GET /a/{name}/b"], ['"{name}" and "{id}" are path parameters of different names under "/a"']),
        (["GET /a/{id}", "GET /a/{id}/b", "GET /a/b", "GET /b/{name}"], []),
        (["GET /{id}", "GET /{proxy+}"], ['"{proxy+}" and "{id}" are path parameters of different names under "/"']),
        (["GET /a-b", "GET /a/b"], ['"/a/b" and "/a-b" give the same logical id; rename one of them']),
        (["GET /a/{b}", "GET /a/b"], []),
        (["GET a", "GET /b"], ['"GET a": the path does not begin with "/"']),
    ],
)
def test_routes_together(problems, routes, expected):
    found = problems(function(routes=str(routes)))
    assert [re.sub(r"routes\.\d", "routes.N", one) for one in found] == [
        f"functions.Orders.routes.N: {problem}" for problem in expected
    ]


def test_a_route_of_two_functions(problems):
    more = '[functions.Other]\nsource = "src"\nroutes = ["GET /a"]\n'
    assert problems(function(routes='["GET /a"]') + more) == [
        'functions.Other.routes.0: "GET /a" is a route of Orders already'
    ]


def test_the_name_of_a_layer(problems):
    assert problems('application = "shop"\nlayers = ["layers/queue.py"]\n') == [
        'layers: "layers/queue.py" is not the name of a Python module'
    ]
    assert problems('application = "shop"\nlayers = ["layers.queue"]\n') == []


ARN = "arn:aws:lambda:eu-central-1:017000801446:layer:Powertools"


@rows(
    ("key", "value", "expected"),
    [
        ("layers", '["Comon"]', '.0: there is no [lambda_layers.Comon], and it is no ARN; did you mean "Common"?'),
        ("layers", f'["{ARN}"]', f'.0: "{ARN}" is not the ARN of a layer\'s version, which ends in ":" and its number'),
        ("layers", f'["{ARN}:1"]', None),
        ("layers", "[{}]", ".0: say one of ssm_parameter, import, parameter and value"),
        ("layers", '["a", "b", "c", "d", "e", "f"]', ": the list has 6 items, more than 5"),
        ("role", '"worker"', ': "worker" does not fit: the ARN of a role, such as arn:aws:iam::123456789012:role/name'),
        ("role", '{ parameter = "Role" }', ".parameter: there is no such parameter; known: none"),
        ("image", '{ repository = "a" }', ": say one of tag and digest"),
        ("image", '{ repository = "a", tag = "1", digest = "sha256:%s" }' % ("0" * 64), ": say one of tag and digest"),
        ("snap_start", "true\nruntime = 'python3.11'", ": python3.11 has no SnapStart; Python from 3.12, Java from 11 and .NET from 8 have"),
        ("snap_start", "true\nprovisioned_concurrency = 1", ": it does not go with provisioned_concurrency"),
        ("provisioned_concurrency", "3\nreserved_concurrency = 2", ": 3 is more than the 2 of reserved_concurrency"),
        ("deployment", '"canary"', ': "canary" does not fit: all-at-once, or percent and minutes such as canary-10-5m or linear-10-1m'),
        ("on_failure", '"Orders"', None),
        ("on_failure", '"Nowhere"', ': there is no part "Nowhere" that takes records; known: Orders'),
        ("on_failure", '{ function = "Order" }', ': there is no function "Order"; did you mean "Orders"?'),
        ("on_failure", '{ queue = "A", function = "Orders" }', ": say one of queue, topic, bus, bucket, function"),
        ("url", '{ authorization = "IAM" }', '.authorization: "IAM" is not one of AWS_IAM, NONE; did you mean "AWS_IAM"?'),
        ("file_systems", '[{ access_point = { import = "A" }, path = "/mnt/a" }]', ": a file system is reached from a VPC alone; write [network]"),
        ("file_systems", '[{ access_point = { import = "A" }, path = "/a" }]', '.0.path: "/a" does not fit: a folder below /mnt, such as /mnt/data'),
        ("ephemeral_storage", "100", ": 100 is less than 512"),
        ("retries", "3", ": 3 is more than 2"),
        ("entry_point", '"handler"', ': "handler" is not of the form module.function'),
        ("runtime", '"nodejs22.x"\nrequirements = "a.txt"', None),
        ("statements", '[{ actions = ["ses:SendEmial"], resources = ["*"] }]', '.0.actions.0: "ses:SendEmial" is not an action of IAM; did you mean "ses:SendEmail"?'),
        ("statements", '[{ actions = ["sess:Send"], resources = ["*"] }]', '.0.actions.0: "sess:Send": IAM knows no service "sess"; did you mean "ses"?'),
        ("statements", '[{ actions = ["s3:Get*", "*"], resources = ["*"] }]', None),
        ("statements", '[{ actions = ["s3:Gte*"], resources = ["*"] }]', '.0.actions.0: "s3:Gte*" is not an action of IAM'),
        ("statements", '[{ actions = ["s3:GetObject"], resources = ["bucket"] }]', '.0.resources.0: "bucket" does not fit'),
        ("statements", '[{ actions = ["s3:GetObject"] }]', ".0.resources: it is required and missing"),
    ],
)  # fmt: skip
def test_what_lambda_would_refuse_of_a_function(problems, key, value, expected):
    more = "\n[lambda_layers.Common]\nsource = 'src'\nruntimes = ['python3.13']\n"
    settings = function(**{key: value}).replace('source = "src"\n', "" if key == "image" else 'source = "src"\n')
    found = problems(settings + more)
    if expected is None:
        assert [one for one in found if f".{key}" in one] == []
    else:
        [problem] = found
        assert problem.startswith(f"functions.Orders.{key}{expected}")


def test_requirements_are_pythons(problems):
    settings = function(runtime='"nodejs22.x"', requirements='"a.txt"')
    assert problems(settings, **{"a.txt": ""}) == [
        "functions.Orders.requirements: they are Python's; a source of nodejs22.x is packaged as it is"
    ]


def test_a_lambda_layer_is_for_some_runtime(problems):
    layer = "[lambda_layers.Common]\nsource = 'src'\n"
    assert problems(TWO_TABLES + layer) == [
        "lambda_layers.Common: no function names it in its layers; name it there, or say its runtimes"
    ]
    assert problems(TWO_TABLES + layer + "runtimes = ['python3.7']\n") == [
        "lambda_layers.Common.runtimes.0: AWS makes no new functions of python3.7 since 2024-01-09; take python3.13"
    ]
    assert problems(function(layers='["Common"]') + layer) == []


def test_files_that_are_not_there(problems):
    assert problems(function(include='["../common"]')) == ['functions.Orders.include: "../common" matches nothing']
    assert problems(function(requirements='"a.txt"')) == ['functions.Orders.requirements: there is no file "a.txt"']
    [problem] = problems(TWO_TABLES + "[lambda_layers.A]\nsource = 'none'\nruntimes = ['python3.13']\n")
    assert problem.startswith("lambda_layers.A.source: ")
    assert problem.endswith("none: there is no such folder")


def test_auto_reads_python_alone(problems):
    use = 'tables.Orders = { variable = "TABLE" }\n'
    assert problems(function(runtime='"nodejs22.x"') + use) == [
        'functions.Orders.tables.Orders.actions: "auto" reads Python, and not code for nodejs22.x; name the actions'
    ]
    named = use.replace("}", ', actions = ["dynamodb:GetItem"] }')
    assert problems(function(runtime='"nodejs22.x"') + named) == []
    image = function(image='{ repository = "a", tag = "1" }').replace('source = "src"\n', "")
    [problem] = problems(image + use)
    assert problem.endswith("and not a container image; name the actions")


def test_destinations_that_lambda_sends_nothing_to(problems):
    parts = "[queues.Line]\nfifo = true\n[buckets.Store]\n"
    [problem] = problems(function(on_failure='"Line"') + parts)
    said = "Line is first in, first out, to which Lambda sends no records; take a queue that is not"
    assert problem == f"functions.Orders.on_failure: {said}"
    [problem] = problems(function(on_success='"Store"') + parts)
    assert problem.startswith("functions.Orders.on_success: a bucket takes the records of failures alone")
    assert problems(function(on_failure='{ bucket = "Store" }') + parts) == []
    both = parts + "[queues.Store]\n"
    assert problems(function(on_failure='"Store"') + both) == [
        'functions.Orders.on_failure: "Store" is a queue and a bucket; say which: { queue = "Store" }'
    ]


@pytest.mark.parametrize(
    ("requirements", "text"),
    [('"a.txt"', "idna==3\n"), ('"uv.lock"', None), ('"pylock.toml"', None), ('{ group = "a" }', None)],
)
def test_what_is_installed_is_read_where_pip_would_read_it(project, requirements, text):
    files = {"a.txt": "idna==3\n", "uv.lock": "version = 1\n", "pylock.toml": 'lock-version = "1.0"\n'}
    settings = function(requirements=requirements)
    assert load(project(settings, **files)).environment("dev").requirements_text("Orders") == text
