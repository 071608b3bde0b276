"""Packages: the same bytes for the same source, uploaded once."""

import io
import os
import subprocess
import sys
import tracemalloc
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tapgen.deploy.artifacts import packages as bundle
from tapgen.deploy.artifacts import wheels
from tapgen.deploy.artifacts.requirement_lines import Requirements
from tapgen.deploy.request import Package
from tapgen.errors import ExitCode, TapgenError
from tapgen.settings.functions import Function
from tapgen.settings.model import Environment
from tests.unit.deploy.fake import Cloud, output
from tests.unit.deploy.scene import document, request, run


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def packaged():
    """A maker of the one package of an environment whose source is the folder `source`."""
    with ExitStack() as stack:

        def make(root, installer=no_installer):
            settings = Function(source="source")
            functions = {"Item": settings, "Inline": settings}
            environment = Environment(name="dev", application="shop", root=root, functions=functions)
            made = {"Parameters": {"ItemFunctionCodeKey": {"Type": "String"}}}
            [one] = bundle.packages(environment, made, stack, installer)
            return one

        yield make


def no_installer(*_):
    pytest.fail("nothing to install")


def names(body):
    return zipfile.ZipFile(io.BytesIO(body)).namelist()


@pytest.fixture
def source(tmp_path):
    write(tmp_path, **{"source__index.py": "import helper\n", "source__helper.py": "x = 1\n", "source__deep__a.py": ""})
    return tmp_path


@pytest.mark.rule(40)
def test_the_zip_is_sorted_dated_and_without_caches(packaged, source):
    write(source, **{"source____pycache____index.cpython-311.pyc": "", "source__.hidden": "x"})
    (source / "source/__pycache__").mkdir(exist_ok=True)
    (source / "source/__pycache__/index.cpython-311.pyc").write_text("cache")
    one = packaged(source)
    opened = zipfile.ZipFile(io.BytesIO(one.body()))
    assert opened.namelist() == ["deep/a.py", "helper.py", "index.py"]
    assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in opened.infolist()} == {0o100755}
    assert {entry.create_system for entry in opened.infolist()} == {3}
    assert (one.parameter, one.key[:10], one.key[-4:]) == ("ItemFunctionCodeKey", "functions/", ".zip")


