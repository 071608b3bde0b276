"""What people meet who deploy or destroy one stack at once, as AWS has it: a stack in review is one stack for all.

Sources: the API reference of CreateChangeSet, `ChangeSetType` and `ClientToken`; the words by which operations are
refused stand in public issues, such as aws/aws-toolkit-azure-devops#317 and stratospheric-dev/stratospheric#21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = tuple[int, dict[str, str], bytes]

REVIEW = "REVIEW_IN_PROGRESS"
_UPDATING = re.compile(r"UPDATE_(.*_)?IN_PROGRESS")
_DELETING = re.compile("DELETE_IN_PROGRESS")
_NOT_UPDATED = "Stack:{stack} is in {status} state and can not be updated."
_REFUSED = {
    "DeleteStack": (_UPDATING, "Stack [{stack}] cannot be deleted while in status {status}"),  # it ends a creation
    "CreateChangeSet": (_DELETING, _NOT_UPDATED),
    "ExecuteChangeSet": (_DELETING, _NOT_UPDATED),
}
"""Operation -> the statuses in which AWS refuses it and ministack does not, and AWS's words."""


def correct(cloudformation: Any, handlers: Any) -> None:  # modules without types
    """Change how ministack, which is pinned to one version and has no other hook, makes a change set.

    It gives each change set of a new stack a stack of its own under the same name, so that of several people who
    deploy at once even the winner's stack is gone; and it takes a request that is sent again for another one.
    """
    table = handlers._ACTION_HANDLERS  # noqa: SLF001 - as above
    make = table["CreateChangeSet"]
    given: dict[tuple[str, str], tuple[str, Answer]] = {}  # by stack and token: the change set's ARN, and the answer

    def made(params: dict[str, Any]) -> Answer:
        asked = (_one(params, "StackName"), _one(params, "ClientToken"))
        change_set, answer = given.get(asked, ("", None))
        if answer and change_set in cloudformation._change_sets:  # noqa: SLF001 - as above
            return answer
        change_set, answer = _in_one_stack(cloudformation, make, params, asked[0])
        if change_set and asked[1]:
            given[asked] = (change_set, answer)
        return answer

    table["CreateChangeSet"] = made
    for name, (while_it, words) in _REFUSED.items():
        table[name] = _refused(cloudformation, handlers, table[name], while_it, words)


def _in_one_stack(
    cloudformation: Any, make: Callable[[dict[str, Any]], Answer], params: dict[str, Any], name: str
) -> tuple[str, Answer]:
    """The change set's ARN ("" where none was made), and the answer; a stack in review stays the one that it was."""
    stacks, sets = cloudformation._stacks, cloudformation._change_sets  # noqa: SLF001 - as in `correct`
    before, known = stacks.get(name), set(sets)
    status, headers, body = make(params)
    change_set = next((arn for arn in sets if arn not in known), "")
    if before is None or before["StackStatus"] != REVIEW or stacks.get(name) is before:
        return change_set, (status, headers, body)
    another = stacks.get(name)  # None where the request was refused
    stacks[name] = before
    if another:
        cloudformation._stack_events.pop(another["StackId"], None)  # noqa: SLF001 - as in `correct`
        sets[change_set]["StackId"] = before["StackId"]
        body = body.replace(another["StackId"].encode(), before["StackId"].encode())
    return change_set, (status, headers, body)


def _refused(
    cloudformation: Any, handlers: Any, call: Callable[[dict[str, Any]], Answer], while_it: re.Pattern[str], words: str
) -> Callable[[dict[str, Any]], Answer]:
    """An operation that is refused while its stack is in some status, in AWS's words."""

    def called(params: dict[str, Any]) -> Answer:
        named = {_one(params, "StackName"), _one(params, "ChangeSetName")}
        named |= {one["StackId"] for arn, one in cloudformation._change_sets.items() if arn in named}  # noqa: SLF001 - as in `correct`
        for stack in cloudformation._stacks.values():  # noqa: SLF001 - as in `correct`
            status = stack["StackStatus"]
            if named & {stack["StackName"], stack["StackId"]} and while_it.fullmatch(status):
                text = words.format(stack=stack["StackId"], status=status)
                return handlers._error("ValidationError", text)  # type: ignore[no-any-return]  # noqa: SLF001 - as in `correct`
        return call(params)

    return called


def _one(params: dict[str, Any], name: str) -> str:
    """A value of a request, which has a list for each name."""
    value = params.get(name, "")
    return str(value[0]) if isinstance(value, list) and value else str(value or "")
