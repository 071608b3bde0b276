"""Deploy a StackSet, step by step: look, plan, show, ask, change it and its stacks, make the stacks that are missing.

Each step is an operation of CloudFormation's that is followed to its end. What a first Ctrl-C leaves running is found
again by `tapgen watch`, and by the next deployment, which goes on with what is missing or outdated.
"""

from __future__ import annotations

import hashlib
import shlex
import uuid
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.artifacts.capabilities import capabilities
from tapgen.deploy.artifacts.document import body, fits_inline
from tapgen.deploy.artifacts.fingerprint import fingerprint
from tapgen.deploy.artifacts.parameters import hidden_parameters, parameter_values
from tapgen.deploy.artifacts.upload import find_bucket
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.stack_set_model import StackSetRequest
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.stack_sets.look import guard_astray, plan_of, situation
from tapgen.deploy.stack_sets.operation import OVERTAKEN, StackSetOperation
from tapgen.deploy.stack_sets.plan import read_set_fingerprint, set_moved
from tapgen.deploy.stack_sets.regional_buckets import buckets_of, upload_everywhere, with_buckets
from tapgen.deploy.stack_sets.survey import Survey
from tapgen.deploy.stack_sets.target import within
from tapgen.errors import ExitCode, UsageError
from tapgen.naming import ARTIFACT_BUCKET
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.stack_set_model import StackSet, Targets
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack_sets.look import SetSituation

_AGAIN = "Make a new plan with --plan-only and review it."
_OPTIONS = ("import_existing", "express", "revert_drift")


