"""Write the table of public scanners in docs/security.md from scanner_answers.toml: run it after a change there."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "security.md"
ANSWERS = Path(__file__).with_name("scanner_answers.toml")
BEGIN = "<!-- scanners: by scripts/security_page.py -->\n"
END = "<!-- /scanners -->\n"


def page() -> str:
    """The whole page with the table as it should be."""
    before, _, rest = TARGET.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    file = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
    answers = [*file["answers"], *file["of_the_settings"]]
    rows = "".join(map(_row, answers))
    answered = {answer["check"] for answer in answers}
    controls = "".join(
        f"| {control} | {rule} | {says} | {'answered above' if rule in answered else 'holds'} |\n"
        for control, (rule, says) in file["foundational"].items()
    )
    return (
        f"{before}{BEGIN}\n| scanner | check | wants | answer |\n|---|---|---|---|\n{rows}\n"
        f"| foundational control | asked by | wants | answer |\n|---|---|---|---|\n{controls}\n{END}{after}"
    )


def _row(answer: dict[str, str]) -> str:
    setting = answer.get("setting", "")
    met = f"met by {setting if '`' in setting else f'`{setting}`'}" if setting else answer["reason"]
    return f"| {answer['scanner']} | {answer['check']} | {answer['says']} | {met} |\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
