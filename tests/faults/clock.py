"""Waiting, shortened: import this before anything that remembers `time.sleep`. With FAULTS_REAL it takes its time."""

from __future__ import annotations

import os
import time

REAL = bool(os.environ.get("FAULTS_REAL"))
sleep = time.sleep
if not REAL:
    time.sleep = lambda seconds: sleep(min(seconds, 0.002))
