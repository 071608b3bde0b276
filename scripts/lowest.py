"""Print constraints for the lowest versions that setup.cfg allows, with the tests' own tools as they are pinned.

    python scripts/lowest.py > lowest.txt

The extra "local" stays out: it pins its own botocore.
"""

import configparser
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOWER = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(?:>=|==)\s*(?P<version>[0-9.]+)")
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)")


def canonical(name: str) -> str:
    """The name as indexes compare it (packaging specification, "Name normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lowest() -> dict[str, str]:
    """Name -> lower bound of what tapgen and its extra "check" need.

    Raises:
        ValueError: a requirement has no lower bound.
    """
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    needed = settings["options"]["install_requires"] + settings["options.extras_require"]["check"]
    bounds = {}
    for line in filter(None, map(str.strip, needed.splitlines())):
        found = LOWER.match(line)
        if not found:
            raise ValueError(f"setup.cfg: {line} has no lower bound")
        bounds[canonical(found["name"])] = found["version"]
    return bounds


def tools() -> dict[str, str]:
    """Name -> pinned version of each tool of the tests that pyproject.toml names."""
    group = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["test"]
    names = {canonical(re.split(r"[\[<>=]", line)[0]) for line in group}
    pins = map(PIN.match, (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    return {canonical(pin["name"]): pin["version"] for pin in pins if pin and canonical(pin["name"]) in names}


if __name__ == "__main__":
    for package, version in sorted((tools() | lowest()).items()):
        print(f"{package}=={version}")
