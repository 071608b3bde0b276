"""`sync`: give functions, layers and state machines what has changed directly, in seconds, where nothing else has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.commands.function_update import TAG, bring, packages, refuse_huge, sha256_of
from tapgen.deploy.commands.synced import marked_resources, published, show_new_version
from tapgen.deploy.operation import StackOperation
from tapgen.deploy.plan.function_changes import FUNCTION, wanted
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.known_values import known_values
from tapgen.deploy.plan.sync_changes import LAYER, STATE_MACHINE, definition_text, needs_deployment
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import busy, is_ours
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.review.assess import assess
from tapgen.template.document import parse

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.known_values import KnownValues
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.template.document import Document


class Sync(StackOperation):
    """Bring the functions of a stack to what the template says, without CloudFormation."""

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__(request, client, view, clock)
        self._done: list[str] = []
        self._under_way = ""

    def run(self) -> Outcome:
        """Compare, refuse what needs a deployment, update, and say that the stack has drifted."""
        return self.finish(self._run)

    @property
    def touched(self) -> tuple[str, ...]:
        """The logical ids of the functions that were brought up to date."""
        return tuple(self._done)

    def take_back(self) -> None:
        """Nothing is taken back; what was done is said, and what may be."""
        if self._done:
            self.view.warn(f"Brought up to date before that: {', '.join(self._done)}.")
        if self._under_way:
            self.view.warn(f"{self._under_way} may have been changed in part: the same command again sees to the rest.")

    def _begin(self, logical_id: str) -> None:
        self._under_way = logical_id

    def _end(self, logical_id: str, told: str) -> None:
        self._under_way = ""
        self._done.append(logical_id)
        self.view.step(f"{logical_id}: {told}")

    def _run(self) -> Outcome:
        if self.request.protected:
            raise UsageError(
                f"{self.request.environment} is protected: nothing goes past CloudFormation there",
                f"`tapgen deploy --env {self.request.environment}`.",
            )
        stack = self.stack()
        self._refuse_other(stack)
        deployed = parse(self.client.template(stack.arn), stack.name)
        known = known_values(stack, self.client.resources(stack.arn), self._parameters)
        changed = self._changed(stack, deployed, known)
        marked = marked_resources(self.client)
        known = published(known, {name: self._publish(name) for name in changed if self._type(name) == LAYER})
        for logical_id, physical in known.physical.items():
            was_synced = any(physical in {arn, arn.rpartition(":")[2]} for arn in marked)
            if not (logical_id in changed or was_synced):
                continue
            if self._type(logical_id) == FUNCTION:
                code = was_synced or changed[logical_id]
                self._bring(logical_id, physical, known, code=code, marked=was_synced)
            elif self._type(logical_id) == STATE_MACHINE:
                self._define(logical_id, physical, known, marked=was_synced)
        return self._ended(stack)

    @property
    def _parameters(self) -> dict[str, str]:
        packaged = {package.parameter: package.key for package in self.request.packages}
        return {**self.request.parameters, **packaged}

    def _type(self, logical_id: str) -> str:
        """The type that the template gives it; '' where it has no such resource."""
        return str(self.request.document["Resources"].get(logical_id, {}).get("Type", ""))

    def _refuse_other(self, stack: Stack) -> None:
        if state(stack.status).running:
            raise busy(self.client, stack, self.request.environment)
        if state(stack.status).change_set != "UPDATE":
            raise TapgenError(
                f"{stack.name} is {stack.status}", state(stack.status).advice_for(self.request.environment)
            )
        if not is_ours(stack, self.request.ours):
            raise RefusedError(f"{stack.name} does not carry this environment's tags: something else made it")

    def _changed(self, stack: Stack, deployed: Document, known: KnownValues) -> dict[str, bool]:
        """What differs from what is deployed, and whether the code of a function does.

        Raises:
            RefusedError: something differs that needs a deployment.
        """
        review = assess(
            deployed,
            self.request.document,
            old_parameters=stack.parameters,
            new_parameters={**stack.parameters, **self._parameters},
        )
        others = needs_deployment(review, self.request.document, known)
        if others:
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            raise RefusedError(
                f"needs a deployment: {'; '.join(others[:5])}{more}",
                f"`tapgen deploy --env {self.request.environment}`, with --express if it may be quick.",
            )
        return {
            change.logical_id: any(one.path[:2] == ("Properties", "Code") for one in change.properties)
            for change in review.changes
        }

    def _publish(self, logical_id: str) -> str:
        """The ARN of the layer's new version."""
        properties = self.request.document["Resources"][logical_id]["Properties"]
        parameter = properties["Content"]["S3Key"]["Ref"]
        package = packages(self.request.packages).named(parameter)
        if package is None:
            raise RefusedError(f"needs a deployment: {logical_id} has a package of its own")
        refuse_huge(logical_id, package)
        latest, sha256 = self.client.latest_layer(properties["LayerName"])
        if sha256 == sha256_of(package):
            return latest  # it was synced before
        self._begin(logical_id)
        arn = self.client.publish_layer(
            properties["LayerName"],
            package,
            properties.get("CompatibleRuntimes", ()),
            properties.get("CompatibleArchitectures", ()),
        )
        self._end(logical_id, f"version {arn.rpartition(':')[2]}")
        return arn

    def _bring(self, logical_id: str, physical: str, known: KnownValues, *, code: bool, marked: bool) -> None:
        want, zips = wanted(self.request.document, logical_id, known), packages(self.request.packages)
        changed = bring(
            self.client,
            physical,
            want,
            zips,
            self.clock,
            code=code,
            mark="" if marked else TAG,
            begins=lambda: self._begin(logical_id),
        )
        if not changed and not marked:
            return
        # One that was synced before may have got no further than its code.
        version = show_new_version(self.client, self.request.document, logical_id, physical)
        if not changed:
            return
        self._end(logical_id, f"{' and '.join(changed)}{f', version {version}' if version else ''}")

    def _define(self, logical_id: str, arn: str, known: KnownValues, *, marked: bool) -> None:
        definition = definition_text(self.request.document, logical_id, known)
        if definition is None:
            raise RefusedError(f"needs a deployment: {logical_id}: Definition")
        if json.loads(self.client.state_machine_definition(arn)) == json.loads(definition):
            return
        if not marked:
            self.client.tag_state_machine(arn, TAG)
        self._begin(logical_id)
        self.client.update_state_machine(arn, definition)
        self._end(logical_id, "definition")

    def _ended(self, stack: Stack) -> Outcome:
        if not self._done:
            return self.outcome(ExitCode.OK, f"no changes: what can be synced in {stack.name} is as the template says")
        functions = all(self._type(one) == FUNCTION for one in self._done)
        count = f"{len(self._done)} {'function' if functions else 'resource'}{'' if len(self._done) == 1 else 's'}"
        return self.outcome(
            ExitCode.OK,
            f"{count} of {stack.name} brought up to date: {', '.join(self._done)}",
            f"The stack has drifted by that; `tapgen deploy --env {self.request.environment}` puts it right.",
        )
