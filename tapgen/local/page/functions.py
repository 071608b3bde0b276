"""Functions started by hand, with a sample of what starts them on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.samples.application import Application, Where
from tapgen.samples.register import available, make, word
from tapgen.samples.sample import Given
from tapgen.template.model import understand

if TYPE_CHECKING:
    from tapgen.local.address import Address
    from tapgen.local.session import Deployed


class Samples:
    """The samples of a deployed application, with the names that it has here; rendered when the first one is wanted."""

    def __init__(self, deployed: Deployed, address: Address) -> None:
        self._deployed = deployed
        self._address = address
        self._application: Application | None = None

    def kinds(self) -> list[dict[str, Any]]:
        """Each kind that there is a part for, with the names of the parts."""
        return [
            {"kind": sample.kind, "title": sample.title, "of": word(sample), "names": names}
            for sample, names in available(self._made().template)
        ]

    def event(self, kind: str, name: str) -> Any:
        """The event of a kind from a part.

        Raises:
            UsageError: there is no such kind or part.
        """
        return make(self._made(), kind, name or None, Given(), self._deployed.environment.logical_id)

    def _made(self) -> Application:
        if self._application is None:
            from tapgen import render

            environment = self._deployed.environment
            document = render.render(environment).document
            physical = {one.logical_id: one.physical_id for one in self._deployed.resources}
            where = Where(environment.stack_name, self._address.account, self._deployed.client.region, "aws", physical)
            self._application = Application(understand(document), where, document)
        return self._application
