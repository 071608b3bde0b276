"""An environment into the embedded AWS, through the code of a deployment to AWS."""

import io

import pytest

from tapgen.errors import ExitCode
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.settings.model import Environment, Key, Table


def environment(tmp_path, name, **tables):
    return Environment(name=name, root=tmp_path, application="shop", tables=tables)


ITEM = Table(partition_key=Key(name="itemId"))


class Watching(BriefView):
    """Keeps what was told, and does something when it hears of the plan."""

    def __init__(self, heard=lambda plan: None):
        super().__init__(io.StringIO())
        self.heard = heard

    def plan(self, plan):
        self.heard(plan)


def test_what_would_be_lost_is_lost_without_asking(tmp_path, embedded):
    first, deployed = deploy(environment(tmp_path, "loss", Item=ITEM), embedded, lambda _: Watching())
    assert [outcome.code for outcome in first] == [ExitCode.OK]
    before = deployed.of_type("AWS::DynamoDB::Table")["ItemTable"]
    changed = environment(tmp_path, "loss", Other=Table(partition_key=Key(name="id")))
    second, deployed = deploy(changed, embedded, lambda _: Watching())
    assert [outcome.code for outcome in second] == [ExitCode.OK]
    assert set(deployed.of_type("AWS::DynamoDB::Table")) == {"OtherTable"}
    assert before not in deployed.of_type("AWS::DynamoDB::Table").values()


def test_ctrl_c_goes_on_as_ctrl_c(tmp_path, embedded):
    def interrupt(plan):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(environment(tmp_path, "stop", Item=ITEM), embedded, lambda _: Watching(interrupt))
