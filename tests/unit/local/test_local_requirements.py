"""A function's requirements for this machine."""

from zipfile import ZipFile

import pytest

from tapgen.deploy.artifacts.requirement_lines import Requirements
from tapgen.errors import TapgenError
from tapgen.local.requirements import install

METADATA = {
    "greeting.py": "WORD = 'hello'\n",
    "greeting-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1\n",
    "greeting-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "greeting-1.dist-info/RECORD": "greeting.py,,\ngreeting-1.dist-info/METADATA,,\ngreeting-1.dist-info/WHEEL,,\n",
}


def test_they_are_installed_for_the_running_interpreter(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    wheel = tmp_path / "greeting-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for name, text in METADATA.items():
            archive.writestr(name, text)
    requirements = Requirements(tmp_path / "requirements.txt", (str(wheel),))
    install(requirements, tmp_path / "target", "python3.13", "arm64")
    assert (tmp_path / "target" / "greeting.py").read_text() == "WORD = 'hello'\n"


def test_what_pip_says_is_in_the_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    requirements = Requirements(tmp_path / "requirements.txt", ("there-is-no-such-package",))
    with pytest.raises(TapgenError) as failed:
        install(requirements, tmp_path / "target", "python3.13", "arm64")
    assert failed.value.message.startswith(f"{requirements.file}: the requirements cannot be installed on this machine")
    assert "there-is-no-such-package" in failed.value.message
