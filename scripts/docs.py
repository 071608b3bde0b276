"""Write every generated page; `--check` writes nothing and fails when one is not current.

Each page has its own script here, which can also be run alone.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
ROOT = SCRIPTS.parent
PAGES = {
    "docs/deployment.md": "deployment_rules.py",
    "docs/events.md": "events_page.py",
    "docs/exit-codes.md": "exit_codes.py",
    "docs/failures.md": "failure_reasons.py",
    "docs/rules.md": "rules_page.py",
    "docs/security.md": "security_page.py",
    "docs/settings.md": "settings_reference.py",
}
SEVERAL = ("readme.py", "review_docs.py")


def pages() -> Iterator[tuple[Path, str]]:
    """Each page and what it should say."""
    for page, script in PAGES.items():
        yield ROOT / page, runpy.run_path(str(SCRIPTS / script))["page"]()
    for script in SEVERAL:
        yield from runpy.run_path(str(SCRIPTS / script))["pages"]()


def main() -> None:
    """Write the pages, or with --check compare them."""
    stale = [(path, text) for path, text in pages() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if stale and "--check" in sys.argv:
        raise SystemExit(f"stale: {', '.join(path.name for path, _ in stale)}; run make docs")
    for path, text in stale:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
