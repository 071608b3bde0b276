"""How long the check takes: alone, beside cfn-lint, and on large sources."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from harness import ROOT, TAPGEN, compare, header, row, seconds

from tapgen.proof.calls import analyse

CFN_LINT = str(Path(sys.executable).parent / "cfn-lint")
MODULE = """
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


class Store{number}:
    def __init__(self, table):
        self.table = table

    def save(self, item):
        if item.get("old"):
            self.table.delete_item(Key=item["key"])
        return self.table.put_item(Item=item)


def call{number}(event):
    store = Store{number}(table)
    for item in event["items"]:
        store.save(dict(item, number={number}))
    return {{"count": len(event["items"])}}
"""


def main() -> None:
    """Print every figure of the check."""
    header("Check")
    took = seconds([TAPGEN, "check", "--env", "dev", "--no-lint"])
    row("tapgen check --env dev --no-lint", f"{took * 1000:.0f} ms", "", f"{took:.2f} s", "≤ 0.35 s")
    template = str(ROOT / "templates_out" / "dev.yaml")
    compare("whole check, beside cfn-lint alone", [TAPGEN, "check", "--env", "dev"], [CFN_LINT, template], 1.25, runs=5)
    small, large = analysis(5_000), analysis(20_000)
    row("analysis of a package of 5,000 lines", f"{small * 1000:.0f} ms", "", f"{small:.2f} s", "≤ 1 s")
    row(
        "20,000 lines beside 5,000",
        f"{large * 1000:.0f} ms",
        f"{small * 1000:.0f} ms",
        f"{large / small:.1f} ×",
        "≤ 5 ×",
    )


def analysis(lines: int) -> float:
    """Seconds to analyse a package of so many lines, spread over modules of about 25 lines that are all called."""
    count = lines // len(MODULE.splitlines())
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            Path(folder, f"part{number}.py").write_text(MODULE.format(number=number))
        imports = "".join(f"from part{number} import call{number}\n" for number in range(count))
        calls = "".join(f"    call{number}(event)\n" for number in range(count))
        Path(folder, "index.py").write_text(f"{imports}\n\ndef handler(event, context):\n{calls}")
        start = time.perf_counter()
        found = analyse(Path(folder), "index.handler")
        took = time.perf_counter() - start
    assert len(found.calls) == 2 * count, len(found.calls)
    return took


if __name__ == "__main__":
    main()
