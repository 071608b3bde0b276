"""Imports that fail when the function starts, and a handler that cannot be called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tapgen.proof.rules.imports import HANDLER_ARGUMENTS, IMPORT_MISSING

if TYPE_CHECKING:
    from tapgen.proof import calls
    from tapgen.proof.findings import Finding
    from tapgen.syntax import Version

REMOVED: dict[Version, frozenset[str]] = {
    (3, 10): frozenset({"formatter", "parser", "symbol"}),
    (3, 11): frozenset({"binhex"}),
    (3, 12): frozenset({"asynchat", "asyncore", "distutils", "imp", "smtpd"}),
    (3, 13): frozenset({
        "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis", "nntplib",
        "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib",
    }),
}  # fmt: skip
"""Version -> modules that left the standard library with it (Python documentation, "What's New", "Removed")."""

ADDED: dict[Version, frozenset[str]] = {
    (3, 9): frozenset({"graphlib", "zoneinfo"}),
    (3, 11): frozenset({"tomllib"}),
    (3, 14): frozenset({"annotationlib", "compression"}),
}
"""Version -> modules that came into it."""

OF_THE_RUNTIME = frozenset({
    "boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six", "awslambdaric", "simplejson",
    "snapshot_restore_py", "bootstrap", "runtime_client", "awscrt", "pip", "setuptools", "pkg_resources", "wheel",
})  # fmt: skip
"""What Lambda's runtimes of Python bring beside the standard library, some of them not in every version."""

OF_INLINE_CODE = frozenset({"cfnresponse"})
"""What CloudFormation puts beside code in the template: template reference, "cfn-response module"."""


def left(module: str, python: Version) -> Version | None:
    """The version with which the module left the standard library, if that is not after the given one."""
    return next((since for since, gone in REMOVED.items() if module in gone and since <= python), None)


def in_standard_library(module: str, python: Version) -> bool:
    """Whether that version of Python has the module."""
    if left(module, python):
        return False
    came = next((since for since, new in ADDED.items() if module in new), None)
    known = module in sys.stdlib_module_names or any(module in gone for gone in REMOVED.values())
    return known if came is None else came <= python


def failing(
    function: str,
    analysis: calls.Analysis,
    shown: Callable[[str], str],
    python: Version,
    requirements: str | None,
    *,
    inline: bool = False,
) -> Iterator[Finding]:
    """What fails when the function starts.

    `shown` gives a file of the source as people see it. `requirements` is the text of what is installed beside the
    source, "" for nothing at all, None where nobody knows: modules that may come from there are not missed. `inline`:
    the code stands in the template.
    """
    path = ("Resources", function)
    told: set[str] = set()
    given = OF_THE_RUNTIME | OF_INLINE_CODE if inline else OF_THE_RUNTIME
    for one in analysis.imports:
        top = one.module.partition(".")[0]
        if top in told or top in given or in_standard_library(top, python):
            continue
        since = left(top, python)
        if since is not None and (requirements is None or top in requirements):
            continue
        if since is None and requirements != "":
            continue
        told.add(top)
        what = (
            f"{top}, which left Python's standard library with {since[0]}.{since[1]}"
            if since
            else f"{top}, which is neither in its source, nor in its requirements, nor in the runtime"
        )
        yield IMPORT_MISSING.finding(f"{function} imports {what}.", path, file=shown(one.file), line=one.line)
    for name in analysis.absent:
        message = f"{function} imports {name.name} from {name.module or 'its source'}, which has no such name."
        yield IMPORT_MISSING.finding(
            message, path, file=shown(name.file), line=name.line, hint="Correct the import, or define the name."
        )
    for problem in analysis.entry:
        yield HANDLER_ARGUMENTS.finding(
            f"{function}: {problem.message}.", path, file=shown(problem.file), line=problem.line
        )
