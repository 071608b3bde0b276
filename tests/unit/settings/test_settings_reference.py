"""docs/settings.md is what the model says."""

import subprocess
import sys

import msgspec
import pytest
from msgspec import inspect

from tapgen.settings import model
from tapgen.settings.load import load
from tests.conftest import HANDLER, ROOT

SCRIPT = ROOT / "scripts" / "settings_reference.py"


def _structs():
    """Every struct that an environment is made of."""
    found, waiting = [], [inspect.type_info(model.Environment)]
    while waiting:
        match waiting.pop():
            case inspect.StructType(cls=cls, fields=fields) if cls not in found:
                found.append(cls)
                waiting += [field.type for field in fields]
            case (
                inspect.Metadata(type=inner)
                | inspect.VarTupleType(item_type=inner)
                | inspect.DictType(value_type=inner)
            ):
                waiting.append(inner)
            case inspect.UnionType(types=types):
                waiting += types
    return found


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
    structs = set(_structs())
    assert set(reference.TITLES) == set(reference.EXAMPLES) == structs
    rows = [line.split(" | ") for line in reference.page().splitlines() if line.startswith("| `")]
    fields = sum(len(msgspec.structs.fields(struct)) for struct in structs) - len(("name", "root"))
    assert len(rows) == fields
    assert all(row[-1].strip(" |") for row in rows)


@pytest.mark.parametrize("struct", _structs())
def test_every_example_is_right(reference, struct, tmp_path):
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
