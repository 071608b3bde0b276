"""An environment into the embedded AWS, through the same code as a deployment to AWS."""

from __future__ import annotations

from contextlib import ExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tapgen.errors import ExitCode
from tapgen.local.bodies import with_parts
from tapgen.local.here import as_here, open_here, without_value
from tapgen.local.issuers import trust
from tapgen.local.requirements import install
from tapgen.local.seeds import make_outside, with_values
from tapgen.local.session import Deployed, look
from tapgen.template.intrinsics import canonical
from tapgen.template.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tapgen.deploy.artifacts.installations import Installer
    from tapgen.deploy.aws.operations import AwsClient
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.request import Package
    from tapgen.deploy.views.view import View
    from tapgen.local.emulator import Emulator
    from tapgen.render import Rendered
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document


def clients(environment: Environment, emulator: Emulator) -> list[AwsClient]:
    """A client of the emulator for each region of the environment; for the emulator's own where it names none."""
    from tapgen.deploy.aws.session import connect

    regions = environment.target_regions or (emulator.region,)
    return [connect(region=name, endpoint=emulator.endpoint, credentials=emulator.credentials) for name in regions]


class Prepared(Struct, frozen=True):
    """What can be made of an environment before the embedded AWS is there.

    `rendered` is the template as AWS would get it, `here` as the embedded AWS does.
    """

    environment: Environment
    rendered: Rendered
    here: Rendered
    checked: CheckResult
    packages: tuple[Package, ...]


def prepare(
    environment: Environment,
    stack: ExitStack,
    installer: Installer = install,
    known: Mapping[str, Package] = MappingProxyType({}),
) -> Prepared:
    """Render the environment, check it, pack its functions but the known; what is installed lives with `stack`.

    Raises:
        TapgenError: the template cannot be rendered or a function not packed.
    """
    from tapgen import render
    from tapgen.deploy.artifacts.packages import packages
    from tapgen.deploy.plan.check import check

    rendered = render.render(environment)
    here = rendered if (local := as_here(environment)) == environment else render.render(local)
    here = replace(here, document=with_parts(here.document))
    checked = check(environment, rendered.document, rendered.origins)
    packed = packages(environment, rendered.document, stack, installer, known)
    return Prepared(environment, rendered, here, checked, packed)


def deploy(
    environment: Environment, emulator: Emulator, view: Callable[[str], View], installer: Installer = install
) -> tuple[tuple[Outcome, ...], Deployed | None]:
    """Prepare and deploy an environment: see `prepare` and `deploy_prepared`."""
    with ExitStack() as stack:
        return deploy_prepared(prepare(environment, stack, installer), emulator, view)


def deploy_prepared(
    prepared: Prepared, emulator: Emulator, view: Callable[[str], View]
) -> tuple[tuple[Outcome, ...], Deployed | None]:
    """The outcome for each region, and what is deployed in the first one, None where that failed.

    What is lost is lost on this machine: the guard is told that everything may go, and the check only warns.

    Raises:
        KeyboardInterrupt: Ctrl-C; nothing goes on without us, since the emulator ends with us.
    """
    from tapgen.deploy.artifacts.document import body, fits_inline
    from tapgen.deploy.regions import deploy_regions
    from tapgen.deploy.request import Options, deployment_of

    environment, here = prepared.environment, prepared.here
    targets = clients(environment, emulator)
    for client in targets:
        make_outside(environment, emulator, client.region)
    trust(environment, emulator)
    view("").checked(prepared.checked)
    if prepared.checked.errors:  # what is missing really fails here, which is what somebody may want to see
        view("").warn("`tapgen deploy` refuses this environment as it is; here it goes on.")
    warnings = (*not_attached(prepared.rendered.document), *open_here(environment))
    for line in (*warnings, *without_value(here.document, environment)):
        view("").warn(line)
    request = deployment_of(
        environment,
        replace(here, document=with_values(here.document, environment)),
        parameters=environment.local.parameters,
        options=Options(allow_loss=frozenset(here.document["Resources"]) | _deployed(environment, targets)),
        packages=prepared.packages,
    )
    several = len(targets) > 1
    told = [(client, view(client.region if several else "")) for client in targets]
    if request.packages or not fits_inline(body(request.document)):
        for client, one in told:
            _bootstrap(client, one)
    outcomes = deploy_regions(request, told, confirm=lambda _: True)
    if any(outcome.code == ExitCode.INTERRUPTED for outcome in outcomes):
        raise KeyboardInterrupt
    return outcomes, look(environment, targets[0], emulator) if outcomes[0].ok else None


def not_attached(document: Document) -> Iterator[str]:
    """A sentence for each Lambda layer of a function that is not the stack's own: its content is on AWS alone."""
    resources = document["Resources"]
    for logical_id, resource in resources.items():
        if resource["Type"] != "AWS::Lambda::Function":
            continue
        layers = resource.get("Properties", {}).get("Layers")
        for layer in layers if isinstance(layers, list) else []:
            made = resources.get(layer.get("Ref"), {}) if isinstance(layer, dict) else {}
            if made.get("Type") != "AWS::Lambda::LayerVersion":
                yield (
                    f"{logical_id} runs without the layer {text(canonical(layer))}, which is not on this machine: "
                    "put what it brings into requirements.txt, or make the layer with `lambda_layers`."
                )


def _deployed(environment: Environment, targets: list[AwsClient]) -> frozenset[str]:
    """The logical ids that the stacks have now."""
    stacks = [(client, client.stack(environment.stack_name)) for client in targets]
    return frozenset(one.logical_id for client, stack in stacks if stack for one in client.resources(stack.arn))


def _bootstrap(client: AwsClient, view: View) -> None:
    """The artifact bucket, which on AWS somebody has made before."""
    from tapgen.deploy.artifacts.bootstrap import bootstrap_request
    from tapgen.deploy.run import deploy as deploy_stack
    from tapgen.naming import BOOTSTRAP_STACK

    if client.stack(BOOTSTRAP_STACK) is None:
        deploy_stack(bootstrap_request(), client, view, confirm=lambda _: True)
