"""`subprocess`, `os.system`: a program beside the function. AWS's command line makes requests with the same role."""

from __future__ import annotations

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.library import callbacks
from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import DATA, Const, beginning
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site

_SERVICES = {"s3api": "s3", "configservice": "config", "deploy": "codedeploy"}
"""Commands of the AWS CLI whose name is not that of the service (awscli/handlers.py)."""


def _run(site: Site, args: Arguments) -> Values:
    """`subprocess.run(["aws", "s3", "sync", …])`, `os.system("aws s3 sync …")`."""
    words = _words(site, args.get(0, "args") or args.get(0, "command"))
    if any(word.rpartition("/")[2] == "aws" for word in words[0]):
        services = {_SERVICES.get(word, word) for word in words[1]}
        known = sorted(service for service in services if models.exists(service))
        site.unresolved(
            "the AWS command line is run here: its requests are not seen", known[0] if len(known) == 1 else ""
        )
    callbacks.possible(site, args)
    return frozenset({DATA})


def _program(site: Site, args: Arguments) -> Values:
    """`asyncio.create_subprocess_exec("aws", "s3", …)`."""
    line = site.container("list")
    for index, values in enumerate(args.positional):
        site.put(line.space, index, values)
    return _run(site, Arguments([frozenset({line})]))


def _words(site: Site, values: Values) -> tuple[set[str], set[str]]:
    """What may stand first and second in the command."""
    first: set[str] = set()
    second: set[str] = set()
    for value in values:
        if isinstance(value, Container):
            first |= _texts(value.item(site, _FIRST))
            second |= _texts(value.item(site, _SECOND))
        else:
            words = [*beginning(value).split(maxsplit=2), "", ""]
            first.add(words[0])
            second.add(words[1])
    return first, second


def _texts(values: Values) -> set[str]:
    return {value.text for value in values if isinstance(value, Const) and value.text}


_FIRST: Values = frozenset({Const(0)})
_SECOND: Values = frozenset({Const(1)})

MODEL = {
    **model("subprocess", **dict.fromkeys(
        ("run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"), _run
    )),
    **model("os", system=_run, popen=_run),
    **model("asyncio", create_subprocess_exec=_program, create_subprocess_shell=_run),
}  # fmt: skip
