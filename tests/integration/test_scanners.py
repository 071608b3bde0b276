"""Public scanners on the shipped prod template: what they find is met by a setting, or answered in docs/security.md.

They are installed apart, by `make .venv-scanners/.ready`: Checkov pins another boto3. Nothing is downloaded here. The AWS
Guard Rules Registry is in no package: its tests run where a clone of it is in .venv-scanners.
"""

import json
import platform
import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = ROOT / ".venv-scanners" / "bin"
FILE = tomllib.loads((ROOT / "scripts" / "scanner_answers.toml").read_text(encoding="utf-8"))
ANSWERS = FILE["answers"]
MEETING = tuple(FILE["settings"].values())
REGISTRY = ROOT / ".venv-scanners" / "aws-guard-rules-registry"
RULE_SETS = ("cis_aws_benchmark_level_1", "cis_aws_benchmark_level_2", "wa-Security-Pillar")


def merged(one, other):
    both = {**one, **other}
    for key in one.keys() & other.keys():
        if isinstance(one[key], dict) and isinstance(other[key], dict):
            both[key] = merged(one[key], other[key])
    return both


def document(tmp_path, more=()):
    """The prod template of the settings that ship, with others laid over them."""
    from tapgen import render
    from tapgen.settings.load import load

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tapgen"]
    for text in more:
        settings = merged(settings, tomllib.loads(text)["tool"]["tapgen"])
    shutil.copytree(ROOT / "handler", tmp_path / "handler")
    (tmp_path / "tapgen.toml").write_text(toml(settings), encoding="utf-8")
    rendered = render.render(load(tmp_path).environment("prod")).document
    file = tmp_path / "prod.json"
    file.write_text(json.dumps(rendered), encoding="utf-8")
    return file


def toml(settings):
    """Inline tables do: JSON's text and numbers are TOML's."""
    return "".join(f"{key} = {value(one)}\n" for key, one in settings.items())


def value(one):
    if isinstance(one, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {value(it)}" for key, it in one.items()) + " }"
    if isinstance(one, list):
        return "[" + ", ".join(map(value, one)) + "]"
    return json.dumps(one)


@pytest.fixture(scope="session")
def checkov(tmp_path_factory):
    """What Checkov finds, of one run: in the template that ships, and where the settings of the answers meet it."""
    program = BINARIES / "checkov"
    if not program.is_file():
        pytest.skip("Checkov is not installed: make .venv-scanners/.ready")
    files = [document(tmp_path_factory.mktemp(name), more) for name, more in (("shipped", ()), ("met", MEETING))]
    words = ("--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--output", "json")
    command = [program, *(word for file in files for word in ("--file", file)), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert found["summary"]["passed"] > 40, done.stderr
    failed = found["results"]["failed_checks"]
    return [{one["check_id"] for one in failed if one["file_abs_path"] == str(file)} for file in files]


@pytest.fixture(scope="session")
def guard(tmp_path_factory):
    """cfn-guard, out of the package in which the CDK ships it with AWS Control Tower's rules: the report on a template."""
    packed = next(
        (ROOT / ".venv-scanners").glob("lib/*/site-packages/cdklabs/cdk_validator_cfnguard/_jsii/*.tgz"), None
    )
    machine = {"x86_64": "x86_64", "aarch64": "aarch64"}.get(platform.machine())
    if packed is None or machine is None or platform.system() != "Linux":
        pytest.skip("cfn-guard is not installed, or not for this machine: make .venv-scanners/.ready")
    folder = tmp_path_factory.mktemp("guard")
    wanted = ("package/rules/", f"package/bin/ubuntu/{machine}/")
    with tarfile.open(packed) as archive:
        members = [one for one in archive.getmembers() if one.isfile() and one.name.startswith(wanted)]
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from Python 3.11.4
        archive.extractall(folder, members, **safely)
    program = next((folder / "package" / "bin").rglob("cfn-guard"))
    program.chmod(0o700)

    def run(file, *rules):
        chosen = rules or (folder / "package" / "rules" / "control-tower" / "cfn-guard",)
        words = ("--structured", "--show-summary", "none", "--output-format", "json")
        command = [program, "validate", "--data", file, *words, "--rules", *chosen]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        [report] = json.loads(done.stdout)
        assert len(report["compliant"]) > 5, done.stderr
        return report["not_compliant"]

    return run


def control_tower(found):
    return {re.search(r"\[(CT[.\w]+)\]", json.dumps(one))[1] for one in found}


@pytest.fixture(scope="session")
def registry(guard):
    """What cfn-guard finds by the registry's rules for CIS AWS Foundations and the Well-Architected security pillar."""
    sets = [REGISTRY / "mappings" / f"rule_set_{name}.json" for name in RULE_SETS]
    if not all(one.is_file() for one in sets):
        pytest.skip(f"git clone https://github.com/aws-cloudformation/aws-guard-rules-registry {REGISTRY}")
    files = {rule["guardFilePath"] for one in sets for rule in json.loads(one.read_text())["mappings"]}
    rules = [REGISTRY / file for file in sorted(files)]
    return lambda file: {one["Rule"]["name"] for one in guard(file, *(one for one in rules if one.is_file()))}


def wanted(scanner):
    return {one["check"] for one in ANSWERS if one["scanner"] == scanner}


def unmet(scanner):
    return {one["check"] for one in ANSWERS if one["scanner"] == scanner and "reason" in one}


def test_what_checkov_finds_is_answered(checkov):
    assert checkov == [wanted("Checkov"), unmet("Checkov")]


def test_what_cfn_guard_finds_is_answered(tmp_path, guard):
    assert control_tower(guard(document(tmp_path))) == wanted("cfn-guard")


def test_the_settings_meet_cfn_guard(tmp_path, guard):
    by_key = [FILE["settings"]['encryption = "Data"']]
    found = control_tower(guard(document(tmp_path, by_key)))
    assert found & wanted("cfn-guard") == unmet("cfn-guard")


def test_what_the_registrys_rules_find_is_answered(tmp_path, registry):
    assert registry(document(tmp_path)) == wanted("Guard Rules Registry")


def test_the_settings_meet_the_registrys_rules(tmp_path, registry):
    assert registry(document(tmp_path, MEETING)) == unmet("Guard Rules Registry")


def test_every_answer_is_one():
    for one in ANSWERS:
        assert ("setting" in one) != ("reason" in one), one
        assert one.get("setting", next(iter(FILE["settings"]))) in FILE["settings"]
