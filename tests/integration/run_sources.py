"""Runs handler sources, each in a process forked from one that has imported boto3; not a test.

Usage: python run_sources.py SOURCES.json, a list of [name, folder, entry point]. What a source raises is of no interest
here: the requests that it sent until then are recorded by botocore's client-side monitoring, under the source's name.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import inspect
import io
import json
import os
import signal
import sys
import threading
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path

import boto3
import botocore.session
from botocore.loaders import JSONFileLoader, create_loader

PATIENCE = 20  # seconds, for what would never end
NAP = 0.5  # seconds: a longer sleep is a waiter's, which would wait for minutes
AT_ONCE = 4  # processes: some of them do nothing but wait
COMMON = ("dynamodb", "lambda", "s3", "sns", "sqs")  # read once, before the forks

read = cache(JSONFileLoader().load_file)


class Event(dict):
    """An event that has everything: "GET" where nothing else fits."""

    def __missing__(self, key: str) -> str:
        return "GET"

    def get(self, key: str, default: object = None) -> object:
        return self[key]


class Context:
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "worker"

    def get_remaining_time_in_millis(self) -> int:
        return 1000


def run(folder: str, entry_point: str) -> None:
    module, _, name = entry_point.rpartition(".")
    sys.path.insert(0, folder)
    handler = getattr(importlib.import_module(module), name)
    answer = handler(Event(op="list_tables", Records=[Event(body="{}")]), Context())
    if inspect.isawaitable(answer):
        asyncio.run(answer)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(1)


def nap(seconds: float, sleep=time.sleep) -> None:
    """Sleep for a moment, or end: how long a handler gets must not depend on how fast the machine is."""
    if seconds > NAP:
        raise SystemExit
    sleep(seconds)


def main(file: str) -> None:
    JSONFileLoader.load_file = lambda _, path: read(path)  # the children find in memory what was read before the forks
    loader = create_loader()
    botocore.session.create_loader = lambda *_: loader  # what it has found in folders too
    for service in COMMON:
        boto3.client(service)
    gc.freeze()  # what is there stays shared: nothing of it is looked through in each process
    sources = json.loads(Path(file).read_text())
    for number, (name, folder, entry_point) in enumerate(sources):
        if number >= AT_ONCE:
            os.wait()
        if not os.fork():
            signal.alarm(PATIENCE)
            time.sleep = nap
            os.environ["AWS_CSM_CLIENT_ID"] = name
            with suppress(BaseException), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                boto3.setup_default_session()
                run(folder, entry_point)
            os._exit(0)
    with suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    main(sys.argv[1])
