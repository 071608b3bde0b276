"""Output that breaks in the middle: what was made is taken back, what runs is said to run, and no traceback."""

import errno
import io
from itertools import product

from tapgen.deploy.views.json_lines import JsonView
from tapgen.deploy.views.live import Board
from tapgen.deploy.views.plain import PlainView
from tapgen.errors import ExitCode
from tests.table import each
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import request, run

BROKEN = {
    "closed pipe": BrokenPipeError(errno.EPIPE, "Broken pipe"),
    "full disk": OSError(errno.ENOSPC, "No space left on device"),
    "terminal that is gone": OSError(errno.EIO, "Input/output error"),
    "ascii": UnicodeEncodeError("ascii", "±", 0, 1, "ordinal not in range(128)"),
}


class Breaking(io.StringIO):
    """A stream whose write number `at` fails, and every later one."""

    def __init__(self, error, at):
        super().__init__()
        self.error, self.left = error, at

    def write(self, text):
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().write(text)


def plain(stream):
    return PlainView(io.StringIO(), stream)


def json_lines(stream):
    return JsonView(stream)


def live(stream):
    cloud = Cloud()
    return Board(io.StringIO(), stream, cloud.time.clock).view("")


def test_the_output_breaks():
    each(product((plain, json_lines, live), range(12), BROKEN), the_output_breaks)


def the_output_breaks(view, at, fault):
    cloud = Cloud()
    cloud.batch = 1
    stream = Breaking(BROKEN[fault], at)
    outcome = run(cloud, request(), view=view(stream))
    begun = any(kept["status"].startswith("EXECUTE_") for kept in cloud.sets.values())
    if stream.left >= 0:
        assert outcome.code == ExitCode.OK
    elif begun:
        assert outcome.code in {ExitCode.CONTINUES, ExitCode.FAILED}
        assert "the output cannot be written" in outcome.message
        assert cloud.count("delete_change_set", "delete_stack") == 0
    else:
        assert outcome.code == ExitCode.FAILED
        assert (cloud.sets, [one for one in cloud.stacks.values() if one.status == "REVIEW_IN_PROGRESS"]) == ({}, [])
