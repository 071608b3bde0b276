"""What the tests of the layers ask a document, and what the settings' checks say."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.errors import SettingsError
from tapgen.settings.load import load


def properties(document: dict[str, Any], logical_id: str) -> dict[str, Any]:
    """A resource's properties, without its tags."""
    return {key: value for key, value in document["Resources"][logical_id]["Properties"].items() if key != "Tags"}


def granted(document: dict[str, Any], role: str) -> dict[str, tuple[list[str], list[Any]]]:
    """The actions and resources of each statement of a role, by its Sid."""
    [policy] = document["Resources"][role]["Properties"]["Policies"]
    return {one["Sid"]: (one["Action"], one["Resource"]) for one in policy["PolicyDocument"]["Statement"]}


def refused(project: Any, settings: str) -> list[str]:
    """The problems of settings, a line each."""
    with pytest.raises(SettingsError) as raised:
        load(project(settings))
    return list(raised.value.problems)
