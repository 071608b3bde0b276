"""Names that users' own stacks would share are refused before anything is asked of AWS."""

import pytest

from tapgen import render
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.shared_names import refuse_shared_names
from tapgen.settings.load import load

SETTINGS = """
application = "shop"
[functions.Item]
source = "src"
routes = ["GET /item"]
[environments.dev]
personal = true
"""


def refuse(project, more):
    loaded = load(project(SETTINGS, more=more))
    own, base = (render.render(loaded.environment(name)).document for name in ("dev/alice", "dev"))
    refuse_shared_names(own, base, "dev/alice", "dev")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("[tables.Orders]\nname = 'orders'\n", "OrdersTable: orders"),
        ("[queues.Orders]\nname = 'orders'\n", "OrdersQueue: orders"),
        ("[topics.News]\nname = 'news'\n", "NewsTopic: news"),
        ("[streams.Clicks]\nname = 'clicks'\n", "ClicksStream: clicks"),
        ("[ssm_parameters.Limit]\nname = '/limit'\nvalue = '3'\n", "LimitParameter: /limit"),
        ("[outputs.Api]\nvalue = 'x'\nexport = 'api'\n", "the export of Api: api"),
    ],
)
def test_a_name_that_all_would_share_is_refused(project, more, line):
    with pytest.raises(RefusedError) as caught:
        refuse(project, more)
    assert caught.value.message.splitlines()[1:] == [f"  {line}"]
    assert "[environments.dev]" in caught.value.hint


@pytest.mark.parametrize(
    "more",
    [
        "",
        "[tables.Orders]\n[queues.Orders]\n[topics.News]\n[buckets.Files]\n[user_pools.Customers]\n[secrets.Db]\n",
        "[ssm_parameters.Limit]\nvalue = '3'\n",
        "[outputs.Api]\nvalue = 'x'\nexport = '${AWS::StackName}-api'\n",
        "[outputs.Api]\nvalue = 'x'\nexport = true\n",
        "[tables.Orders]\nexisting = 'orders'\n",
    ],
)
def test_what_follows_from_the_stack_is_each_users_own(project, more):
    refuse(project, more)


def test_the_command_line_says_so_before_anything(tapgen, project):
    folder = project(SETTINGS, more="[tables.Orders]\nname = 'orders'\n")
    ended = tapgen("deploy", "--env", "dev/alice", "--yes", cwd=folder)
    assert (ended.code, "OrdersTable: orders" in ended.err) == (4, True)
