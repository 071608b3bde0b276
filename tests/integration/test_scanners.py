"""Public scanners on the shipped prod template: what they find is met by a setting, or answered in docs/security.md.

They are installed apart, by `make .venv-scanners/.ready`: Checkov pins another boto3. Nothing is downloaded here. Where they
are not there a developer's tests skip; in CI that is a failure.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.pinned  # so are the scanners, which `make test` alone installs

ROOT = Path(__file__).resolve().parents[2]
BINARIES = ROOT / ".venv-scanners" / "bin"
FILE = tomllib.loads((ROOT / "scripts" / "scanner_answers.toml").read_text(encoding="utf-8"))
ANSWERS = FILE["answers"]
MEETING = tuple(FILE["settings"].values())
SECURITY_HUB = "AWS Security Hub"


def packaged(*where):
    """What a package of .venv-scanners brings; without it there is nothing to test."""
    found = next((ROOT / ".venv-scanners").glob("/".join(("lib/*/site-packages", *where))), None)
    if found is None:
        missing("/".join(where))
    return found


def missing(what):
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what} is not installed: make .venv-scanners/.ready")


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
        missing("Checkov")
    files = [document(tmp_path_factory.mktemp(name), more) for name, more in (("shipped", ()), ("met", MEETING))]
    words = ("--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--output", "json")
    command = [program, *(word for file in files for word in ("--file", file)), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert found["summary"]["passed"] > 40, done.stderr
    failed = found["results"]["failed_checks"]
    return [{one["check_id"] for one in failed if one["file_abs_path"] == str(file)} for file in files]


@pytest.fixture(scope="session")
def cfn_guard(tmp_path_factory):
    """cfn-guard and AWS Control Tower's rules with what they are for, out of the package in which the CDK ships them."""
    machine = {"x86_64": "x86_64", "aarch64": "aarch64"}.get(platform.machine())
    if machine is None or platform.system() != "Linux":
        pytest.skip("cfn-guard is not shipped for this machine")
    packed = packaged("cdklabs/cdk_validator_cfnguard/_jsii/*.tgz")
    folder = tmp_path_factory.mktemp("guard")
    wanted = ("package/rules/", f"package/bin/ubuntu/{machine}/")
    with tarfile.open(packed) as archive:
        members = [one for one in archive.getmembers() if one.isfile() and one.name.startswith(wanted)]
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from Python 3.11.4
        archive.extractall(folder, members, **safely)
    program = next((folder / "package" / "bin").rglob("cfn-guard"))
    program.chmod(0o700)
    return program, folder / "package" / "rules" / "control-tower"


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    return document(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="session")
def met(tmp_path_factory):
    return document(tmp_path_factory.mktemp("met"), MEETING)


def validated(program, rules, file):
    """The rules that do not hold."""
    words = ("--structured", "--show-summary", "none", "--output-format", "json")
    command = [program, "validate", "--data", file, *words, "--rules", rules]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    [report] = json.loads(done.stdout)
    assert len(report["compliant"]) > 5, done.stderr
    return report["not_compliant"]


@pytest.fixture(scope="session")
def registry(cfn_guard):
    """What does not hold of the Guard Rules Registry's rules for EC2, IAM, RDS and S3, as AWS's own package has them."""
    rules = packaged("awslabs/aws_iac_mcp_server/data/default_guard_rules.guard")
    return lambda file: {one["Rule"]["name"] for one in validated(cfn_guard[0], rules, file)}


@pytest.fixture(scope="session")
def control_tower(cfn_guard):
    """What does not hold of Control Tower's rules."""
    program, folder = cfn_guard
    return lambda file: {ruled(one) for one in validated(program, folder / "cfn-guard", file)}


def ruled(found):
    return re.search(r"\[(CT[.\w]+)\]", json.dumps(found))[1]


def wanted(scanner):
    return {one["check"] for one in ANSWERS if one["scanner"] == scanner}


def unmet(scanner):
    return {one["check"] for one in ANSWERS if one["scanner"] == scanner and "reason" in one}


def test_what_checkov_finds_is_answered(checkov):
    assert checkov == [wanted("Checkov"), unmet("Checkov")]


def test_what_control_towers_rules_find_is_answered(shipped, met, control_tower):
    assert control_tower(shipped) == wanted("Control Tower")
    assert control_tower(met) == unmet("Control Tower") | {one["check"] for one in FILE["of_the_settings"]}


def test_what_the_registrys_rules_find_is_answered(shipped, met, registry):
    assert registry(shipped) == wanted("Guard Rules Registry")
    assert registry(met) == unmet("Guard Rules Registry")


def test_the_foundational_controls_of_the_templates_types_are_all_named(shipped, cfn_guard):
    """Each control of AWS Foundational Security Best Practices for which Control Tower has a rule that looks here."""
    types = {one["Type"] for one in json.loads(shipped.read_text(encoding="utf-8"))["Resources"].values()}
    named = {}
    for file in (cfn_guard[1] / "metadata").rglob("*.json"):
        rule = json.loads(file.read_text(encoding="utf-8"))
        if types & {*rule["EvaluatedResourceTypes"]}:
            related = (one for one in rule.get("Relationships", ()) if one["ControlOwner"] == SECURITY_HUB)
            named |= {one["ControlId"].removeprefix("SH."): rule["Id"] for one in related}
    assert named == {control: rule for control, (rule, _) in FILE["foundational"].items()}


def test_every_answer_is_one():
    for one in ANSWERS:
        assert ("setting" in one) != ("reason" in one), one
        assert one.get("setting", next(iter(FILE["settings"]))) in FILE["settings"]
