"""The handler module as Lambda has it: alone on the path, under its own name."""

import importlib.util
import json
import logging
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def index():
    """The handler, freshly imported: nothing that another test set up is in it."""
    logging.getLogger("item").handlers.clear()
    spec = importlib.util.spec_from_file_location("index", ROOT / "handler" / "index.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def event():
    """Reads an API Gateway proxy event by its name in tests/events."""
    return lambda name: json.loads((ROOT / "tests" / "events" / f"{name}.json").read_text())
