"""The view on a terminal: finished resources scroll by, what is under way stays below with its time."""

from __future__ import annotations

import errno
import os
from threading import RLock
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from tapgen.deploy.stack.progress import Progress, under_way
from tapgen.deploy.views.lines import checked_lines, event_line, outcome_lines, output_lines, plan_lines
from tapgen.deploy.views.rollout import rollout_lines
from tapgen.deploy.views.wrapping import wrapped
from tapgen.printable import printable

if TYPE_CHECKING:
    from typing import TextIO

    from rich.console import RenderableType

    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.views.rollout import Rollout

_ROWS = 8  # resources under way that are shown at once; the longest wait comes first


class _Terminal(Console):
    """A console whose broken pipe is an error like any other: rich would leave the program on the spot."""

    def on_broken_pipe(self) -> None:
        """Raise what rich has caught."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


class Board:
    """One terminal for all regions: `view(region)` is the region's own part of it. NO_COLOR is honoured by rich."""

    def __init__(self, out: TextIO, err: TextIO, clock: Clock) -> None:
        self.out = _Terminal(file=out, highlight=False, soft_wrap=True)
        self.err = _Terminal(file=err, highlight=False, soft_wrap=True)
        self._clock = clock
        self._parts: dict[str, tuple[str, Progress, float]] = {}
        self._rollout: tuple[Rollout, float] | None = None
        self._live: Live | None = None
        self._lock = RLock()

    def view(self, region: str) -> LiveView:
        """The view of a region; '' where there is only one."""
        return LiveView(self, region)

    def show(self, region: str, progress: Progress) -> None:
        """Take a region's progress into the part that stays."""
        with self._lock:
            title, _, begun = self._parts.get(region, (region, progress, self._clock.now()))
            self._parts[region] = (title, progress, begun)
            self._refresh()

    def show_rollout(self, rollout: Rollout) -> None:
        """Take the counts of a StackSet's stacks into the part that stays."""
        with self._lock:
            begun = self._rollout[1] if self._rollout else self._clock.now()
            self._rollout = (rollout, begun)
            self._refresh()

    def _refresh(self) -> None:
        if self._live is None:
            self._live = Live(get_renderable=self.render, console=self.err, refresh_per_second=4, transient=True)
            self._live.start()
        else:
            self._live.refresh()

    def drop(self, region: str) -> None:
        """A region is over."""
        with self._lock:
            self._parts.pop(region, None)
            self._rollout = None
            if not self._parts:
                self.stop()

    def stop(self) -> None:
        """Give the terminal back; what scrolled by stays."""
        with self._lock:
            if self._live is not None:
                self._live.stop()
                self._live = None

    def render(self) -> RenderableType:
        """What stays at the bottom."""
        with self._lock:
            parts, rollout = list(self._parts.values()), self._rollout
        lines = [line for title, progress, begun in parts for line in self._part(title, progress, begun)]
        lines += self._rollout_part(*rollout) if rollout else []
        for line in lines:  # a line that wraps would make the part that stays jump
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    def _rollout_part(self, rollout: Rollout, begun: float) -> list[Text]:
        head = f"{rollout.done}/{rollout.total} stacks  {self._clock.now() - begun:.0f} s"
        return [Text(head, style="bold"), *(Text(f"  {line}", style="cyan") for line in rollout_lines(rollout))]

    def _part(self, title: str, progress: Progress, begun: float) -> list[Text]:
        now = self._clock.now()
        total = max(progress.total, len(progress.latest))
        head = f"{title}  " if title else ""
        lines = [Text(f"{head}{progress.done}/{total} resources  {now - begun:.0f} s", style="bold")]
        for event, since in progress.running[:_ROWS]:
            lines.append(
                Text(printable(f"  {event.status:<20}  {event.logical_id}  {now - since:.0f} s"), style="cyan")
            )
        more = len(progress.running) - _ROWS
        return [*lines, Text(f"  and {more} more")] if more > 0 else lines


class LiveView:
    """The View of one region on a Board."""

    def __init__(self, board: Board, region: str) -> None:
        self._board = board
        self._region = region
        self._prefix = f"[{region}] " if region else ""

    def step(self, text: str) -> None:
        """See View."""
        self._say(text, "dim")

    def warn(self, text: str) -> None:
        """See View."""
        self._say(f"Warning: {text}", "yellow")

    def checked(self, checked: CheckResult) -> None:
        """See View."""
        for line in checked_lines(checked):
            self._say(line, "red" if line.lstrip().startswith("error ") else "")

    def plan(self, plan: Plan) -> None:
        """See View."""
        self._board.drop(self._region)
        colours = {one.action.sign: one.action.colour for one in plan.changes}
        for line in plan_lines(plan):
            self._print(self._board.out, line, colours.get(line.strip()[:1], ""))

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        self._board.show(self._region, progress)
        if not under_way(event.status):
            self._say(event_line(event, progress), _style(event.status))

    def rollout(self, rollout: Rollout) -> None:
        """See View."""
        self._board.show_rollout(rollout)

    def pulse(self, progress: Progress) -> None:
        """See View."""
        self._board.show(self._region, progress)

    def outcome(self, outcome: Outcome) -> None:
        """See View."""
        self._board.drop(self._region)
        lines = outcome_lines(outcome)
        self._say(lines[0], "bold green" if outcome.ok else "bold red" if outcome.failed else "yellow")
        for line in lines[1:]:
            self._say(line, "")
        if outcome.ok:
            for line in output_lines(outcome.outputs):
                self._board.out.print(Text(printable(f"{self._prefix}{line}")))  # values are there to be copied

    def _say(self, text: str, style: str) -> None:
        self._print(self._board.err, text, style)

    def _print(self, console: Console, text: str, style: str) -> None:
        for line in wrapped(printable(f"{self._prefix}{text}"), console.width):
            console.print(Text(line, style=style))


def _style(status: str) -> str:
    if status.endswith("_FAILED"):
        return "red"
    return "green" if status.endswith("_COMPLETE") and "ROLLBACK" not in status else "yellow"
