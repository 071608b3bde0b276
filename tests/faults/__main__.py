"""Every fault at every call of every command, on the real client before an AWS of this machine.

`make faults` runs it: thousands of command lines, about an hour of one processor. Each case is judged by four
questions: does the exit code say what is so, is there no traceback, is nothing left behind in silence, and does the same
command succeed afterwards? Waiting between attempts is shortened, and a silence until the client gives up; with --real
one call of each scene meets a silence of 30 seconds, and one that lasts until the client gives up by itself.

    python -m tests.faults --only 'StackSet create:reset after' --call 4 --show
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

CHUNK = 20
"""Cases that a process is given at once, all of one scene."""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a scene, or SCENE:FAULT")
    parser.add_argument("--call", type=int, default=0, help="the number of a call, from 1")
    parser.add_argument("--each", type=int, default=1, help="only each so many-th case")
    parser.add_argument("--kind", choices=("faults", "signals"), help="one of the two alone")
    parser.add_argument("--show", action="store_true", help="print what each command says")
    parser.add_argument("--on", choices=("embedded", "moto"), help="one AWS alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, each with AWSes of its own")
    parser.add_argument("--record", type=Path, help="a file with a line for each case: those in it are not run again")
    parser.add_argument("--sample", action="store_true", help="one case of each scene, in this process")
    parser.add_argument("--real", action="store_true", help="one call of each scene, and silence as long as it is")
    return parser.parse_args()


def main():
    given = arguments()
    os.environ["TZ"] = "UTC"
    os.environ |= {"FAULTS_REAL": "1"} if given.real else {}
    for name in [name for name in os.environ if name.startswith(("AWS_", "TAPGEN_"))]:
        del os.environ[name]
    from tests.faults.cases import Case, chosen, sample, scenes_of
    from tests.faults.worker import calls, close, played, start

    if given.sample:
        results = played(sample())
        close()
        for one in results:
            told(one, given)
        missed = [one.case.scene for one in results if not one.met]
        print(f"{len(results)} cases, {sum(bool(one.wrong) for one in results)} wrong, not met: {missed}")
        return bool(missed or any(one.wrong for one in results))
    known = recorded(given.record)
    tallies, begin = defaultdict(Counter), time.monotonic()
    with ProcessPoolExecutor(given.workers, get_context("spawn"), start) as pool:
        waiting = []
        for name, found in pool.map(calls, scenes_of(given)):
            tallies[name]["calls"] = len(found)
            cases = [case for case in chosen(name, found, given) if case not in known]
            waiting += [pool.submit(played, cases[at : at + CHUNK]) for at in range(0, len(cases), CHUNK)]
        print(f"{len(waiting)} times up to {CHUNK} cases", flush=True)
        for one in as_completed(waiting):
            for result in one.result():
                told(result, given)
                counted(tallies, result.line)
    for line in map(json.loads, given.record.read_text().splitlines()) if known else ():
        case = Case(line["scene"], line["call"], line["fault"], line["when"])
        if case in known and case.scene in tallies:
            counted(tallies, line)
    for name, tally in sorted(tallies.items()):
        print(f"| {name} | {tally['calls']} | {tally['faults']} | {tally['signals']} | {tally['wrong']} |")
    total = sum(tallies.values(), Counter())
    cases = total["faults"] + total["signals"]
    print(f"{cases} cases, {total['wrong']} wrong, {time.monotonic() - begin:.0f} s")
    return bool(total["wrong"])


def counted(tallies, line):
    """Count a case, played now or recorded; where its fault was met by no call, as one call less was made, it is none."""
    kind = "signals" if line["fault"].startswith("SIG") else "faults"
    tallies[line["scene"]].update({kind: bool(line["met"]), "wrong": bool(line["met"] and line["wrong"])})


def recorded(path):
    """The cases that a record has."""
    from tests.faults.cases import Case

    if path is None or not path.exists():
        return set()
    lines = map(json.loads, path.read_text().splitlines())
    return {Case(one["scene"], one["call"], one["fault"], one["when"]) for one in lines}


def told(result, given):
    """Print what is wrong, and write the case down."""
    case = result.case
    if given.show:
        print(f"--- {case.scene} {case.call} {result.met} {case.fault} {case.when}: {result.code}\n{result.said}")
    for one in result.wrong:
        place = f"{case.scene}:{case.fault} --call {case.call} ({result.met}, {case.when})"
        print(f"WRONG {place}: {result.code}: {one}", flush=True)
    if given.record:
        with given.record.open("a") as record:
            record.write(json.dumps(result.line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
