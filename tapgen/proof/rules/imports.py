"""What makes a function fail when it starts, before it handles anything: imports, syntax, the handler's parameters."""

from __future__ import annotations

from tapgen.proof.rules.rule import Rule

IMPORT_MISSING = Rule(
    "import-missing",
    "error",
    "The code imports what is not there",
    "Every invocation ends with Runtime.ImportModuleError before the handler is called.",
    "Add the package to the function's requirements, or correct the import.",
    'Lambda developer guide, "Packaging your dependencies"; PEP 594, "Removing dead batteries"',
)
HANDLER_ARGUMENTS = Rule(
    "handler-arguments",
    "error",
    "The handler cannot be called as Lambda calls it",
    "Lambda passes the event and the context by position, and does not await what the handler gives.",
    "Define it as `def handler(event, context)`.",
    'Lambda developer guide, "Define Lambda function handler in Python"',
)
SOURCE_NEWER = Rule(
    "source-newer",
    "info",
    "The source is newer than the Python that tapgen runs on",
    "It may be right for the function's runtime, but what it calls is not known.",
    "Run tapgen with the Python of the function's runtime to have the source checked.",
    'Python documentation, "What\'s New in Python"',
)

IMPORT_RULES = (IMPORT_MISSING, HANDLER_ARGUMENTS, SOURCE_NEWER)
