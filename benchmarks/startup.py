"""CPU seconds of `affisync --help` and `--version`, beside a bare interpreter.

    .venv/bin/python benchmarks/startup.py

Target: --help under 0.5 s of CPU time.
"""

import os
import statistics
import subprocess
import sys

COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "affisync --version": ("-m", "sync.cli", "--version"),
    "affisync --help": ("-m", "sync.cli", "--help"),
    "affisync sync --help": ("-m", "sync.cli", "sync", "--help"),
}
RUNS = 9


def cpu(arguments: tuple[str, ...]) -> float:
    """CPU seconds of one process, user and system."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    for name, arguments in COMMANDS.items():
        cpu(arguments)
        seconds = [cpu(arguments) for _ in range(RUNS)]
        print(f"{name:22} cpu {statistics.median(seconds):.3f} s (max {max(seconds):.3f})")


if __name__ == "__main__":
    main()
