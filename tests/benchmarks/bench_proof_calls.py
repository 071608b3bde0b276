"""How long the analysis of handler sources takes: the shipped handler, and packages of growing size."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tapgen.proof import calls

ROOT = Path(__file__).resolve().parents[2]

MODULE = """import os
import json
import logging
from dataclasses import dataclass

import boto3

logger = logging.getLogger(__name__)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@dataclass
class Item{n}:
    key: str
    count: int = 0


class Repository{n}:
    def __init__(self, target=None):
        self.target = target or table

    @property
    def name(self):
        return self.target.name
{methods}

repository = Repository{n}()


def run(event):
    results = []
{calls}
    return results
"""

METHOD = """
    def save_{m}(self, event, label="item"):
        try:
            item = Item{n}(key=event["key"], count=int(event.get("count", {m})))
            if item.count > {m}:
                logger.info("saving %s", item.key)
                self.target.put_item(Item={{"key": item.key, "count": item.count, "label": label}})
            elif item.key:
                found = self.target.get_item(Key={{"key": item.key}})
                return json.dumps([one for one in found.get("Item", {{}}).items() if one])
            return {{"statusCode": 200, "body": f"{{item.key}}-{m}"}}
        except ValueError as error:
            logger.warning("bad event: %s", error)
            return {{"statusCode": 400}}
"""


def write(folder: Path, lines: int) -> int:
    """A handler package of about that many lines: modules of 20 methods each, all of them called."""
    modules = max(1, lines // 340)
    for n in range(modules):
        methods = "".join(METHOD.format(n=n, m=m) for m in range(20))
        body = "\n".join(f'    results.append(repository.save_{m}(event, "label {m}"))' for m in range(20))
        (folder / f"part{n}.py").write_text(MODULE.format(n=n, methods=methods, calls=body))
    imports = "".join(f"import part{n}\n" for n in range(modules))
    body = "".join(f"    part{n}.run(event)\n" for n in range(modules))
    (folder / "index.py").write_text(f"{imports}\n\ndef handler(event, context):\n{body}")
    return sum(path.read_text().count("\n") for path in folder.glob("*.py"))


def timed(folder: Path, entry_point: str) -> tuple[float, int]:
    """Seconds of the best of three runs, and the number of calls found."""
    best, found = float("inf"), 0
    for _ in range(3):
        start = time.perf_counter()
        found = len(calls.analyse(folder, entry_point).calls)
        best = min(best, time.perf_counter() - start)
    return best, found


def main() -> int:
    """Print one row for each source."""
    start = time.perf_counter()
    calls.analyse(ROOT / "handler", "index.handler")
    print(f"shipped handler, first run (imports and models read)  {1000 * (time.perf_counter() - start):8.1f} ms")
    print(
        f"shipped handler, models in memory                     {1000 * timed(ROOT / 'handler', 'index.handler')[0]:8.1f} ms"
    )
    for wanted in (1250, 2500, 5000, 10000):
        with tempfile.TemporaryDirectory() as folder:
            lines = write(Path(folder), wanted)
            seconds, found = timed(Path(folder), "index.handler")
            print(
                f"{lines:6,} lines, {found:4} calls found                       {1000 * seconds:8.1f} ms  {1e6 * seconds / lines:6.1f} us a line"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
