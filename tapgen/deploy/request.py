"""What is to be deployed, and how it ended: the two values at the ends of a deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.aws.model import Output
    from tapgen.deploy.stack.progress import Cause
    from tapgen.template.document import Document

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Package:
    """A function's code: the parameter that takes its object key, the key by its content, and the zip itself."""

    parameter: str
    key: str
    body: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Options:
    """How to deploy. `plan` is the ARN of a reviewed change set; `timeout` in seconds, of the execution."""

    plan_only: bool = False
    plan: str = ""
    allow_loss: frozenset[str] = frozenset()
    detach: bool = False
    wait: bool = False
    import_existing: bool = False
    timeout: float = HOUR


@dataclass(frozen=True, slots=True)
class Deployment:
    """One stack to deploy into one region.

    `account` and `region` are pins, '' for none. `ours` are the tags that tell a stack as this environment's.
    `origins` says for a logical id where it was made, as text. `environment` is the name for --env in messages.
    """

    environment: str
    stack_name: str
    document: Document
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    regions: tuple[str, ...] = ()
    protected: bool = False
    packages: tuple[Package, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation on a stack ended. `causes` has the root cause first; `error` is what ended it early."""

    code: ExitCode
    message: str
    stack_name: str
    region: str = ""
    hint: str = ""
    stack_arn: str = ""
    status: str = ""
    changed: bool = False
    change_set: str = ""
    outputs: tuple[Output, ...] = ()
    causes: tuple[Cause, ...] = ()
    orphans: tuple[str, ...] = ()
    error: TapgenError | None = None

    @property
    def ok(self) -> bool:
        """Whether it ended as asked."""
        return self.code == ExitCode.OK


_WORST_FIRST = (
    ExitCode.STUCK,
    ExitCode.ROLLED_BACK,
    ExitCode.FAILED,
    ExitCode.INTERRUPTED,
    ExitCode.CONTINUES,
    ExitCode.WRONG_TARGET,
    ExitCode.REFUSED,
    ExitCode.BUSY,
    ExitCode.USAGE,
    ExitCode.DECLINED,
)


def worst(outcomes: tuple[Outcome, ...]) -> ExitCode:
    """The exit code of several regions: the end that needs a hand most."""
    codes = {outcome.code for outcome in outcomes}
    return next((code for code in _WORST_FIRST if code in codes), ExitCode.OK)
