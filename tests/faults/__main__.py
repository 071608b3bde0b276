"""Every fault at every call of every command, on the real client before an AWS of this machine.

`make faults` runs it: thousands of command lines, some hours. Each case is judged by four questions:
does the exit code say what is so, is there no traceback, is nothing left behind in silence, and does the same command
succeed afterwards? Waiting between attempts is shortened, and a silence until the client gives up.

    python -m tests.faults --only 'StackSet create:reset after' --call 4 --show
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(min(seconds, 0.002))  # before anything that remembers it is imported

from botocore.config import Config  # noqa: E402

from tapgen.errors import ExitCode  # noqa: E402
from tests.faults.judge import judged, repeated  # noqa: E402
from tests.faults.proxy import FAULTS, NOT_RETRIED, STOPS, WHEN, FaultyProxy  # noqa: E402
from tests.faults.scenes import SCENES  # noqa: E402
from tests.faults.stage import Stage  # noqa: E402
from tests.faults.state import BUCKETS, REGIONS, state  # noqa: E402

FRESH = 40
"""Cases after which the AWS is emptied, so that it stays fast."""
BUCKET = """
Resources: {ArtifactBucket: {Type: "AWS::S3::Bucket"}}
Outputs: {ArtifactBucketName: {Value: !Ref ArtifactBucket}}
"""


@contextmanager
def embedded():
    from tapgen.local import emulator

    with emulator.running() as aws:
        key, secret = aws.credentials
        yield SimpleNamespace(
            moto=False, port=aws.port, url=aws.endpoint, key=key, secret=secret, reset=aws.reset, clients={}
        )


@contextmanager
def moto():
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.moto_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        port = int(server.stdout.readline())
        url = f"http://127.0.0.1:{port}"

        def reset():
            urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).close()

        yield SimpleNamespace(moto=True, port=port, url=url, key="key", secret="secret", reset=reset, clients={})
        server.stdin.close()


class Theatre:
    """Sets the stage for each case, and says what was wrong with its end."""

    def __init__(self, aws, folder):
        self.aws, self.folder, self.count, self.bare = aws, folder, 0, True
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.temporary)

    def stage(self, scene):
        if self.count % FRESH == 0 or scene.alone or self.bare:
            self.aws.reset()
            if not scene.alone:
                self._buckets()
            self.bare = scene.alone
        self.count += 1
        folder = self.folder / "project"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return Stage(self.aws, folder, f"shop{self.count}x")

    def _buckets(self):
        """The artifact buckets; moto cannot protect a stack, as `tapgen bootstrap` does."""
        empty = self.folder / "buckets"
        empty.mkdir(exist_ok=True)
        stage = Stage(self.aws, empty, "buckets")
        stage.settings()
        if not self.aws.moto:
            stage.must("bootstrap", "--yes")
            return
        for region in REGIONS:
            stage.client("cloudformation", region).create_stack(StackName=BUCKETS, TemplateBody=BUCKET)

    def calls(self, scene):
        """The operations of the command without a fault."""
        stage = self.stage(scene)
        words = scene.begin(stage)
        with FaultyProxy(self.aws.port) as proxy:
            done = stage.tapgen(*words, url=proxy.url)
        assert done.code == 0, f"{scene.name}: {done}"
        assert scene.wanted(stage, state(stage)), f"{scene.name}: {done}\n{state(stage)}"
        return proxy.calls

    def case(self, scene, index, name, when):
        """(operation, how it ended, what is wrong)."""
        stop, fault = STOPS.get(name) or ("", FAULTS.get(name))
        stage = self.stage(scene)
        words = scene.begin(stage)
        before = state(stage)
        with FaultyProxy(self.aws.port, index, fault, when, slow=0.01) as proxy:
            done = stage.signalled(stop, proxy, *words) if stop else stage.tapgen(*words, url=proxy.url)
        after = state(stage)
        wrong = list(judged(scene, stage, before, after, done))
        if any(self.temporary.iterdir()):
            if stop != "SIGKILL":
                wrong.append(f"temporary files are left: {[one.name for one in self.temporary.iterdir()]}")
            shutil.rmtree(self.temporary)
            self.temporary.mkdir()
        if not scene.reads and done.code != ExitCode.OK:
            wrong += repeated(scene, stage, words, after, state)
        return proxy.met, done, wrong


def cases(scene, calls, given, only):
    """(number of the call, fault, which attempt): everything that is asked for."""
    found = [
        (index, name, when)
        for index in range(1, len(calls) + 1)
        for name, fault in ({name: one for name, (_, one) in STOPS.items()} if given.signals else FAULTS).items()
        for when in (WHEN[:1] if given.signals else WHEN)
        if (when == "first" or not (scene.reads or fault.passes or name in NOT_RETRIED))
        and (not only or name == only)
        and (not given.call or index == given.call)
    ]
    return found[:: given.each]


def played(theatre, scene, given, only):
    """The cases of a scene: (how many, what is wrong, exit codes)."""
    begin, ends, wrong = time.monotonic(), Counter(), 0
    calls = theatre.calls(scene)
    for index, name, when in cases(scene, calls, given, only):
        met, done, found = theatre.case(scene, index, name, when)
        ends[done.code] += bool(met)
        wrong += len(found)
        if given.show:
            print(f"--- {scene.name} {index} {met} {name} {when}: {done.code}\n{done.out}{done.err}")
        for one in found:
            place = f"{scene.name}:{name} --call {index} ({calls[index - 1]}, {when})"
            print(f"WRONG {place}: {done.code}: {one}", flush=True)
    seconds = time.monotonic() - begin
    print(f"{scene.name}: {len(calls)} calls, {ends.total()} cases, {wrong} wrong, {seconds:.0f} s", flush=True)
    return ends, wrong


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a scene, or SCENE:FAULT")
    parser.add_argument("--from", dest="begin", default="", help="leave out the scenes before this one")
    parser.add_argument("--until", default="", help="leave out the scenes from this one on")
    parser.add_argument("--call", type=int, default=0, help="the number of a call, from 1")
    parser.add_argument("--each", type=int, default=1, help="only each so many-th case")
    parser.add_argument("--signals", action="store_true", help="signals to a process of its own instead of faults")
    parser.add_argument("--show", action="store_true", help="print what each command says")
    parser.add_argument("--on", choices=sorted(PLACES), help="one AWS alone")
    return parser.parse_args()


def main():
    given = arguments()
    only, _, fault = given.only.partition(":")
    os.environ["TZ"] = "UTC"
    for name in [name for name in os.environ if name.startswith(("AWS_", "TAPGEN_"))]:
        del os.environ[name]
    ends, wrong = Counter(), 0
    for place, (start, silence) in PLACES.items():
        its = [one for one in SCENES if one.moto == (place == "moto")]
        names = [one.name for one in its]
        begin = names.index(given.begin) if given.begin in names else 0
        end = names.index(given.until) if given.until in names else len(its)
        later = its[begin:end]
        chosen = [one for one in later if only in {"", one.name} and given.on in {None, place}]
        if not chosen:
            continue
        Config.OPTION_DEFAULTS["read_timeout"] = silence
        with start() as aws, tempfile.TemporaryDirectory() as folder:
            theatre = Theatre(aws, Path(folder))
            for scene in chosen:
                more, found = played(theatre, scene, given, fault)
                ends, wrong = ends + more, wrong + found
    print(f"{ends.total()} cases, {wrong} wrong; exit codes {dict(sorted(ends.items()))}")
    return bool(wrong)


PLACES = {"embedded": (embedded, 1.0), "moto": (moto, 3.0)}
"""An AWS, and the seconds after which the client gives an answer up there; moto is the slower one."""

if __name__ == "__main__":
    sys.exit(main())
