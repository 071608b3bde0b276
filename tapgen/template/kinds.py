"""The kinds of parts, each with all that its type's row says of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tapgen.template.type_rows import TYPES

if TYPE_CHECKING:
    from tapgen.template.types import Arn, Gives, PartKind, ResourceType


class Kind(Struct, frozen=True):
    """A kind of part: its type, and what the type's row says."""

    type: str
    row: ResourceType
    part: PartKind
    form: Arn

    @property
    def word(self) -> str:
        """Its table in the settings."""
        return self.part.word

    @property
    def prefix(self) -> str:
        """Its service's prefix in IAM."""
        return self.form.service

    def reference(self, what: Gives) -> str:
        """How a template gets that of one of its own: "Ref", an attribute, or "" where CloudFormation has none."""
        if self.row.ref == what:
            return "Ref"
        return next((name for name, gives in self.row.attributes.items() if gives == what), "")

    def resource(self, name: str) -> str:
        """The last field of the ARN of one of that name; a name that is a path brings its slash with it."""
        form = self.form.resource.replace("/{}", "{}") if name.startswith("/") else self.form.resource
        return form.format(name)

    def acts_on(self, action: str) -> str:
        """The IAM resource type of its forms that an action acts on, the first of several; the part itself else."""
        first = next(iter(self.part.forms))
        if len(self.part.forms) == 1:
            return first
        from tapgen.template import catalogue

        known = catalogue.action(action)
        types = {type_.name for type_ in known.resource_types} if known else set()
        return next((form for form in self.part.forms if form in types), first)


KINDS: Final = tuple(Kind(name, row, row.part, row.arn) for name, row in TYPES.items() if row.part and row.arn)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its word in the settings."""
    return {kind.word: kind for kind in KINDS}
