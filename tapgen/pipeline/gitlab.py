"""GitLab CI: a review of each merge request, and deployments from the main branch."""

from __future__ import annotations

from collections.abc import Iterator

from tapgen.installing import REMARK, REQUIREMENT
from tapgen.pipeline.github import HEAD as _HEAD
from tapgen.pipeline.stages import Stage

FILE = ".gitlab-ci.yml"
_SIGN_IN = '    - echo "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"\n'
HEAD = _HEAD.replace("github", "gitlab")


def files(stages: tuple[Stage, ...], branch: str, install: str) -> dict[str, str]:
    """Path -> text of the pipeline; `install` is what pip is given."""
    return {FILE: "".join(_pipeline(stages, branch, install))}


def _pipeline(stages: tuple[Stage, ...], branch: str, install: str) -> Iterator[str]:
    remark = f"    # {REMARK}\n" if install == REQUIREMENT else ""
    yield f"""\
{HEAD}# Each environment of the same name has the variable AWS_ROLE_ARN, the role that its deployment assumes, and
# AWS_REGION where the settings name no region. Protect the environments that need an approval.
stages: [review, deploy, plan, execute]

default:
  image: python:3.13
  before_script:
{remark}    - python -P -m pip install --disable-pip-version-check '{install}'

review:
  stage: review
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0" # the merge base must be there
  script:
    # Own layers run for branches of this project, whose authors may write to it anyway; of a fork nothing runs.
    - if [ "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID" = "$CI_PROJECT_ID" ]; then export TAPGEN_TRUST=1; fi
    - tapgen render --all --check
    - tapgen diff --all --rev "origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --merge-base --format markdown > review.md
    - tapgen check --all
  artifacts:
    when: always
    paths: [review.md]
"""
    for stage in stages:
        for region in stage.regions or ("",):
            yield from _planned(stage, region, branch) if stage.approved else _direct(stage, region, branch)


def _direct(stage: Stage, region: str, branch: str) -> Iterator[str]:
    yield _job("deploy", stage, region, branch, "deploy")
    yield f"  script:\n{_SIGN_IN}    - tapgen deploy --env {stage.environment}{_region(region)} --yes\n"


def _planned(stage: Stage, region: str, branch: str) -> Iterator[str]:
    name = stage.environment
    yield _job("plan", stage, region, branch, "plan")
    yield f"""\
  script:
{_SIGN_IN}    - tapgen deploy --env {name}{_region(region)} --plan-only --json > plan.jsonl
    - |
      python -P - > change-set <<'END'
      import json
      for line in map(json.loads, open("plan.jsonl")):
          if line["kind"] == "plan" and line["change_set"]:
              print(line["change_set"])
      END
  artifacts:
    paths: [plan.jsonl, change-set]
"""
    yield _job("deploy", stage, region, branch, "execute")
    yield f"""\
  needs: [{_name("plan", stage, region)}]
  when: manual # what is approved is the plan
  script:
{_SIGN_IN}    - |
      if [ -s change-set ]; then
        tapgen deploy --env {name}{_region(region)} --plan "$(cat change-set)" --yes
      fi
"""


def _name(what: str, stage: Stage, region: str) -> str:
    return "-".join(part for part in (what, stage.environment, region) if part)


def _job(what: str, stage: Stage, region: str, branch: str, gitlab_stage: str) -> str:
    action = "prepare" if what == "plan" else "start"
    return f"""\

{_name(what, stage, region)}:
  stage: {gitlab_stage}
  rules:
    - if: $CI_COMMIT_BRANCH == "{branch}"
  environment:
    name: {stage.environment}
    action: {action}
  resource_group: {stage.environment}
  id_tokens:
    AWS_TOKEN:
      aud: https://gitlab.com
  variables:
    AWS_WEB_IDENTITY_TOKEN_FILE: $CI_PROJECT_DIR/.aws-token
"""


def _region(region: str) -> str:
    return f" --region {region}" if region else ""
