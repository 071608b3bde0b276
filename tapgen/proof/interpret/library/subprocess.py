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
from tapgen.proof.interpret.python.plain import DATA, GAP, Beginning, Const, Library, beginning, constant, tells
from tapgen.proof.interpret.python.values import UNKNOWN, Value, Values
from tapgen.proof.interpret.site import Site

_PROGRAMS = {
    **dict.fromkeys(("cdk", "eksctl", "packer", "sam", "serverless", "sls", "terraform", "terragrunt", "tofu"), ""),
    **dict.fromkeys(("mc", "mount-s3", "rclone", "restic", "s3cmd", "s5cmd"), "s3"),
    "sops": "kms",
}
"""Further programs that take the role's credentials from the environment -> the service, "" for several."""

_RUNNING = re.compile(r"(.*/)?(python[\d.]*|env|timeout|nice|sudo|time|exec)|-\w+|\d+|\w+=.*")
"""Words that may stand before the program: `timeout 60 python3 /opt/aws s3 sync …`."""

_BETWEEN = re.compile(r"&&|\|\||[;|\n]")
"""What stands between two commands of a shell."""


def _run(site: Site, args: Arguments) -> Values:
    """`subprocess.run(["aws", "s3", "sync", …])`, `os.system("aws s3 sync …")`."""
    for words in _lines(site, args.get(0, "args") or args.get(0, "command")):
        following = list(dropwhile(_runs_another, words))
        if following and any(map(_is_aws, following[0])):
            _aws(site, following[1:])
        name = _text(following[0]).rpartition("/")[2] if following else ""
        if name.endswith((".py", ".sh")) or (name and site.machine.sources.local(name)):
            site.unresolved(f"{name} is run here as a program of its own, whose requests are not seen")
        if name in _PROGRAMS:
            site.unresolved(f"{name} is run here, which makes AWS requests with the function's role", _PROGRAMS[name])
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
            yield _some_words(site.contents(value.space)) if site.rest(value.space) else words
            for word in words[2:]:  # bash -c "aws s3 …"
                yield from _of_text(_text(word)) if " " in _text(word) else ()
        else:
            yield from _of_text(_whole(value))


def _some_words(words: Values) -> list[Values]:
    """What may be the words of a list that was put together: of AWS's command line the service, if there is one."""
    texts = sorted({beginning(word) for word in words})
    services = [text for text in texts if models.exists(command_line.SERVICES.get(text, text))]
    program = frozenset(filter(_is_aws, words))
    return [program or UNKNOWN, *(map(constant, services) if len(services) == 1 else []), UNKNOWN]


def _runs_another(word: Values) -> bool:
    """Whether a word is a program that runs the one that follows, such as `sys.executable`, or an option of it."""
    return all(isinstance(one, Library) or _RUNNING.fullmatch(beginning(one)) for one in word)


def _is_aws(word: Value) -> bool:
    text = _whole(word) if isinstance(word, Beginning) else beginning(word)
    return text.rpartition("/")[2] == "aws"


def _of_text(text: str) -> Iterator[list[Values]]:
    for piece in _BETWEEN.split(text):
        try:
            words = shlex.split(piece)
        except ValueError:  # quotation marks that are not closed
            words = piece.split()
        yield [_word(word) for word in words]


def _word(word: str) -> Values:
    begins, gap, _ = word.partition(GAP)
    return constant(word) if not gap else frozenset({Beginning(begins)}) if begins else UNKNOWN


def _whole(value: Value) -> str:
    """The text of a command, with a gap for each part that is not known."""
    if isinstance(value, Beginning):
        return value.whole or f"{value.text}{GAP}"
    return value.text or "" if isinstance(value, Const) else ""


def _text(values: Values) -> str:
    """The one text that a word is known to be, or to begin with."""
    texts = {beginning(value) for value in values}
    return texts.pop() if len(texts) == 1 else ""


def _run_module(site: Site, _args: Arguments) -> Values:
    """`runpy.run_path("job.py")`."""
    site.unresolved("code is run here as a program of its own, whose requests are not seen")
    return UNKNOWN


MODEL = {
    **model("runpy", run_path=_run_module, run_module=_run_module),
    **model("subprocess", **dict.fromkeys(
        ("run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"), _run
    )),
    **model("shlex", split=_split),
    **model("os", system=_run, popen=_run),
    **model("asyncio", create_subprocess_exec=_program, create_subprocess_shell=_run),
}  # fmt: skip
