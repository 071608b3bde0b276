"""What `sync` changes past CloudFormation beside functions, and how a deployment puts all of it right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.aws.error_codes import unknown_operation
from tapgen.deploy.aws.errors import AwsError, DeniedError
from tapgen.deploy.commands.function_update import TAG, bring
from tapgen.deploy.plan.function_changes import FUNCTION, wanted
from tapgen.deploy.plan.known_values import known_values
from tapgen.deploy.plan.sync_changes import STATE_MACHINE, alias_of, definition_text, version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.commands.function_update import Zips
    from tapgen.deploy.plan.known_values import KnownValues
    from tapgen.template.document import Document


def put_right(client: Client, stack: Stack, document: Document, zips: Zips, clock: Clock) -> tuple[str, ...]:
    """Give what `sync` has changed what the template says; the logical ids.

    CloudFormation cannot do it where the template is as it was before: it does not know that something else runs.
    """
    marked = marked_resources(client)
    if not marked:
        return ()
    known = known_values(stack, client.resources(stack.arn), {})
    done = []
    for logical_id, physical in known.physical.items():
        arn = next((one for one in marked if physical in {one, one.rpartition(":")[2]}), "")
        if not arn or logical_id not in document["Resources"]:
            continue
        if known.types[logical_id] == FUNCTION:
            bring(client, physical, wanted(document, logical_id, known), zips, clock)
            _show_deployed_version(client, document, logical_id, known)
            client.untag_function(arn, TAG)
            done.append(logical_id)
        elif known.types[logical_id] == STATE_MACHINE:
            definition = definition_text(document, logical_id, known)
            if definition is not None:
                client.update_state_machine(arn, definition)
                client.untag_state_machine(arn, TAG)
                done.append(logical_id)
    return tuple(done)


def _show_deployed_version(client: Client, document: Document, function: str, known: KnownValues) -> None:
    """Let a function's alias show the version that CloudFormation has published."""
    alias, version = alias_of(document, function), known.physical.get(version_of(document, function), "")
    if alias and version:
        client.update_alias(known.physical[function], _name(document, alias), version.rpartition(":")[2])


def show_new_version(client: Client, document: Document, function: str, physical: str) -> str:
    """Publish a function as it is now and let its alias show that; the version, '' where it has no alias."""
    alias = alias_of(document, function)
    if not alias:
        return ""
    version = client.publish_version(physical)
    client.update_alias(physical, _name(document, alias), version)
    return version


def _name(document: Document, alias: str) -> str:
    name: str = document["Resources"][alias]["Properties"]["Name"]
    return name


def published(known: KnownValues, layers: Mapping[str, str]) -> KnownValues:
    """What is known, with the ARNs of layers that were published just now."""
    return replace(known, physical={**known.physical, **layers})


def marked_resources(client: Client) -> tuple[str, ...]:
    """The ARNs of what `sync` has changed; none where that may not, or cannot, be asked."""
    try:
        return client.tagged_resources(TAG)
    except AwsError as error:
        if isinstance(error, DeniedError) or unknown_operation(error):
            return ()
        raise
