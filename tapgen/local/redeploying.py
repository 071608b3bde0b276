"""A change on disk, brought to the embedded AWS: a function's code alone where nothing else has changed."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tapgen import naming
from tapgen.local.deployment import clients, deploy_prepared, prepare
from tapgen.local.session import look
from tapgen.local.watching import state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.artifacts.installations import Installer
    from tapgen.deploy.views.view import View
    from tapgen.local.deployment import Prepared
    from tapgen.local.emulator import Emulator
    from tapgen.local.session import Deployed
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document

_FUNCTION = "AWS::Lambda::Function"


class Redeployment:
    """Deploys an environment again and again; it knows what it has deployed last."""

    def __init__(
        self,
        emulator: Emulator,
        view: Callable[[str], View],
        installer: Installer,
        prepared: Prepared,
        stack: ExitStack,
    ) -> None:
        self._emulator = emulator
        self._stack = stack
        self._view = view
        self._installer = installer
        self._last: Prepared | None = prepared
        self._states: dict[str, object] = {}
        """What each package was made from, by its parameter."""
        self._marked: set[tuple[str, str]] = set()
        """Region and name of the functions that run other code than CloudFormation knows."""

    def deploy(self, environment: Environment) -> Deployed | None:
        """What is deployed then; None where that failed.

        Raises:
            TapgenError: it cannot be rendered, packed or deployed; the next time everything is deployed.
        """
        from tapgen.deploy.commands.function_update import MAX_ZIPPED

        last, self._last = self._last, None
        states = packed_from(environment)  # before it is packed: what changes meanwhile counts the next time
        same = {parameter for parameter, state in states.items() if self._states.get(parameter) == state}
        known = {one.parameter: one for one in last.packages if one.parameter in same} if last else {}
        prepared = prepare(environment, self._stack, self._installer, known)
        functions = code_alone(last, prepared) if last else None
        zips = zipped_functions(prepared, functions or ())
        if functions is None or any(len(one) > MAX_ZIPPED for one in zips.values()):
            self._marked.clear()
            deployed = deploy_prepared(prepared, self._emulator, self._view)[1]
        else:
            deployed = self._update(prepared, functions, zips)
        self._last, self._states = (prepared, states) if deployed else (None, {})
        return deployed

    def _update(self, prepared: Prepared, functions: tuple[str, ...], zips: Mapping[str, bytes]) -> Deployed:
        """As `sync` does it: by its mark the next whole deployment sees which functions to put right."""
        from tapgen.deploy.commands.function_update import TAG

        began = time.monotonic()
        found = [
            look(prepared.environment, one, self._emulator) for one in clients(prepared.environment, self._emulator)
        ]
        for deployed in found:
            physical = deployed.of_type(_FUNCTION)
            for logical_id in functions:
                name, client = physical[logical_id], deployed.client
                if (client.region, name) not in self._marked:
                    client.tag_function(client.function(name).arn, TAG)
                    self._marked.add((client.region, name))
                client.update_code(name, zips[logical_id])
        said = f"{', '.join(functions)}: new code, {time.monotonic() - began:.1f} s"
        self._view("").step(said if functions else "Nothing that is deployed has changed")
        return found[0]


def packed_from(environment: Environment) -> dict[str, object]:
    """What each function's package follows from: its settings, and the state of its files."""
    return {
        naming.code_key(name): (function, state_of(function, environment.root))
        for name, function in environment.functions.items()
    }


def zipped_functions(prepared: Prepared, functions: tuple[str, ...]) -> dict[str, bytes]:
    """The packages by the function's logical id; one that several functions have is made once."""
    from tapgen.deploy.artifacts.packages import zipped

    packages = {one.parameter: one for one in prepared.packages}
    made: dict[str, bytes] = {}
    found = {}
    for logical_id in functions:
        code = _code(prepared.here.document, logical_id)
        if "ZipFile" in code:
            found[logical_id] = zipped([("index.py", [code["ZipFile"].encode()])])
            continue
        package = packages[code["S3Key"]["Ref"]]
        if package.key not in made:
            made[package.key] = package.body()
        found[logical_id] = made[package.key]
    return found


def code_alone(before: Prepared, after: Prepared) -> tuple[str, ...] | None:
    """The logical ids of the functions whose code has changed; None where something else has changed too."""
    if _without_code(before.here.document) != _without_code(after.here.document):
        return None
    keys = {one.parameter: one.key for one in before.packages}
    packed = {one.parameter for one in after.packages if keys.pop(one.parameter, None) != one.key} | keys.keys()
    changed = []
    for logical_id in _functions(after.here.document):
        old, new = _code(before.here.document, logical_id), _code(after.here.document, logical_id)
        key = new.get("S3Key")
        named = key.get("Ref") if isinstance(key, dict) else None
        if old != new or named in packed:
            changed.append(logical_id)
            packed.discard(str(named))
    return None if packed else tuple(changed)  # what is left is a Lambda layer's


def _functions(document: Document) -> list[str]:
    return [name for name, resource in document["Resources"].items() if resource["Type"] == _FUNCTION]


def _code(document: Document, logical_id: str) -> Mapping[str, Any]:
    code: Mapping[str, Any] = document["Resources"][logical_id].get("Properties", {}).get("Code", {})
    return code


def _without_code(document: Document) -> Document:
    """The document without what its functions run inline; how a function is packed counts."""
    resources = dict(document["Resources"])
    for name in _functions(document):
        properties = resources[name].get("Properties", {})
        if "ZipFile" in properties.get("Code", {}):
            resources[name] = resources[name] | {"Properties": properties | {"Code": {"ZipFile": ""}}}
    return document | {"Resources": resources}
