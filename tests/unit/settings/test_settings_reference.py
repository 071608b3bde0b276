"""docs/settings.md is what the model says."""

import re
import subprocess
import sys

import msgspec

from tapgen.settings.load import load
from tapgen.settings.model import GIVEN
from tests.conftest import HANDLER, ROOT
from tests.table import rows

SCRIPT = ROOT / "scripts" / "settings_reference.py"


def _reference():
    import importlib.util

    spec = importlib.util.spec_from_file_location("settings_reference", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = _reference()


def test_the_page_is_current():
    ended = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "settings.md is current\n")


def test_every_key_has_a_row_with_a_meaning():
    rows = [line.split(" | ") for line in REFERENCE.page().splitlines() if line.startswith("| `")]
    fields = sum(len(msgspec.structs.fields(struct)) for struct in REFERENCE.sections()) - len(GIVEN)
    assert len(rows) == fields
    assert [row for row in rows if not row[-1].strip(" |")] == []


def test_every_struct_is_described_and_every_kind_of_part_has_an_example():
    for struct, (_, title) in REFERENCE.sections().items():
        intro, example = REFERENCE.described(struct)
        assert intro.endswith("."), struct
        assert example or not title.endswith(".NAME]`") or title.count("NAME") > 1, struct


@rows("struct", [struct for struct in REFERENCE.sections() if REFERENCE.described(struct)[1]])
def test_every_example_is_right(struct, tmp_path):
    _, settings = REFERENCE.described(struct)
    for folder in re.findall(r'source = "(.+)"', settings):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        entry_point = re.search(r'entry_point = "(.+)"', settings)
        file = entry_point[1].rpartition(".")[0].replace(".", "/") if entry_point else "index"
        (tmp_path / folder / f"{file}.py").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / f"{file}.py").write_text(HANDLER)
    if not settings.startswith("application"):
        settings = f'application = "shop"\n{settings}'
    for file in re.findall(r'definition = "(.+)"', settings):
        (tmp_path / file).write_text('{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}')
    for file in re.findall(r'dockerfile = "([^"]+)"', settings):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("FROM scratch\n")
    (tmp_path / "tapgen.toml").write_text(settings)
    assert load(tmp_path).environments