class DeployStackSet(StackSetOperation):
    """One deployment of a StackSet. `regional` are clients of our own account for each region that stacks are in."""

    nothing = "nothing was executed"

    def run(self, confirm: Callable[[Plan], bool], regional: Mapping[str, Client]) -> Outcome:
        """Plan, ask, execute and follow."""
        return self.finish(lambda: self._run(confirm, regional))

    # --------------------------------------------------------------------------------------------------- planning

    def _run(self, confirm: Callable[[Plan], bool], regional: Mapping[str, Client]) -> Outcome:
        self._refuse_options()
        buckets = self._place_packages(regional)
        found = self._look()
        guard_astray(found, self.elsewhere, self.view)
        if found.found and not found.updates and not found.make:
            seen = found.seen
            count = f"{seen.total}" if seen.current == seen.total else f"{seen.current} of {seen.total}"
            done = f"no changes: {self.name} and its {count} stacks are as the template says"
            return self.outcome(ExitCode.OK, done)
        plan = plan_of(found, self.client.region)
        self.view.plan(plan)
        self._refuse_moved(found)
        if self.request.options.plan_only:
            return self._planned(found)
        if not confirm(plan):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was executed")
        self._refuse_stale(found)
        upload_everywhere(regional, buckets, self.request.packages, found.account, self.view.step)
        return self._execute(found)

    def _refuse_options(self) -> None:
        options = self.request.options
        given = [name for name in _OPTIONS if getattr(options, name)] + ([] if options.rollback else ["no_rollback"])
        if given:
            option = given[0].replace("_", "-")
            raise UsageError(f"a StackSet takes no --{option}: CloudFormation has it for stacks alone")
        if options.plan and read_set_fingerprint(options.plan) is None:
            raise UsageError(f"{options.plan}: not the plan of a StackSet", "`tapgen deploy --plan-only` prints it.")

    def _place_packages(self, regional: Mapping[str, Client]) -> dict[str, str]:
        """Let the template find each region's bucket; nothing is uploaded yet."""
        if not self.request.packages:
            return {}
        if len(self.request.zips) < len(self.request.packages):
            raise UsageError(
                "a StackSet's accounts have no repository that its images could be pushed to",
                "Push them yourself, to one that the accounts may read, and name it by `image.uri`.",
            )
        buckets = buckets_of(regional, self.request.environment)
        keys = {package.parameter: package.key for package in self.request.packages}
        given = {name: value for name, value in self.request.parameters.items() if name != ARTIFACT_BUCKET}
        self.request = replace(
            self.request, document=with_buckets(self.request.document, buckets), parameters={**given, **keys}
        )
        return buckets

    def _look(self) -> SetSituation:
        account = self.identity().account
        parameters = parameter_values(self.request.document, self.request.parameters)
        found = self.poller.call(lambda: self.client.stack_set(self.name))
        seen = Survey()
        if found:
            self.refuse_other(found)
            self._refuse_other_permissions(found)
            self.queue_behind()
            found = self.existing_set()  # what was waited for may have changed it
            seen = self.survey()
        return situation(self.request, self.target, account, found, seen, parameters)

    def _refuse_other_permissions(self, found: StackSet) -> None:
        if found.service_managed != self.target.permissions.service_managed:
            now, then = ("service-managed", "self-managed")[:: 1 if found.service_managed else -1]
            raise RefusedError(
                f"the StackSet {self.name} is {now}, the settings say {then}: CloudFormation cannot change that",
                f"`tapgen destroy --env {self.request.environment}` first, or set stack_set.permissions.",
            )

    def _planned(self, found: SetSituation) -> Outcome:
        hidden = hidden_parameters(self.request.document)
        words = ["tapgen", "deploy", "--env", self.request.environment]
        for name in sorted(self.request.options.allow_loss):
            words += ["--allow-loss", name]
        for name, value in self.request.parameters.items():
            if name not in {package.parameter for package in self.request.packages}:
                words += ["--parameter", f"{name}={'VALUE' if name in hidden else value}"]
        plan = str(found.fingerprint)
        message = f"the plan {plan} waits; nothing was executed"
        return replace(
            self.outcome(ExitCode.OK, message, f"Execute it with: {shlex.join([*words, '--plan', plan])}"),
            change_set=plan,
        )

    def _refuse_moved(self, found: SetSituation) -> None:
        reviewed = read_set_fingerprint(self.request.options.plan)
        if reviewed is None:
            return
        if reviewed.name != self.name:
            raise RefusedError(f"the plan is for the StackSet {reviewed.name}, --env means {self.name}")
        gone = set_moved(reviewed, found.fingerprint)
        if gone:
            raise RefusedError(f"the plan is stale: {', '.join(gone)} moved since it was made", _AGAIN)

    def _refuse_stale(self, found: SetSituation) -> None:
        """What has happened while somebody was asked."""
        now = self.poller.call(lambda: self.client.stack_set(self.name))
        base = fingerprint(parse(now.template, now.name)) if now else "none"
        if base != found.fingerprint.of_template.base:
            raise RefusedError("the plan is stale: the StackSet is not the one it was made from", "Deploy again.")
        if now:
            self.queue_behind()

    # -------------------------------------------------------------------------------------------------- executing

    def _execute(self, found: SetSituation) -> Outcome:
        request = self._set_request(found)
        steps: list[tuple[str, Callable[[str], str]]] = []
        if found.updates:
            steps.append(("updated", self._update(request, found)))
        steps += [("created", self._creation(targets)) for targets in found.make]
        if found.found is None:
            self.view.step(f"Creating the StackSet {self.name} in {self.client.region}")
            self._create(request)
        outcome = self.outcome(ExitCode.OK, f"{self.name}: there is nothing to deploy to")
        for number, (done, call) in enumerate(steps):
            outcome = self._step(done, call, rest=len(steps) - number - 1)
            if not outcome.ok:
                break
        return outcome

    def _update(self, request: StackSetRequest, found: SetSituation) -> Callable[[str], str]:
        preferences = within(self.target.preferences, tuple(found.seen.accounts))
        return lambda token: self.client.update_stack_set(request, preferences, token)

    def _creation(self, targets: Targets) -> Callable[[str], str]:
        preferences = within(self.target.preferences, targets.regions)
        return lambda token: self.client.create_instances(self.name, targets, preferences, token)

    def _step(self, done: str, call: Callable[[str], str], *, rest: int) -> Outcome:
        token = str(uuid.uuid4())
        operation = self.begin_operation(lambda: call(token), token)
        self.view.step(f"{self.name}: operation {operation} has begun")
        if self.request.options.detach:
            more = f"; {rest} more follow when it is over: deploy again" if rest else ""
            return self.going_on(f"detached{more}")
        outcome = self.ended(self.follow_to_end(operation), done)
        if outcome.ok:
            self._began = False  # it is over; the next one has not begun
            self.nothing = "what had begun is done; deploy again for the rest"
        return outcome

    def _create(self, request: StackSetRequest) -> None:
        try:
            self.client.create_stack_set(request, str(uuid.uuid4()))
        except (AwsError, KeyboardInterrupt) as error:
            self._made = not isinstance(error, AwsError) or error.code not in OVERTAKEN
            raise
        self._made = True

    _made = False

    def take_back(self) -> None:
        """Delete the StackSet that was made just now and has no stacks; say where that fails."""
        if not self._made or self.nothing != type(self).nothing:
            return
        try:
            if self.client.stack_set(self.name) and not self.client.set_operations(self.name):
                self.client.delete_stack_set(self.name)
        except AwsError as error:
            self.view.warn(f"The empty StackSet {self.name} is left behind: {error.message}")

    def _set_request(self, found: SetSituation) -> StackSetRequest:
        text = body(self.request.document)
        url = "" if fits_inline(text) else self._upload_template(text, found.account)
        return StackSetRequest(
            name=self.name,
            description=self.request.document.get("Description") or f"{self.name}, by tapgen",
            body="" if url else text,
            url=url,
            parameters=found.parameters,
            capabilities=capabilities(self.request.document),
            tags=self.request.tags,
            permissions=self.target.permissions,
        )

    def _upload_template(self, text: str, account: str) -> str:
        bucket = find_bucket(self.client)
        key = f"templates/{self.name}/{hashlib.sha256(text.encode()).hexdigest()}.json"
        if not self.client.stored(bucket, key, account):
            self.view.step(f"Uploading the template ({len(text):,} bytes)")
            self.client.store(bucket, key, text.encode(), account)
        return self.client.object_url(bucket, key)
