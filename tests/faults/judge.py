"""Four questions to the end of a command: is its exit code true, and what was left, said and possible afterwards?"""

from __future__ import annotations

import signal
from dataclasses import replace

from tapgen.errors import ExitCode

PARTLY = (
    "it is not protected",
    "Brought up to date before",
    "may have been changed in part",
    "had begun is done",
    "half done",
    "is outside of the stack",
    "its stacks are deleted",
    "-east-1] tapgen-bootstrap is CREATE_COMPLETE",
    "-west-1] tapgen-bootstrap is CREATE_COMPLETE",
    "the rename is done",
)
"""Words that say of a failure that something was done."""
EMPTY = {"GetStackPolicy", "Invoke"}
"""Operations whose empty answer means something: there is none; what a function answers is its own."""
GOES_ON = "goes on: "
"""The end of the sentence that says that AWS is at it without us."""
OPEN = ("stack policy", "termination protection", "not protected")
"""Words that say that a stack is less protected than it was."""


def judged(scene, stage, before, after, done):
    """What is wrong by the first three questions: the exit code, a traceback, what is left behind in silence."""
    said = done.out + done.err
    if "Traceback" in said or done.code == -1:
        yield "a traceback"
    if not scene.reads:
        yield from untrue(scene, stage, before, after, done)
    if done.code == -signal.SIGKILL:
        return
    for one in after.left_behind(before):
        if (
            done.code != ExitCode.CONTINUES
            and "is not known" not in said
            and "left behind" not in said
            and "waits; nothing was executed" not in said
        ):
            yield f"{one} is left behind in silence"
    for one in after.less_protected(before):
        if not any(word in said for word in OPEN):
            yield f"{one}, in silence"


def untrue(scene, stage, before, after, done):
    """What the exit code says and is not so; a process that was killed says nothing."""
    if done.code == -signal.SIGKILL:
        return
    said = done.out + done.err
    nothing = replace(after, stacks=shown(after)) == replace(before, stacks=shown(before))
    if done.code == ExitCode.OK:
        if not scene.wanted(stage, after):
            yield "it says that it worked, and it did not"
    elif done.code == ExitCode.CONTINUES or (done.code == ExitCode.INTERRUPTED and GOES_ON in said):
        if nothing and "is not known" not in said:
            yield "it says that it goes on, and nothing had begun"
    elif not nothing and not any(word in said for word in PARTLY):
        yield "it says that it failed, and something was done"


def said_otherwise(at, done, empty):
    """What a command that only reads says and is not so; `empty` is the operation that was answered with nothing."""
    if done.code == at.scene.code and done.out != at.out and empty not in EMPTY:
        yield f"it says that it worked, and says something else: {done.out!r}"


def shown(found):
    """The stacks without what is asked for apart: change sets and protection."""
    return {
        name: replace(one, change_sets=(), policy="", protected=False)
        for name, one in found.stacks.items()
        if one.status != "REVIEW_IN_PROGRESS"
    }


def repeated(at, after, again):
    """What is wrong by the fourth question: the same command again, unless there is nothing left to do, which it says."""
    if at.scene.wanted(at.stage, after) and at.scene.once:
        return
    done, state = again()
    if done.code != ExitCode.OK or not at.scene.wanted(at.stage, state):
        yield f"the same command again: {done.code} {done.err.strip().splitlines()[-3:]}"
