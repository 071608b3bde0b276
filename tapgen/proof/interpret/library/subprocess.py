"""`subprocess`, `os.system`: a program beside the function. AWS's command line makes requests with the same role."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import dropwhile

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.library import callbacks, command_line
from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import DATA, GAP, Beginning, Const, beginning, constant, tells
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_BETWEEN = re.compile(r"&&|\|\||[;|\n]")
"""What stands between two commands of a shell."""


def _run(site: Site, args: Arguments) -> Values:
    """`subprocess.run(["aws", "s3", "sync", …])`, `os.system("aws s3 sync …")`."""
    for words in _lines(site, args.get(0, "args") or args.get(0, "command")):
        if words and _text(words[0]).rpartition("/")[2] == "aws":
            _aws(site, words[1:])
    callbacks.possible(site, args)
    return frozenset({DATA})


def _aws(site: Site, words: list[Values]) -> None:
    found = command_line.command(words)
    if found is not None and command_line.run(site, found):
        return
    service = found.service if found else _text(words[0]) if words else ""
    service = command_line.SERVICES.get(service, service)
    known = service if models.exists(service) else ""
    site.unresolved("the AWS command line is run here: its requests are not seen", known)


def _split(_site: Site, args: Arguments) -> Values:
    """`shlex.split(command)`: the words of a text that tells of requests are taken for the text."""
    return frozenset(value for value in args.get(0, "s") if tells(beginning(value))) or frozenset({DATA})


def _program(site: Site, args: Arguments) -> Values:
    """`asyncio.create_subprocess_exec("aws", "s3", …)`."""
    line = site.container("list")
    for index, values in enumerate(args.positional):
        site.put(line.space, index, values)
    return _run(site, Arguments([frozenset({line})]))


def _lines(site: Site, values: Values) -> Iterator[list[Values]]:
    """The words of each command that is run; an empty last one stands for any more."""
    for value in values:
        if isinstance(value, Container):
            words = [site.find(value.space, index) for index in value.space.indexes()]
            yield _some_words(value.item(site, constant(0))) if site.rest(value.space) else words
            for word in words[2:]:  # bash -c "aws s3 …"
                yield from _of_text(_text(word)) if " " in _text(word) else ()
        else:
            yield from _of_text(_whole(value))


def _some_words(words: Values) -> list[Values]:
    """What may be the words of a list that was put together: of AWS's command line the service, if there is one."""
    texts = {beginning(word) for word in words}
    services = [text for text in texts if models.exists(command_line.SERVICES.get(text, text))]
    program = [constant(text) for text in texts if text.rpartition("/")[2] == "aws"]
    return [*program[:1], *(map(constant, services) if len(services) == 1 else []), UNKNOWN]


def _of_text(text: str) -> Iterator[list[Values]]:
    for piece in _BETWEEN.split(text):
        try:
            words = shlex.split(piece)
        except ValueError:  # quotation marks that are not closed
            words = piece.split()
        yield [_word(word) for word in dropwhile(_sets_variable, words)]


def _sets_variable(word: str) -> bool:
    return re.match(r"\w+=", word) is not None


def _word(word: str) -> Values:
    begins, gap, _ = word.partition(GAP)
    return constant(word) if not gap else frozenset({Beginning(begins)}) if begins else UNKNOWN


def _whole(value: object) -> str:
    """The text of a command, with a gap for each part that is not known."""
    if isinstance(value, Beginning):
        return value.whole or f"{value.text}{GAP}"
    return value.text or "" if isinstance(value, Const) else ""


def _text(values: Values) -> str:
    """The one text that a word is known to be, or to begin with."""
    texts = {beginning(value) for value in values}
    return texts.pop() if len(texts) == 1 else ""


MODEL = {
    **model("subprocess", **dict.fromkeys(
        ("run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"), _run
    )),
    **model("shlex", split=_split),
    **model("os", system=_run, popen=_run),
    **model("asyncio", create_subprocess_exec=_program, create_subprocess_shell=_run),
}  # fmt: skip
