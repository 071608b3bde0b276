"""docs/settings.md is what the model says."""

import subprocess
import sys

import msgspec
import pytest

from tapgen.settings import model
from tapgen.settings.load import load
from tests.conftest import HANDLER, ROOT

SCRIPT = ROOT / "scripts" / "settings_reference.py"


@pytest.fixture(scope="module")
def reference():
    import importlib.util

    spec = importlib.util.spec_from_file_location("settings_reference", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current():
    ended = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "settings.md is current\n")


def test_every_struct_has_a_section_and_every_key_a_row_with_a_meaning(reference):
    structs = {
        value
        for value in vars(model).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value not in (msgspec.Struct, model.Project)
    }
    assert set(reference.TITLES) == set(reference.EXAMPLES) == structs
    rows = [line.split(" | ") for line in reference.page().splitlines() if line.startswith("| `")]
    fields = sum(len(msgspec.structs.fields(struct)) for struct in structs) - len(("name", "root"))
    assert len(rows) == fields
    assert all(row[-1].strip(" |") for row in rows)


@pytest.mark.parametrize(
    "struct", [s for s in vars(model).values() if isinstance(s, type) and issubclass(s, msgspec.Struct)]
)
def test_every_example_is_right(reference, struct, tmp_path):
    if struct not in reference.EXAMPLES:
        assert struct in (msgspec.Struct, model.Project)
        return
    for file, text in {
        "src/index.py": HANDLER,
        "functions/orders/orders.py": HANDLER,
        "functions/orders/index.py": HANDLER,
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    settings = reference.EXAMPLES[struct]
    if not settings.startswith("application"):
        settings = f'application = "shop"\n{settings}'
    if "indexes.byStatus = [" in settings:
        settings += '[tables.Orders]\npartition_key = { name = "id" }\nindexes.byStatus.partition_key.name = "status"\n'
    elif "tables.Orders = {" in settings:
        settings += '[tables.Orders]\npartition_key = { name = "id" }\n'
    (tmp_path / "tapgen.toml").write_text(settings)
    assert load(tmp_path).environments
