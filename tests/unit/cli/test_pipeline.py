"""tapgen pipeline: files that the services take, which say what the settings say, and are nobody else's."""

import re
import subprocess
import sys

import pytest
import yaml

from tapgen.installing import REMARK
from tests.conftest import ONE_FUNCTION

ENVIRONMENTS = """
[environments.dev]
[environments.staging]
region = "eu-west-1"
[environments.prod]
protected = true
regions = ["eu-central-1", "us-east-1"]
[environments.bank]
protected = true
account = "123456789012"
"""
SCHEMAS = {"github": ["vendor.github-workflows"], "gitlab": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]}
FILES = {
    "github": [".github/workflows/tapgen-review.yml", ".github/workflows/tapgen-deploy.yml"],
    "gitlab": [".gitlab-ci.yml"],
}


@pytest.mark.pinned  # check-jsonschema, which ships the schemas, needs a newer click than tapgen does
@pytest.mark.parametrize("service", SCHEMAS)
@pytest.mark.parametrize("more", ["[environments.dev]\n", ENVIRONMENTS])
def test_the_service_takes_the_files(tapgen, project, service, more):
    folder = project(more=more)
    assert tapgen("pipeline", service, cwd=folder).code == 0
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *SCHEMAS[service], *FILES[service]]
    checked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


STACK_SET = """
[environments.wide]
protected = true
account = "123456789012"
accounts = ["111111111111", "222222222222"]
regions = ["eu-central-1", "us-east-1"]
"""


@pytest.mark.parametrize("service", SCHEMAS)
def test_a_stack_set_is_deployed_once_from_the_region_that_keeps_it(tapgen, project, service):
    folder = project(more=STACK_SET)
    assert tapgen("pipeline", service, cwd=folder).code == 0
    text = (folder / FILES[service][-1]).read_text()
    assert "us-east-1" not in text
    assert "eu-central-1" in text
    assert "tapgen deploy --env wide" in text
    assert '--plan "$(cat change-set)" --yes' in text
    assert tapgen("pipeline", service, "--check", cwd=folder).code == 0


def jobs(folder):
    return yaml.safe_load((folder / ".github/workflows/tapgen-deploy.yml").read_text())["jobs"]


def commands(job):
    return [step["run"].strip() for step in job["steps"] if "tapgen deploy" in step.get("run", "")]


def test_unprotected_environments_come_first_and_a_protected_one_executes_the_plan_that_was_approved(tapgen, project):
    folder = project(more=ENVIRONMENTS)
    tapgen("pipeline", "github", cwd=folder)
    found = jobs(folder)
    assert list(found) == ["deploy-dev", "deploy-staging", "plan-prod", "deploy-prod", "plan-bank", "deploy-bank"]
    assert found["plan-prod"]["needs"] == ["deploy-dev", "deploy-staging"]
    assert found["deploy-prod"]["needs"] == ["plan-prod"]
    assert found["plan-bank"]["needs"] == ["deploy-prod"]
    assert [found[name]["environment"] for name in ("plan-prod", "deploy-prod")] == ["prod-plan", "prod"]
    assert commands(found["deploy-dev"]) == ["tapgen deploy --env dev --yes"]
    assert commands(found["plan-bank"]) == ["tapgen deploy --env bank --plan-only --json > plan.jsonl"]
    [execution] = commands(found["deploy-bank"])
    assert 'tapgen deploy --env bank --plan "$(cat change-set)" --yes' in execution


def test_each_region_has_its_plan(tapgen, project):
    folder = project(more=ENVIRONMENTS)
    tapgen("pipeline", "github", cwd=folder)
    prod = jobs(folder)["plan-prod"]
    assert prod["strategy"]["matrix"] == {"region": ["eu-central-1", "us-east-1"]}
    assert commands(prod) == ["tapgen deploy --env prod --region ${{ matrix.region }} --plan-only --json > plan.jsonl"]
    tapgen("pipeline", "gitlab", cwd=folder)
    pipeline = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
    assert {"plan-prod-eu-central-1", "deploy-prod-us-east-1", "deploy-staging-eu-west-1"} <= set(pipeline)
    assert pipeline["deploy-prod-us-east-1"]["needs"] == ["plan-prod-us-east-1"]


@pytest.mark.parametrize("service", SCHEMAS)
def test_changed_settings_make_it_stale_until_it_is_written_again(tapgen, project, service):
    folder = project(more="[environments.dev]\n")
    assert tapgen("pipeline", service, "--check", cwd=folder).code == 3
    assert tapgen("pipeline", service, cwd=folder).out.count(": written\n") == len(FILES[service])
    assert tapgen("pipeline", service, cwd=folder).out.count(": up to date\n") == len(FILES[service])
    assert tapgen("pipeline", service, "--check", cwd=folder).code == 0
    (folder / "tapgen.toml").write_text(ONE_FUNCTION + ENVIRONMENTS)
    ended = tapgen("pipeline", service, "--check", cwd=folder)
    assert ended.code == 3
    assert f"run `tapgen pipeline {service}`" in ended.out


def test_a_file_of_somebody_else_is_kept(tapgen, project):
    folder = project(**{".gitlab-ci.yml": "mine: 1\n"})
    ended = tapgen("pipeline", "gitlab", cwd=folder)
    assert ended.code == 2
    assert "was not written by tapgen" in ended.err
    assert (folder / ".gitlab-ci.yml").read_text() == "mine: 1\n"


def test_what_is_installed_and_which_branch_is_deployed(tapgen, project):
    folder = project()
    tapgen("pipeline", "github", "--branch", "trunk", "--install", "tapgen[check]==1.2", cwd=folder)
    text = (folder / ".github/workflows/tapgen-deploy.yml").read_text()
    assert "branches: [trunk]" in text
    assert "install --disable-pip-version-check 'tapgen[check]==1.2'" in text


@pytest.mark.parametrize("service", FILES)
def test_no_package_of_an_index_is_installed_until_somebody_names_one(tapgen, project, service):
    folder = project()
    ended = tapgen("pipeline", service, cwd=folder)
    text = "".join((folder / path).read_text() for path in FILES[service])
    assert set(re.findall(r"pip install .*", text)) == {
        "pip install --disable-pip-version-check 'tapgen[check] @ git+URL'"
    }
    assert REMARK in text
    assert REMARK in ended.err


def roles(folder):
    assumed = "aws-actions/configure-aws-credentials"
    return {
        name: step["with"]["role-to-assume"]
        for name, job in jobs(folder).items()
        for step in job["steps"]
        if step.get("uses", "").startswith(assumed)
    }


def test_each_job_assumes_the_role_that_bootstrap_makes_for_it(tapgen, project):
    folder = project(more=ENVIRONMENTS)
    tapgen("pipeline", "github", cwd=folder)
    found = roles(folder)
    account = "arn:aws:iam::${{ vars.AWS_ACCOUNT }}:role"
    assert found["deploy-dev"] == f"{account}/shop-dev-deploy"
    assert (found["plan-prod"], found["deploy-prod"]) == (f"{account}/shop-prod-plan", f"{account}/shop-prod-deploy")
    assert found["deploy-bank"] == "arn:aws:iam::123456789012:role/shop-bank-deploy"


def test_the_role_of_the_settings_is_assumed_where_there_is_one(tapgen, project):
    role = "arn:aws:iam::123456789012:role/pipelines/deployer"
    folder = project(more=f'[environments.prod]\nprotected = true\ndeploy_role = "{role}"\n')
    tapgen("pipeline", "github", cwd=folder)
    assert set(roles(folder).values()) == {role}
