"""Routes that API Gateway hands to another service or address itself, without a function in between."""

from typing import Annotated, Literal

from msgspec import Meta

from tapgen.settings.names import Name, TableName
from tapgen.settings.references import Reference
from tapgen.settings.route_tables import Asks

RouteKey = Annotated[str, Meta(min_length=1)]
Place = Annotated[str, Meta(pattern=r"^((path|header|querystring)\.[A-Za-z0-9_.-]+|[A-Za-z0-9_-]{1,128})$")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s?#]+$")]

PARTS: dict[str, str] = {
    "queue": "queues",
    "topic": "topics",
    "bus": "buses",
    "stream": "streams",
    "state_machine": "state_machines",
    "table": "tables",
}
"""What a route may lead to -> the section that has it."""


class DirectRoute(Asks, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A route that leads to a part or an address: API Gateway sends the request's body there, by a role of its own.

    ```toml
    [queues.Orders]

    [api.routes."POST /orders"]
    queue = "Orders"

    [api.routes."ANY /legacy/{proxy+}"]
    url = "https://legacy.example.com/{proxy}"
    ```
    """

    queue: Name | None = None
    """One of `queues`: the body is a message"""
    topic: Name | None = None
    """One of `topics`: the body is a notification (REST)"""
    bus: Name | None = None
    """One of `buses`: the body, an object in JSON, is an event's detail"""
    stream: Name | None = None
    """One of `streams`: the body is a record"""
    state_machine: Name | None = None
    """One of `state_machines`: the body, in JSON, is the input of an execution"""
    table: Name | None = None
    """One of `tables`: GET reads the item, DELETE deletes it, by the parameters of the path that are called like its
    key; anything else is an `action` with a template (REST)
    """
    url: Address | Reference | None = None
    """An address that requests are passed on to, and that answers them; {NAME} is a parameter of the path"""
    action: Literal["GetItem", "DeleteItem", "PutItem", "UpdateItem", "Query", "Scan"] | None = None
    """What is done with the table; unset: by the method"""
    index: TableName | None = None
    """The table's index that a Query or Scan reads"""
    sync: bool = False
    """The answer is the output of the execution, whose state machine is of the type express"""
    source: Annotated[str, Meta(pattern=r"^[^\s\"\\$]{1,256}$")] | None = None
    """Source of the events; needed with a bus"""
    detail_type: Annotated[str, Meta(pattern=r"^[^\"\\$]{1,128}$")] | None = None
    """Type of the events; needed with a bus"""
    group: Place | None = None
    """Message group of a FIFO queue or topic, the partition key of a stream: text, or where the request has it, such as
    "path.customer", "header.X-Customer" or "querystring.customer"
    """
    deduplication: Place | None = None
    """Deduplication id of a FIFO queue or topic that does not go by the content, likewise"""
    template: str | None = None
    """File with a mapping template of one's own in place of tapgen's, in which ${Target} is the part's ARN, of a queue
    its URL, of a stream its name (REST)
    """

    answer: str | None = None
    """File with a mapping template of what is answered where the service took it (REST)"""

    def action_on_table(self, method: str) -> str:
        """What a route of that method does with its table; '' where nobody says."""
        return self.action or {"GET": "GetItem", "DELETE": "DeleteItem"}.get(method, "")

    @property
    def targets(self) -> list[str]:
        """The keys that say where it leads to; exactly one, once the settings are checked."""
        return [key for key in (*PARTS, "url") if getattr(self, key) is not None]

    @property
    def target(self) -> str:
        """The key that says where it leads to: one of PARTS, or url; '' where there is none."""
        return next(iter(self.targets), "")

    @property
    def part(self) -> str:
        """The name of the part that it leads to; '' for an address."""
        return str(getattr(self, self.target)) if self.target in PARTS else ""
