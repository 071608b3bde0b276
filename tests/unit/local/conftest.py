"""One embedded AWS for the tests of this folder that need a real one."""

import pytest

from tapgen.local import emulator


@pytest.fixture(scope="session")
def embedded():
    with emulator.running() as running:
        yield running
