"""What `tapgen diff` compares: two documents and their names, from files, git, environments or a live stack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from tapgen import render, revisions, store
from tapgen.errors import UsageError, suggestion
from tapgen.template import document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ResourceDrift
    from tapgen.deploy.aws.stack_set_client import StackSetClient
    from tapgen.review.model import Review, SectionChange
    from tapgen.review.stack import StackState
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document


class Comparison(Struct, frozen=True):
    """Two documents with the words for them; `environment` is '' for two files."""

    environment: str
    old_name: str
    new_name: str
    old: Document | None
    new: Document | None
    parameters: Mapping[str, str] = {}
    """The values of parameters on both sides, where they are given."""
    code: tuple[SectionChange, ...] = ()
    """The packages that are other ones, of which no template tells."""
    side_by_side: bool = False
    """Whether neither takes the place of the other: nothing happens to anything."""

    @property
    def title(self) -> str:
        """`prod: HEAD → rendered now`."""
        between = f"{self.old_name} → {self.new_name}"
        return f"{self.environment}: {between}" if self.environment else between

    @property
    def subject(self) -> dict[str, str]:
        """The same for the JSON report."""
        return {"environment": self.environment, "from": self.old_name, "to": self.new_name}

    def review(self) -> Review:
        """What the change does."""
        from tapgen.review.assess import assess
        from tapgen.review.side_by_side import side_by_side

        review = assess(self.old, self.new, old_parameters=self.parameters, new_parameters=self.parameters)
        if self.code:
            review = replace(review, sections=(*review.sections, *self.code))
        return side_by_side(review, self.old_name, self.new_name) if self.side_by_side else review


def of_files(old: Path, new: Path, parameters: Mapping[str, str]) -> Comparison:
    """Two template files, with the values of parameters.

    Raises:
        UsageError: neither template has a parameter of that name.
    """
    before, after = document.read(old), document.read(new)
    known = {str(name) for one in (before, after) for name in one.get("Parameters") or {}}
    for name in parameters:
        if name not in known:
            raise UsageError(f'neither template has a parameter "{name}"', suggestion(name, known))
    return Comparison("", str(old), str(new), before, after, parameters)


def of_environments(one: Environment, other: Environment) -> Comparison:
    """Two environments as they render now; what follows from the name alone is a difference like any other."""
    before, after = render.render(one).document, render.render(other).document
    return Comparison(other.reference, one.reference, other.reference, before, after, side_by_side=True)


def base(root: Path, revision: str, *, merge_base: bool) -> str:
    """The commit to compare with."""
    return revisions.merge_base(root, revision) if merge_base else revisions.resolve(root, revision)


def of_revision(root: Path, environment: Environment, commit: str, revision: str) -> Comparison:
    """An environment as it renders now, against its template at a commit, in whichever format it was then."""
    name = f"{revision} ({commit[:7]})" if not commit.startswith(revision) else commit[:7]
    formats = dict.fromkeys((environment.format, *store.FORMATS))
    paths = [store.template_file(Path(store.FOLDER), environment.name, format_) for format_ in formats]
    found = ((path, revisions.at_revision(root, path, commit)) for path in paths)
    path, text = next(((path, text) for path, text in found if text is not None), (paths[0], None))
    old: dict[str, Any] | None = None
    if text is None and environment.user:
        raise UsageError(
            f"no template of {environment.reference} at {revision}: that of {environment.table} is committed",
            f"Compare --env {environment.table}, or pass --deployed for the stack of {environment.reference}.",
        )
    if text is None:
        name = f"nothing at {name}"
    else:
        old = document.parse(text, f"{path} at {revision}")
    new = render.render(environment).document
    from tapgen.cli import code_changes

    code = tuple(code_changes.since(root, environment, commit, old, new)) if old else ()
    return Comparison(environment.reference, name, "rendered now", old, new, code=code)


class LiveComparison(Struct, frozen=True):
    """A live stack, and what a deployment would make of it; `live` is None where there is no stack."""

    environment: str
    old_name: str
    live: StackState | None
    wanted: StackState
    settings: Environment | None = None
    """Whose packages are told as code."""
    drift: tuple[ResourceDrift, ...] = ()
    """What a drift detection found just now, where one was asked for."""

    @property
    def old(self) -> Document | None:
        """What is deployed."""
        return self.live.document if self.live else None

    @property
    def new(self) -> Document:
        """What a deployment would leave."""
        return self.wanted.document

    @property
    def title(self) -> str:
        """`prod: the stack tap-prod in us-east-1 → rendered now`."""
        return f"{self.environment}: {self.old_name} → rendered now"

    @property
    def subject(self) -> dict[str, str]:
        """The same for the JSON report."""
        return {"environment": self.environment, "from": self.old_name, "to": "rendered now"}

    def review(self) -> Review:
        """What a deployment would do; empty exactly where it would do nothing."""
        from tapgen.review.stack import assess_stack, deploys

        review = assess_stack(self.live, self.wanted)
        if not deploys(review):
            review = replace(review, sections=())
        elif self.settings:
            from tapgen.cli import code_changes

            review = code_changes.told(review, self.settings)
        if not self.drift:
            return review
        from tapgen.deploy.plan.three_way import drift_notes

        changing = {change.logical_id for change in review.changes}
        notes = drift_notes(self.drift, self.wanted.document, changing, self.environment)
        return replace(review, notes=(*review.notes, *notes))


def of_stack(environment: Environment, client: Client, *, drift: bool = False) -> LiveComparison:
    """The live stack of an environment, as far as CloudFormation tells it, and what `tapgen deploy` would leave.

    A stack that holds nothing yet (REVIEW_IN_PROGRESS, left by a change set that was never executed) is none.
    With `drift` a drift detection is run first.

    Raises:
        AwsError: AWS refuses to tell.
        TapgenError: a function's source cannot be packaged.
    """
    from tapgen.review.stack import StackState

    stack = client.stack(environment.stack_name)
    name = f"the stack {environment.stack_name} in {client.region}"
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return LiveComparison(environment.reference, f"{name} (not there)", None, _wanted(environment, {}))
    live = StackState(
        document=document.parse(client.template(stack.arn), environment.stack_name),
        parameters=stack.parameters,
        tags=stack.tags,
        termination_protection=stack.termination_protection,
        policy=client.stack_policy(stack.arn),
        pseudo=stack.pseudo_parameters,
    )
    found: tuple[ResourceDrift, ...] = ()
    if drift:
        from tapgen.deploy.aws.polling import SYSTEM_CLOCK
        from tapgen.deploy.commands.drift import detect

        found = detect(client, stack.arn, SYSTEM_CLOCK)
    wanted = _wanted(environment, stack.parameters)
    return LiveComparison(environment.reference, name, live, wanted, environment, found)


def of_stack_set(environment: Environment, client: StackSetClient) -> LiveComparison:
    """The StackSet of an environment, whose template all its stacks have, and what `tapgen deploy` would leave.

    Raises:
        AwsError: AWS refuses to tell.
        TapgenError: a function's source cannot be packaged.
    """
    from tapgen.deploy.stack_sets.regional_buckets import MAPPING, with_buckets
    from tapgen.review.stack import StackState

    found = client.stack_set(environment.stack_name)
    name = f"the StackSet {environment.stack_name} in {client.region}"
    wanted = replace(_wanted(environment, found.parameters if found else {}), termination_protection=None, policy=None)
    if found is None:
        return LiveComparison(environment.reference, f"{name} (not there)", None, wanted)
    old = document.parse(found.template, found.name)
    buckets = old.get("Mappings", {}).get(MAPPING)
    if buckets:  # the packages are found by region: the same in both
        wanted = replace(
            wanted, document=with_buckets(wanted.document, {key: one["Name"] for key, one in buckets.items()})
        )
    live = StackState(old, found.parameters, found.tags)
    return LiveComparison(environment.reference, name, live, wanted, environment)


def _wanted(environment: Environment, live: Mapping[str, str]) -> StackState:
    """Template, parameters with the code's keys, tags and protection after a deployment without options.

    A deployment sends a parameter's default; one that has none keeps its value of now, which --parameter would repeat.
    """
    from contextlib import ExitStack

    from tapgen.cli.options import installer
    from tapgen.deploy.artifacts.packages import packages
    from tapgen.deploy.request import stack_tags
    from tapgen.deploy.stack.stack_policy import stack_policy
    from tapgen.review.stack import StackState
    from tapgen.template.intrinsics import scalar

    rendered = render.render(environment).document
    with ExitStack() as stack:
        keys = {package.parameter: package.key for package in packages(environment, rendered, stack, installer())}
    parameters = {
        name: scalar(declared["Default"]) if "Default" in declared else live[name]
        for name, declared in rendered.get("Parameters", {}).items()
        if "Default" in declared or name in live
    }
    return StackState(
        document=rendered,
        parameters={**parameters, **keys},
        tags=stack_tags(environment),
        termination_protection=True if environment.protected else None,
        policy=stack_policy([rendered]) if environment.protected else None,
    )
