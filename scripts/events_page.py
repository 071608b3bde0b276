"""Write docs/events.md from the register of samples: run it after a change there."""

from __future__ import annotations

from pathlib import Path

from tapgen.samples.register import SAMPLES, word

TARGET = Path(__file__).parents[1] / "docs" / "events.md"
HEAD = """\
# Sample events

`tapgen event KIND` prints the event that would start a function, made of the application's own parts: the names and
ARNs that its stack has or would have, its account and region, its routes with who may call them, the filter of a
bucket, the pattern of a rule, the keys of a table, the input of a schedule, the payload of a state.

```console
$ tapgen event                                   # what this environment has parts for
$ tapgen event s3-put --bucket Uploads --key in/a.csv
$ tapgen event api --route "GET /orders/42?all=1"
$ tapgen event sqs --queue Orders --body @order.json | tapgen invoke Worker --event -
```

Where there is one such part, its option may be left out. `--deployed` asks the deployed stack for the names that
CloudFormation gave. Without it they are made up, and always the same, times and ids too: a sample can be kept as a file
of a test. `--local` takes those of a running `tapgen local`. Each shape is held against the models of Powertools for
AWS Lambda (`tests/unit/samples`), and against what the embedded AWS sends (`tests/unit/local/test_samples_as_sent.py`).

| event | what it is | comes from | also takes | after |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = []
    for sample in SAMPLES.values():
        takes = ", ".join(f"`--{option}`" for option in sorted(sample.takes))
        rows.append(f"| `{sample.kind}` | {sample.title} | `--{word(sample)}` | {takes} | {sample.source} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
