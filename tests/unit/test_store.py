import os
import resource
import subprocess
import sys
import threading

import pytest

from tapgen import store
from tapgen.errors import DocumentError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_once_and_then_left_alone(tmp_path):
    path = tmp_path / "out" / "dev.yaml"
    assert store.write(path, "ä: 1\n") is True
    assert path.read_bytes() == "ä: 1\n".encode()
    assert path.stat().st_mode & 0o777 == 0o644
    os.utime(path, (1, 1))
    assert store.write(path, "ä: 1\n") is False
    assert path.stat().st_mtime == 1
    assert store.write(path, "b: 2\n") is True
    assert path.read_text() == "b: 2\n"
    assert names(path.parent) == ["dev.yaml"]


def test_no_reader_ever_sees_half_a_file(tmp_path):
    path = tmp_path / "dev.yaml"
    texts = {letter * 500_000 for letter in "ab"}
    store.write(path, "a" * 500_000)
    seen = set()
    done = threading.Event()

    def read():
        while not done.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for count in range(40):
        store.write(path, "ab"[count % 2] * 500_000)
    done.set()
    reader.join()
    assert seen <= texts
    assert seen


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path):
    """A limit on the size of files stands for the full disk: the write fails half way."""
    path = tmp_path / "dev.yaml"
    path.write_text("before\n")
    program = (
        "import pathlib, resource, signal, sys\n"
        "from tapgen import store\n"
        "from tapgen.errors import DocumentError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    store.write(pathlib.Path(sys.argv[1]), 'x' * 100_000)\n"
        "except DocumentError as error:\n"
        "    print(error.message)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert ended.stdout == f"{path}: cannot be written: File too large\n"
    assert path.read_text() == "before\n"
    assert names(tmp_path) == ["dev.yaml"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "out" / "dev.yaml"
    with pytest.raises(DocumentError) as caught:
        store.write(path, "a")
    assert caught.value.message == f"{path}: cannot be written: Not a directory"
    assert "--output" in caught.value.hint


def test_a_folder_where_the_file_should_be(tmp_path):
    path = tmp_path / "dev.yaml"
    path.mkdir()
    for attempt in (lambda: store.write(path, "a"), lambda: store.changes(path, "a"), lambda: store.read(path)):
        with pytest.raises(DocumentError) as caught:
            attempt()
        assert caught.value.message == f"{path}: cannot be read: Is a directory"


def test_reading(tmp_path):
    path = tmp_path / "dev.yaml"
    assert store.read(path) is None
    assert store.read(path / "below") is None
    path.write_bytes(b"a\r\n\xc3\xa4")
    assert store.read(path) == "a\r\nä"
    path.write_bytes(b"\xff")
    assert store.read(path) is None
    assert store.write(path, "a") is True


def test_changes_are_a_unified_diff(tmp_path):
    path = tmp_path / "out" / "dev.yaml"
    assert store.changes(path, "a\n") == (
        "--- out/dev.yaml (committed)\n+++ out/dev.yaml (rendered)\n@@ -0,0 +1 @@\n+a\n"
    )
    store.write(path, "a\nb\n")
    assert store.changes(path, "a\nb\n") == ""
    assert store.changes(path, "a\nc\n") == (
        "--- out/dev.yaml (committed)\n+++ out/dev.yaml (rendered)\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_orphans(tmp_path):
    for name in ("dev.yaml", "dev.json", "old.yaml", "notes.txt", ".dev.yaml.tmp", ".x.yaml"):
        (tmp_path / name).write_text("")
    expected = [store.template_file(tmp_path, "dev", "yaml"), store.template_file(tmp_path, "prod", "json")]
    assert [path.name for path in store.orphans(tmp_path, expected)] == ["dev.json", "old.yaml"]
    assert store.orphans(tmp_path / "none", expected) == []


def test_line_ends_of_a_checkout_make_nothing_stale(tmp_path):
    path = tmp_path / "dev.yaml"
    path.write_bytes(b"a: 1\r\nb: 2\r\n")
    assert store.changes(path, "a: 1\nb: 2\n") == ""
    assert store.write(path, "a: 1\nb: 2\n") is False
    assert path.read_bytes() == b"a: 1\r\nb: 2\r\n"
    assert "+b: 3" in store.changes(path, "a: 1\nb: 3\n")
    assert store.write(path, "a: 1\nb: 3\n") is True
    assert path.read_bytes() == b"a: 1\nb: 3\n"
