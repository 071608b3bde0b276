"""troposphere's bare errors, and those of a project's own layers, as one message that says where."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import TracebackType

from tapgen.errors import DocumentError, TapgenError

# Patterns are compiled when something failed, not at start-up.
_PRINTED = r"(?m)^<class '[\w.]+'>: (?P<where>[\w.]+) function validator "
_WRONG_TYPE = r"<class '[\w.]+'>: (?P<where>[\w.]+) is <class '(?P<is>[\w.]+)'>, expected (?P<expected>.+)"
_REQUIRED = r"Resource (?P<property>\w+) required in type (?P<type>[^()]+?)(?: \(title: (?P<title>\w+)\))?$"
_TOO_MANY = r"Maximum (?:number of )?(?P<what>\w+) (?P<most>\d+) reached"
_CLASS = r"<class '(?:\w+\.)*(\w+)'>"
_REWORDED = {
    r"(?P<type>[\w:]+) object does not support attribute (?P<property>\w+)": "{type} has no property {property}",
    r'duplicate key "(?P<id>\w+)" detected': 'the logical id "{id}" is taken already',
    _TOO_MANY: "more than {most} {what}; CloudFormation takes no more in one template",
}
FEWER = "Make the API one resource (api.body = true), switch off alarms, or split the application in two files."
"""What to do about too large a template: the line that adds one resource too many is not to blame."""
OURS = str(Path(__file__).parent / "_").removesuffix("_")  # what a layer calls, and what adds what a layer hands over


@contextmanager
def translated(where: str, place: str = "") -> Iterator[None]:
    """Turn whatever is raised inside into a DocumentError that begins with `where` and names the place to mend.

    That is the line that failed where no `place` is given.

    troposphere prints a failing validator's property to stderr before it raises: that line becomes part of the message.
    What is printed to stdout goes to stderr, since stdout may be the template.
    """
    printed = io.StringIO()
    try:
        with redirect_stdout(sys.stderr), redirect_stderr(printed):
            yield
    except TapgenError:
        raise
    except (Exception, SystemExit) as error:
        message = f"{where}: {_said(error, printed.getvalue())}"
        hint = FEWER if re.search(_TOO_MANY, str(error)) else f"Mend {place or _place(error)}."
        raise DocumentError(message, hint) from error
    else:
        if sys.stderr:  # None where it is closed
            sys.stderr.write(printed.getvalue())


def _said(error: BaseException, printed: str) -> str:
    text = str(error)
    if match := re.search(_PRINTED, printed):
        return f"{_property(match['where'])}: {text}"
    if match := re.search(_WRONG_TYPE, text):
        expected = re.sub(_CLASS, r"\1", match["expected"])
        return f"{_property(match['where'])}: {match['is'].rpartition('.')[2]}, expected {expected}"
    if match := re.search(_REQUIRED, re.sub(_CLASS, r"\1", text)):
        of = f"{match['title']} ({match['type']})" if match["title"] else match["type"]
        return f"{of}: the property {match['property']} is required"
    for pattern, worded in _REWORDED.items():
        if match := re.search(pattern, text):
            return worded.format(**match.groupdict())
    if isinstance(error, SyntaxError):
        text = error.msg
    said = printed.strip()
    return f"{type(error).__name__}: {text}" + (f"\n{said}" if said else "")


def _property(where: str) -> str:
    """Troposphere writes "None.Property" for a property of a property."""
    return where.removeprefix("None.")


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    return _line(error.__traceback__)


def _line(trace: TracebackType | None) -> str:
    """The innermost line that is not ours, troposphere's, awacs's or Python's own; else the innermost of all."""
    found = own = ""
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if not re.search(
            r"[/\\](?:(?:troposphere|awacs|importlib)[/\\]|contextlib\.py$|bare_errors\.py$)|^<frozen", file
        ):
            own = f"{file}:{trace.tb_lineno}"
            found = found if file.startswith(OURS) else own
        trace = trace.tb_next
    return found or own or "the layer"
