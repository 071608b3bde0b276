"""The command line in a process of its own that has everything imported: one for each signal, without its start."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

from tests.faults import clock  # noqa: F401 - before anything that remembers `time.sleep`

from tapgen.cli import main  # isort: skip

for command in ("bootstrap", "cancel", "deploy", "destroy", "diff", "drift", "events", "invoke", "logs", "outputs",
                "recover", "rename", "status", "sync", "watch"):  # fmt: skip
    import_module(f"tapgen.cli.{command}")
for service in ("cloudformation", "s3", "sts", "lambda", "iam"):
    from tapgen.deploy.aws.session import _models

    _models(None).load_service_model(service, "service-2")


def command_line(words, variables, out, err):
    """`tapgen WORDS` with what it prints in two files; ends this process."""
    os.environ.update(variables)
    sys.argv = ["tapgen", *words]
    for name in ("SIGTERM", "SIGHUP"):  # as a terminal starts it, also where nohup or a job runs the tests
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdout, sys.stderr = (path.open("w", encoding="utf-8") for path in (out, err))
    main()