@pytest.mark.rule(40)
def test_another_checkout_gives_the_same_bytes(packaged, source, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for name in ("index.py", "helper.py", "deep/a.py"):
        path = other / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((source / "source" / name).read_bytes())
        path.chmod(0o600)
        os.utime(path, (1, 1))
    assert packaged(source).body() == packaged(other).body()
    assert packaged(source).key == packaged(other).key


@pytest.mark.rule(40)
def test_a_rename_and_every_byte_are_a_change(packaged, source):
    keys = [packaged(source).key]
    (source / "source/helper.py").rename(source / "source/helper2.py")
    keys.append(packaged(source).key)
    (source / "source/helper2.py").write_text("x = 2\n")
    keys.append(packaged(source).key)
    assert len(set(keys)) == 3


def test_a_file_that_changes_while_it_is_packed_is_noticed(packaged, source):
    one = packaged(source)
    (source / "source/index.py").write_text("other")
    with pytest.raises(TapgenError, match="changed while it was packed"):
        one.body()


def test_a_file_that_goes_or_cannot_be_read_is_named(packaged, source):
    one = packaged(source)
    (source / "source/index.py").unlink()
    with pytest.raises(TapgenError, match=r"index\.py: No such file"):
        one.body()
    with pytest.raises(TapgenError, match=r"gone\.py: No such file"):
        bundle.package("P", {"gone.py": Path("/nowhere/gone.py")})


def test_of_a_large_file_only_what_is_packed_is_in_memory(tmp_path):
    size = 5_000_000
    (tmp_path / "model.bin").write_bytes(os.urandom(size))
    tracemalloc.start()
    made = bundle.package("P", {"model.bin": tmp_path / "model.bin"}).body()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert zipfile.ZipFile(io.BytesIO(made)).getinfo("model.bin").file_size == size
    assert peak < 1.6 * size + bundle._BLOCK * 8, "the packed bytes, once, with room to grow"


def test_a_file_name_that_is_no_utf_8_is_named(source):
    files = {"bad-\udcff.py": source / "source/index.py"}
    for made in (lambda: bundle.package("P", files), lambda: bundle.archive(files)):  # to deploy, and to look at
        with pytest.raises(TapgenError, match=r"bad-\\udcff\.py: a file name that is no UTF-8"):
            made()


def test_a_link_out_of_the_folder_is_refused(packaged, source):
    (source / "source/link.py").symlink_to("/etc/hostname")
    with pytest.raises(TapgenError, match="leads out of"):
        packaged(source)


def test_a_huge_source_is_refused_without_reading_it(packaged, source):
    with (source / "source/data.bin").open("wb") as file:
        file.truncate(bundle.MAX_UNZIPPED + 1)
    with pytest.raises(TapgenError, match="over 262,144,000 bytes"):
        packaged(source)


def test_requirements_are_installed_beside_the_source_which_wins(packaged, source):
    write(source, **{"source__requirements.txt": "thing==1\n"})
    asked = []

    def installer(requirements, target, runtime, architecture):
        asked.append((requirements.file.name, runtime, architecture))
        write(target, **{"thing__a.py": "a", "index.py": "theirs", "bin__thing": "#!/x"})
        write(target, **{"thing__bin__kept.py": "", "thing____pycache__": ""})
        for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "METADATA"):
            write(target, **{f"thing-1.dist-info__{name}": "x"})
        (target / "thing/b.pyc").write_text("")
        (target / "thing/__pycache__x").write_text("")

    one = packaged(source, installer)
    assert asked == [("requirements.txt", "python3.13", "arm64")]
    body = one.body()
    found = names(body)
    assert "thing/a.py" in found
    assert "thing/bin/kept.py" in found
    assert "thing-1.dist-info/METADATA" in found
    assert not [name for name in found if name.startswith("bin/") or "RECORD" in name or name.endswith(".pyc")]
    assert "requirements.txt" not in found
    assert zipfile.ZipFile(io.BytesIO(body)).read("index.py") == b"import helper\n"


@pytest.mark.rule(40)
def test_no_room_for_a_temporary_folder_is_said(packaged, source, monkeypatch, tmp_path):
    write(source, **{"source__requirements.txt": "thing==1\n"})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(TapgenError, match="no temporary folder"):
        packaged(source, lambda *_: None)


@pytest.mark.parametrize(
    ("runtime", "architecture", "first", "count"),
    [("python3.13", "arm64", "manylinux_2_34_aarch64", 8), ("python3.11", "x86_64", "manylinux_2_26_x86_64", 4)],
)
def test_wheels_are_for_the_runtime(runtime, architecture, first, count):
    platforms = wheels.platforms(runtime, architecture)
    assert (platforms[0], len(platforms)) == (first, count)
    command = wheels.pip_command(Path("r"), Path("t"), runtime, architecture)
    assert "--only-binary=:all:" in command
    assert command[command.index("--python-version") + 1] == runtime.removeprefix("python")
    assert command[command.index("--implementation") + 1] == "cp"
    assert command.count("--platform") == count


