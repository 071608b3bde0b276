"""Write the table "rule -> tests" of docs/deployment.md from the tests' `rule` markers: run it after a change there."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/deployment.md"
BEGIN, END = "<!-- rules: scripts/deployment_rules.py -->\n", "<!-- /rules -->\n"

RULES = {
    1: "A stack in REVIEW_IN_PROGRESS is no stack: CREATE it; remove only an empty one of our own making",
    2: "After the execution the stack is polled by ARN; REVIEW_IN_PROGRESS is never an end",
    3: "ROLLBACK_COMPLETE is cleared only with our tags and without a kept resource, never by a read-only command",
    4: "A failed roll-back is continued by `recover`; skipping needs the resource's name; nothing is deleted",
    5: "A running operation is named with its start and token; `--wait` queues behind it",
    6: "One table has every stack status of the service model, and a test fails when there is a new one",
    7: "Resources that the clean-up could not delete are listed",
    8: "No changes: told by status and reason or by an error, exit 0, the change set is deleted",
    9: "Changes of outputs or tags alone are said",
    10: "A change set is described with and without property values, and both are merged",
    11: "Every page is read; of several details for one property the worst counts",
    12: "An unknown action of a change is shown as it is",
    13: "Failed validations and hooks are read from DescribeEvents",
    14: "Change sets have random names and a token; a set that we did not make is never deleted",
    15: "Declined: the change set and our own empty stack go; an exit code of its own",
    16: "Before the execution: still AVAILABLE, and the deployed template still the one the plan was made from",
    17: "A change set may take ten minutes, then it is deleted",
    18: "ARNs after the first call",
    19: "Ctrl-C: before the execution all is taken back, after it the way back is shown; a second one leaves at once",
    20: "Events are paged to a known id, and told once by id alone",
    21: "Our operation is known by its token, never by a local time",
    22: "The stack's status decides, events are best effort; ten attempts; throttling stretches the interval",
    23: "Expired credentials, a lost network, a time-out: the deployment continues, with an exit code of its own",
    24: "Every end has its exit code, and every exit code its test",
    25: "Only the right code with the right words means that a stack does not exist",
    26: "The root cause comes first, with the source line of the layer that made the resource",
    27: "Account and region are checked with STS before any write; destroying a missing stack is no success",
    28: "Termination protection comes after success, and goes only by name",
    29: "The least capabilities are computed from the template, never CAPABILITY_AUTO_EXPAND",
    30: "A stack policy keeps stateful resources; an allowed loss passes by a policy for that resource and update only",
    31: "A custom-named resource that must be replaced is refused before the change set",
    32: "Two index changes of a table in one update, or another key type, are refused before the change set",
    33: "The API's deployment has a logical id that follows everything it publishes",
    34: "An export that goes or changes while another stack imports it is refused",
    35: "A resource that exists already names `--import-existing`",
    36: "`drift` tells what differs and what cannot be known; the plan names what it overwrites",
    37: "What cannot be deleted is listed with the reason; `--retain`; slow deletions are told before, and waited for",
    38: "A template over 51,200 bytes is uploaded, over 1 MB or 500 resources refused before any call",
    39: "Every call of the bucket names its owner; the bucket is private, versioned, encrypted, TLS only",
    40: "A package is the same bytes for the same source; a rename is a change",
    41: "Templates are compared by meaning, and never changed by it",
    42: "Secrets are masked in every output",
    43: "A deletion is proven by the stack's ARN; a stack that vanished proves nothing",
    44: "The cause in a nested stack is followed",
    45: "Every parameter is sent with its value",
}


def tests() -> dict[int, list[str]]:
    """Rule -> the tests that show it, as file::function."""
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "tests/unit/deploy").glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.rule":
                    number = ast.literal_eval(decorator.args[0])
                    found.setdefault(number, []).append(f"{path.stem.removeprefix('test_deploy_')}::{node.name}")
    return found


def table() -> str:
    """The table, rule by rule."""
    shown = tests()
    lines = ["| | rule | tests in `tests/unit/deploy/test_deploy_*.py` |", "|---:|---|---|"]
    for number, rule in RULES.items():
        names = "<br>".join(f"`{name.replace('::test_', '::')}`" for name in sorted(shown.get(number, ())))
        lines.append(f"| {number} | {rule} | {names} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page with the table as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
