"""Starts what is measured, one command at a time: JSON lines in, what each took out.

A process of its own because Linux counts the memory of whoever starts a process into its peak: this
one stays as small as any Python.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def measured(command: list[str], out: str, env: dict[str, str] | None, cwd: str | None) -> Any:
    """Run a command to its end: seconds of wall clock and of CPU, MiB at its peak, exit code."""
    start = time.perf_counter()
    with Path(out).open("wb") as printed:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=printed, env=env, cwd=cwd
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return wall, cpu, usage.ru_maxrss / 1024, process.returncode


if __name__ == "__main__":
    # Bytecode is kept, as it is for users: without, every start would compile everything again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for line in sys.stdin:
        print(json.dumps(measured(**json.loads(line))), flush=True)