def wheel(folder, tag):
    """A small wheel, for pip to find without a network."""
    path = folder / f"thing-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("thing/__init__.py", "x = 1\n")
        made.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        made.writestr("thing-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        made.writestr("thing-1.0.dist-info/RECORD", "")
    return path


def offline(folder, *options):
    return "\n".join(("--no-index", f"--find-links {folder}", *options, "thing==1.0")) + "\n"


def test_pip_installs_a_wheel_of_the_other_architecture(packaged, source, tmp_path):
    wheel(tmp_path, "cp313-cp313-manylinux_2_28_aarch64")
    write(source, **{"source__requirements.txt": offline(tmp_path)})
    first = packaged(source, wheels.install)
    assert "thing/__init__.py" in names(first.body())
    assert packaged(source, wheels.install).key == first.key


def test_a_package_without_a_wheel_for_the_platform_says_so(packaged, source, tmp_path):
    wheel(tmp_path, "cp313-cp313-manylinux_2_28_x86_64")
    write(source, **{"source__requirements.txt": offline(tmp_path)})
    with pytest.raises(TapgenError, match=r"cannot be installed for python3\.13 on arm64") as caught:
        packaged(source, wheels.install)
    assert "No matching distribution found for thing==1.0" in caught.value.message
    assert "Only wheels are taken" in caught.value.hint


def test_a_python_without_pip_is_named(tmp_path):
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n")
    bare.chmod(0o755)
    with pytest.raises(TapgenError, match="there is no pip for"):
        wheels.install(Requirements(Path("r.txt"), ("thing",)), tmp_path, "python3.13", "arm64", python=str(bare))
    assert subprocess.run([sys.executable, "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0


def test_a_full_disk_while_installing_is_told_in_pips_words(tmp_path):
    full = tmp_path / "python"
    full.write_text("#!/bin/sh\necho 'ERROR: Could not install: [Errno 28] No space left on device' >&2\nexit 1\n")
    full.chmod(0o755)
    with pytest.raises(TapgenError, match="No space left on device"):
        wheels.install(Requirements(Path("r.txt"), ("thing",)), tmp_path, "python3.13", "arm64", python=str(full))


def with_code():
    made = document()
    made["Parameters"] = {"ArtifactBucket": {"Type": "String"}, "ItemFunctionCodeKey": {"Type": "String"}}
    return made


def test_a_package_is_uploaded_once_and_its_key_is_a_parameter():
    cloud = Cloud()
    cloud.put("tapgen-bootstrap", outputs=(output("Other", "x"), output("ArtifactBucketName", "bucket-1")))
    package = Package("ItemFunctionCodeKey", "functions/abc.zip", lambda: b"zip")
    made = request(with_code(), packages=(package,), options={"plan_only": True})
    for _ in range(2):
        arn = run(cloud, made).change_set
    assert cloud.bucket == {("bucket-1", "functions/abc.zip", cloud.account): b"zip"}
    assert cloud.count("store") == 1
    assert cloud.sets[arn]["request"].parameters == {
        "ArtifactBucket": "bucket-1",
        "ItemFunctionCodeKey": "functions/abc.zip",
    }
    done = run(cloud, request(with_code(), packages=(package,), options={"plan": arn}))
    assert done.code == ExitCode.OK
    assert cloud.count("store") == 1


def test_another_package_makes_a_plan_stale():
    cloud = Cloud()
    cloud.put("tapgen-bootstrap", outputs=(output("ArtifactBucketName", "bucket-1"),))
    package = Package("ItemFunctionCodeKey", "functions/abc.zip", lambda: b"zip")
    arn = run(cloud, request(with_code(), packages=(package,), options={"plan_only": True})).change_set
    other = Package("ItemFunctionCodeKey", "functions/def.zip", lambda: b"zip")
    outcome = run(cloud, request(with_code(), packages=(other,), options={"plan": arn}))
    assert outcome.code == ExitCode.REFUSED
    assert "the parameters" in outcome.message


def test_the_guard_comes_before_the_upload():
    cloud = Cloud()
    cloud.put("tap-dev", document={"Resources": {**document()["Resources"], "Gone": {"Type": "AWS::SQS::Queue"}}})
    package = Package("ItemFunctionCodeKey", "functions/abc.zip", lambda: pytest.fail("zipped"))
    assert run(cloud, request(with_code(), packages=(package,))).code == ExitCode.REFUSED
    assert cloud.count("store", "stored") == 0
