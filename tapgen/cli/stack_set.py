"""What the commands on an environment's stack do where it is a StackSet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.cli import aws_options
from tapgen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.operations import AwsClient
    from tapgen.deploy.commands.destroy import Question
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack_sets.reach import Reach
    from tapgen.deploy.views.view import View
    from tapgen.settings.model import Environment


class Home:
    """The account and region that keep an environment's StackSet, and the way from there to its stacks."""

    def __init__(self, environment: Environment, profile: str | None, region: str | None) -> None:
        self.environment = environment
        self._profile = profile
        self.client = self._connect(region or environment.home_region)

    @property
    def reach(self) -> Reach:
        """Clients for single stacks."""
        from tapgen.deploy.stack_sets.reach import Reach

        kept = self.environment.stack_set
        role = kept.inspection_role or "" if kept else ""
        return Reach(self.client, self.environment.stack_name, role, self._connect)

    def arguments(self, request: Deployment, view: View) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What an operation on the StackSet is made with."""
        from msgspec.structs import replace

        from tapgen.deploy.stack_sets.target import target_of

        kept = replace(request, regions=(self.environment.home_region,))
        return (kept, self.client, view, target_of(self.environment)), {"elsewhere": self.reach}

    def _connect(self, region: str, role: str = "") -> AwsClient:
        from tapgen.deploy.aws.session import connect

        kept = self.environment.stack_set
        call_as = "DELEGATED_ADMIN" if kept and kept.delegated_administrator else ""
        deploy_role = role or self.environment.deploy_role or ""
        return connect(self._profile, region, deploy_role=deploy_role, call_as=call_as)


def deploy(home: Home, request: Deployment, view: View, *, yes: bool) -> Outcome:
    """Deploy it; the question names what it goes to."""
    from tapgen.deploy.stack_sets.deploy import DeployStackSet

    def confirm(plan: Plan) -> bool:
        return yes or aws_options.ask(f"Execute on the StackSet {plan.stack_name} in {plan.account} {plan.region}?")

    given, named = home.arguments(request, view)
    return DeployStackSet(*given, **named).run(confirm, home.reach.regions(home.environment.target_regions))


def destroy(
    home: Home, request: Deployment, view: View, confirm: Callable[[Question], bool], accounts: tuple[str, ...]
) -> Outcome:
    """Delete it, or the stacks of some accounts."""
    from tapgen.deploy.stack_sets.destroy import DestroyStackSet

    given, named = home.arguments(request, view)
    return DestroyStackSet(*given, **named).run(confirm, accounts)


def watch(home: Home, request: Deployment, view: View) -> Outcome:
    """Follow the operation under way."""
    from tapgen.deploy.stack_sets.watch import WatchStackSet

    given, named = home.arguments(request, view)
    return WatchStackSet(*given, **named).run()


def cancel(home: Home, request: Deployment, view: View) -> Outcome:
    """Stop the operation under way."""
    from tapgen.deploy.stack_sets.watch import StopStackSet

    given, named = home.arguments(request, view)
    return StopStackSet(*given, **named).run()


def status(home: Home) -> dict[str, Any]:
    """Its state in words."""
    from tapgen.deploy.aws.polling import SYSTEM_CLOCK
    from tapgen.deploy.stack_sets.reports import set_status

    return set_status(home.client, home.environment.stack_name, home.environment.reference, SYSTEM_CLOCK)


def status_rows(row: dict[str, Any]) -> dict[str, Any]:
    """The state for people: a row for each region."""
    from tapgen.deploy.stack_sets.reports import counted

    regions = {f"in_{region}": counted(counts) for region, counts in row.get("regions", {}).items()}
    return {
        name: value
        for key, one in row.items()
        for name, value in (regions.items() if key == "regions" else [(key, one)])
    }


def events(home: Home, *, everything: bool, as_json: bool) -> None:
    """Print what the last operation did to each stack, failures first, or every operation in a line."""
    from tapgen.deploy.aws.polling import SYSTEM_CLOCK
    from tapgen.deploy.stack_sets.reports import all_operations, last_results

    if everything:
        operations = all_operations(home.client, home.environment.stack_name)
        if as_json:
            aws_options.print_json(list(operations))
        for line in () if as_json else operations:
            aws_options.print_line(line)
        return
    found = last_results(home.client, home.environment.stack_name, SYSTEM_CLOCK)
    if as_json:
        fields = ("account", "region", "status", "reason")
        aws_options.print_json([{name: getattr(one, name) for name in fields} for one in found])
        return
    for one in found:
        reason = f"  {one.reason}" if one.reason else ""
        aws_options.print_line(f"{one.status:<9}  {one.account}  {one.region}{reason}")


def drift(home: Home, *, as_json: bool) -> bool:
    """Print what has drifted; whether anything has."""
    from tapgen.deploy.aws.polling import SYSTEM_CLOCK
    from tapgen.deploy.commands.drift import drift_fields, drift_lines
    from tapgen.deploy.stack_sets.reports import detect_set_drift
    from tapgen.deploy.stack_sets.target import target_of
    from tapgen.template.document import parse

    name = home.environment.stack_name
    known = home.client.stack_set(name)
    if known is None:
        raise UsageError(
            f"there is no StackSet {name} in {home.client.region}", "Check --env, --region and the profile."
        )
    document = parse(known.template, name)
    preferences = target_of(home.environment).preferences
    operation, found = detect_set_drift(home.client, name, preferences, SYSTEM_CLOCK)
    counts = operation.drift
    if as_json:
        stacks = [
            {"account": one.account, "region": one.region, "resources": drift_fields(drifts, document, frozenset())}
            for one, drifts in found
        ]
        totals = {"stacks": counts.total, "drifted": counts.drifted, "in_sync": counts.in_sync, "failed": counts.failed}
        aws_options.print_json({**totals, "drifted_stacks": stacks})
        return bool(counts.drifted)
    aws_options.print_line(
        f"{name}: {counts.drifted} of {counts.total} stacks have drifted, {counts.in_sync} are in sync, "
        f"{counts.failed} could not be looked at"
    )
    for one, drifts in found:
        aws_options.print_line(f"{one.account} {one.region}")
        for line in drift_lines(drifts, document, frozenset(), home.environment.reference):
            aws_options.print_line(f"  {line}")
    if counts.drifted > len(found):
        aws_options.print_line(f"and {counts.drifted - len(found)} more stacks")
    return bool(counts.drifted)


def outputs(home: Home, *, as_json: bool) -> None:
    """Print the outputs of each stack whose account can be asked."""
    from tapgen.deploy.aws.polling import SYSTEM_CLOCK
    from tapgen.deploy.stack_sets.reports import set_outputs
    from tapgen.deploy.views.lines import output_lines

    closed = 0
    rows = []
    for one, found in set_outputs(home.client, home.environment.stack_name, home.reach, SYSTEM_CLOCK):
        if found is None:
            closed += 1
        elif as_json:
            values = {output.key: output.value for output in found}
            rows.append({"account": one.account, "region": one.region, "outputs": values})
        else:
            aws_options.print_line(f"{one.account} {one.region}")
            for line in output_lines(found):
                aws_options.print_line(f"  {line}")
    if as_json:
        aws_options.print_json(rows)
    if closed:
        aws_options.print_line(
            f"{closed} stacks could not be asked; stack_set.inspection_role names a role in each account that may be.",
            err=True,
        )


def refuse(environment: Environment) -> None:
    """Refuse a command that has to do with one stack.

    Raises:
        UsageError: the environment is a StackSet.
    """
    if environment.is_stack_set:
        raise UsageError(
            f"{environment.reference} is a StackSet: this command goes with one stack",
            "Use it in an environment without `accounts` and `organizational_units`.",
        )
