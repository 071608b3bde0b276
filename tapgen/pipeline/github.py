"""GitHub Actions: a review of each pull request, and deployments from the main branch."""

from __future__ import annotations

from collections.abc import Iterator

from tapgen.installing import REMARK, REQUIREMENT
from tapgen.pipeline.stages import Stage

REVIEW = ".github/workflows/tapgen-review.yml"
DEPLOY = ".github/workflows/tapgen-deploy.yml"

HEAD = "# Written by `tapgen pipeline github`: change the settings and run it again.\n"

_INSTALL = """\
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
{remark}      - run: python -P -m pip install --disable-pip-version-check '{install}'
"""


def _install(install: str) -> str:
    remark = f"      # {REMARK}\n" if install == REQUIREMENT else ""
    return _INSTALL.format(install=install, remark=remark)


def files(stages: tuple[Stage, ...], branch: str, install: str) -> dict[str, str]:
    """Path -> text of the workflows; `install` is what pip is given."""
    return {REVIEW: _review(install), DEPLOY: "".join(_deploy(stages, branch, install))}


def _review(install: str) -> str:
    return f"""\
{HEAD}# What a pull request changes, breaks and opens, also when the check fails. It needs no AWS credentials.
name: review
on: pull_request
permissions:
  contents: read
concurrency:
  group: tapgen-review-${{{{ github.event.pull_request.number }}}}
  cancel-in-progress: true
jobs:
  review:
    runs-on: ubuntu-latest
    env:
      # The project's own layers run for branches of this repository, whose authors may write to it anyway; of a fork
      # nothing runs.
      TAPGEN_TRUST: ${{{{ github.event.pull_request.head.repo.full_name == github.repository && '1' || '' }}}}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # the merge base must be there
          persist-credentials: false
{_install(install)}\
      - name: Templates are rendered
        run: tapgen render --all --check
      - name: What changes
        if: always()
        env:
          BASE: origin/${{{{ github.base_ref }}}}
        run: |
          {{ echo '<!-- tapgen diff -->'; tapgen diff --all --rev "$BASE" --merge-base --format markdown; }} > review.md
          cat review.md >> "$GITHUB_STEP_SUMMARY"
      - name: Will it work
        if: always()
        run: tapgen check --all --format github
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: review
          path: review.md
          if-no-files-found: ignore
  comment:
    # A job of its own: the token that may write is on a machine that has nothing of the pull request but this text.
    # A fork's token may not write: the summary has the same text.
    needs: review
    if: always() && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    permissions:
      pull-requests: write
    steps:
      - uses: actions/download-artifact@v4
        continue-on-error: true # there is none where nothing could be rendered
        with:
          name: review
      - name: One comment
        env:
          GH_TOKEN: ${{{{ github.token }}}}
          COMMENTS: repos/${{{{ github.repository }}}}/issues/${{{{ github.event.pull_request.number }}}}/comments
          REPOSITORY: ${{{{ github.repository }}}}
        run: |
          [ -s review.md ] || exit 0
          comment=$(gh api --paginate "$COMMENTS" --jq '.[]
            | select(.user.login == "github-actions[bot]")
            | select(.body | startswith("<!-- tapgen diff -->")) | .id' | head -n 1)
          if [ -n "$comment" ]; then
            gh api --method PATCH "repos/$REPOSITORY/issues/comments/$comment" -F body=@review.md --silent
          else
            gh api --method POST "$COMMENTS" -F body=@review.md --silent
          fi
"""


def _deploy(stages: tuple[Stage, ...], branch: str, install: str) -> Iterator[str]:
    yield f"""\
{HEAD}# The roles are those of `tapgen bootstrap --github`, or the settings' deploy_role. Each GitHub environment here
# has the variables AWS_ACCOUNT and AWS_REGION where the settings pin none. Let the protected ones require reviewers:
# what they approve is the plan, which the environment with "-plan" behind its name has made.
name: deploy
on:
  push:
    branches: [{branch}]
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: tapgen-deploy # one at a time, none cut short
  cancel-in-progress: false
jobs:
"""
    for stage in stages:
        yield from _planned(stage, install) if stage.approved else _direct(stage, install)


def _direct(stage: Stage, install: str) -> Iterator[str]:
    yield _job(f"deploy-{stage.environment}", stage, (), install, stage.environment, stage.role)
    yield f"""\
      - run: tapgen deploy --env {stage.environment}{_region(stage)} --yes
"""


def _planned(stage: Stage, install: str) -> Iterator[str]:
    name = stage.environment
    artifact = f"plan-{name}" + ("-${{ matrix.region }}" if stage.regions else "")
    before = tuple(f"deploy-{one}" for one in stage.after)
    yield _job(f"plan-{name}", stage, before, install, f"{name}-plan", stage.plan_role)
    yield f"""\
      - run: tapgen deploy --env {name}{_region(stage)} --plan-only --json > plan.jsonl
      - run: jq -r 'select(.kind == "plan") | .change_set // empty' plan.jsonl > change-set
      - uses: actions/upload-artifact@v4
        with:
          name: {artifact}
          path: |
            plan.jsonl
            change-set
"""
    yield _job(f"deploy-{name}", stage, (f"plan-{name}",), install, name, stage.role)
    yield f"""\
      - uses: actions/download-artifact@v4
        with:
          name: {artifact}
      - name: Execute the very plan that was approved
        run: |
          if [ -s change-set ]; then
            tapgen deploy --env {name}{_region(stage)} --plan "$(cat change-set)" --yes
          else
            echo "No changes for {name}."
          fi
"""


def _job(name: str, stage: Stage, needs: tuple[str, ...], install: str, environment: str, role: str) -> str:
    lines = [f"  {name}:\n"]
    if needs:
        lines.append(f"    needs: [{', '.join(needs)}]\n")
    lines.append(f"    runs-on: ubuntu-latest\n    environment: {environment}\n")
    if stage.regions:
        regions = ", ".join(stage.regions)
        lines.append(f"    strategy:\n      fail-fast: false\n      matrix:\n        region: [{regions}]\n")
    arn = role if role.startswith("arn:") else "arn:aws:iam::${{ vars.AWS_ACCOUNT }}:role/" + role
    region = "${{ matrix.region }}" if stage.regions else "${{ vars.AWS_REGION }}"
    lines.append(
        f"""\
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
{_install(install)}\
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: {arn}
          aws-region: {region}
"""
    )
    return "".join(lines)


def _region(stage: Stage) -> str:
    return " --region ${{ matrix.region }}" if stage.regions else ""
