"""`tapgen diff --deployed` against a live stack: silent where a deployment would do nothing, and only there."""

import json

from tests.integration.conftest import eventually


def test_a_stack_just_deployed_does_not_differ(deployed):
    assert eventually(lambda: deployed.stack()["StackStatus"].endswith("_COMPLETE"))

    done = deployed.tapgen("diff", "--deployed", "--exit-code")

    assert done.stdout.splitlines()[1:] == ["no differences"]


def test_a_change_of_the_settings_differs_until_it_is_deployed(deployed):
    deployed.set("functions.Item.memory = 512", 'tags.Team = "a"')
    try:
        done = deployed.tapgen("diff", "--deployed", "--exit-code", "--format", "json", exit_code=3)
        [review] = json.loads(done.stdout)["reviews"]
        changed = {
            resource["logical_id"]: {path for one in resource["properties"] for path in one["path"][1:2]}
            for resource in review["resources"]
        }
        assert changed["ItemFunction"] == {"MemorySize", "Tags"}
        assert {"section": "Stack tags", "name": "Team", "path": [], "new": "a"} in review["sections"]

        deployed.deploy()

        assert deployed.tapgen("diff", "--deployed", "--exit-code").stdout.splitlines()[1:] == ["no differences"]
    finally:
        deployed.set()
        deployed.deploy()
