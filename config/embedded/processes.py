"""Knowing a process by its command line, and signalling it only when it is the one meant."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path


def command_line(pid: int) -> list[str]:
    """The arguments of a live process; empty for a dead one, a zombie or a kernel thread."""
    if pid <= 0:
        return []
    if Path("/proc/self/cmdline").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return []
        return os.fsdecode(raw.removesuffix(b"\0")).split("\0") if raw else []
    listed = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True)
    return [listed.stdout.strip()] if listed.stdout.strip() else []


def is_running_with(pid: int, arguments: Sequence[str]) -> bool:
    """Whether the process carries these arguments, one after the other, in its command line."""
    line = command_line(pid)
    if len(line) == 1:  # without /proc only the joined line is known
        return " ".join(arguments) in line[0]
    size = len(arguments)
    return any(line[i : i + size] == list(arguments) for i in range(len(line) - size + 1))


def send(pid: int, signum: signal.Signals, arguments: Sequence[str]) -> bool:
    """Signal the process if it is running with these arguments; answers whether it was.

    A pid file handle is taken before looking, so a number handed to another process in between is never hit.
    """
    if not hasattr(os, "pidfd_open"):
        if not is_running_with(pid, arguments):
            return False
        os.kill(pid, signum)
        return True
    try:
        handle = os.pidfd_open(pid)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    try:
        if not is_running_with(pid, arguments):
            return False
        signal.pidfd_send_signal(handle, signum)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)


def first_number(path: Path) -> int:
    """The number on a pid file's first line; 0 where there is no file or no number in it."""
    try:
        return int(path.read_text(errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return 0
