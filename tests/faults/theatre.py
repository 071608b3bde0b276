"""Sets the stage for each case, lets a command meet its fault there, and says what was wrong with its end."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from tests.faults import clock

from botocore.config import Config  # isort: skip

from tapgen.errors import ExitCode
from tests.faults.aws import PLACES
from tests.faults.cases import Case
from tests.faults.judge import judged, repeated, said_otherwise
from tests.faults.proxy import FAULTS, FAULTS_OF_REAL, STOPS, FaultyProxy
from tests.faults.scenes import SCENES, Scene
from tests.faults.stage import Stage
from tests.faults.state import BUCKETS, REGIONS, State, state

HERE = tempfile.gettempdir()
FRESH = 40
"""Cases after which the AWS is emptied, so that it stays fast."""
SLOW = 1.0 if clock.REAL else 0.01
BUCKET = """
Resources: {ArtifactBucket: {Type: "AWS::S3::Bucket"}}
Outputs: {ArtifactBucketName: {Value: !Ref ArtifactBucket}}
"""
BY_NAME = {one.name: one for one in SCENES}


@dataclass(frozen=True)
class Result:
    """The operation that met the fault, "" where none did; the exit code, what was printed, what is wrong."""

    case: Case
    met: str
    code: int
    said: str
    wrong: tuple[str, ...]

    @property
    def line(self):
        """What is kept of it."""
        return {**asdict(self.case), "met": self.met, "code": int(self.code), "wrong": list(self.wrong)}


@dataclass(frozen=True)
class Set:
    """What a case begins with."""

    scene: Scene
    stage: Stage
    words: tuple[str, ...]
    before: State
    out: str = ""
    """What a command that only reads prints without a fault."""

    @property
    def then(self):
        """For the proxy: an operation, and what happens when it has been carried out."""
        return self.scene.then and (self.scene.then[0], partial(self.scene.then[1], self.stage))

    def state(self):
        """What is there now; what the scene holds is not waited for."""
        return state(self.stage, running=self.scene.holds and not self.stage.released)


class Theatre:
    """One AWS and the folder of its projects."""

    def __init__(self, aws, folder):
        self.aws, self.folder, self.count, self.bare, self.kept = aws, folder, 0, True, None
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def case(self, case):
        """Play it."""
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.temporary)
        stop, fault = STOPS.get(case.fault) or ("", (FAULTS | FAULTS_OF_REAL)[case.fault])
        at = self._set(BY_NAME[case.scene])
        scene, stage = at.scene, at.stage
        with FaultyProxy(self.aws.port, case.call, fault, case.when, slow=SLOW, then=at.then) as proxy:
            done = stage.signalled(stop, proxy, *at.words) if stop else stage.tapgen(*at.words, url=proxy.url)
        after = at.state()
        wrong = list(judged(scene, stage, at.before, after, done))
        if proxy.attempts["Invoke"] > 1:
            wrong.append("the function was invoked more than once")
        wrong += self._left(stop)
        if scene.reads and after != at.before:
            wrong.append("a command that only reads has changed something")
            self.kept = None
        if scene.reads:
            wrong += said_otherwise(at, done, proxy.met if case.fault == "empty" else "")
        if not scene.reads and done.code != ExitCode.OK:
            wrong += repeated(at, after, self.again(at))
        scene.end(stage)
        return Result(case, proxy.met, done.code, done.out + done.err, tuple(wrong))

    def again(self, at):
        """The end of the same command once more, and the state after it."""

        def run():
            with FaultyProxy(self.aws.port, then=at.then) as proxy:
                done = at.stage.tapgen(*at.scene.again(at.stage, at.words), url=proxy.url)
            return done, at.state()

        return run

    def calls(self, name):
        """The operations of a scene's command without a fault."""
        at = self._set(BY_NAME[name])
        with FaultyProxy(self.aws.port, then=at.then) as proxy:
            done = at.stage.tapgen(*at.words, url=proxy.url)
        found = at.state()
        assert done.code == at.scene.code, f"{name}: {done}"
        assert at.scene.wanted(at.stage, found), f"{name}: {done}\n{found}"
        at.scene.end(at.stage)
        return proxy.calls

    def _set(self, scene):
        """A stage for the scene; one that only reads goes on with the stage of before."""
        if self.kept and self.kept.scene is scene:
            return self.kept
        if self.kept and self.kept.scene.begin is scene.begin:
            stage, words, before = self.kept.stage, scene.words, self.kept.before
        else:
            stage = self._stage(scene)
            words = scene.begin(stage) or scene.words
            before = state(stage, running=scene.holds)
        out = ""
        if scene.reads:
            out = stage.tapgen(*words).out
            scene.end(stage)
        at = Set(scene, stage, words, before, out)
        self.kept = at if scene.reads else None
        return at

    def _stage(self, scene):
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

    def _left(self, stop):
        """Temporary files of the command; one that is killed has no chance to remove them."""
        names = [one.name for one in self.temporary.iterdir()]
        if not names:
            return
        if stop != "SIGKILL":
            yield f"temporary files are left: {names}"
        shutil.rmtree(self.temporary)
        self.temporary.mkdir()


class Theatres:
    """The theatres of a process, each opened when it is first needed."""

    def __init__(self):
        self.open, self.until = {}, ExitStack()

    def at(self, scene):
        """The theatre of a scene."""
        moto = BY_NAME[scene].moto
        start, silence = PLACES[moto]
        if not clock.REAL:
            Config.OPTION_DEFAULTS["read_timeout"] = silence
        if moto not in self.open:
            folder = self.until.enter_context(tempfile.TemporaryDirectory(prefix="faults-", dir=HERE))
            self.open[moto] = Theatre(self.until.enter_context(start()), Path(folder))
        return self.open[moto]

    def close(self):
        self.until.close()
