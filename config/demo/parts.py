"""The site's processes: groups of their own, told to end when their supervisor dies, ended as groups."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the wishes to end
MANY_DEATHS, WITHIN = 3, 30.0  # seconds


class Part:
    """One process of the site, with a log, that is started again when it dies."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        pass_fds: tuple[int, ...] = (),
    ) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.pass_fds = pass_fds
        self.process: subprocess.Popen[bytes] | None = None
        self._deaths: list[float] = []

    def start(self) -> None:
        with self.log.open("ab") as log, undisturbed():
            self.process = spawn(self.command, self.environment, output=log.fileno(), pass_fds=self.pass_fds)

    def keep_up(self) -> bool:
        """Start the part again if it died. False when it died too often for that to help."""
        if self.process is None or not has_ended(self.process):
            return True
        now = time.monotonic()
        self._deaths = [moment for moment in self._deaths if now - moment < WITHIN] + [now]
        end_group(self.process)
        if len(self._deaths) >= MANY_DEATHS:
            return False
        print(
            f"{self.name} ended ({self.process.returncode}); starting it again. Log: {self.log}", flush=True
        )
        self.start()
        return True


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """A wish to end waits until a process that was started is also known, or nobody would stop it."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def spawn(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    output: int | None = None,
    pass_fds: tuple[int, ...] = (),
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own; the kernel ends it when this process dies (Linux)."""
    supervisor = os.getpid()
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=pass_fds,
        start_new_session=True,
        preexec_fn=lambda: end_with(supervisor),  # one thread only, so safe
    )


def end_with(supervisor: int) -> None:
    """Hear every wish to end, and ask the kernel to send SIGTERM to this process when its parent dies."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:  # died before the call
            os._exit(1)


def stop(processes: Iterable["subprocess.Popen[bytes]"], *, seconds: float) -> None:
    """Ask all at once to end, give them the seconds together, then end them with all their children."""
    asked = [process for process in processes if process.returncode is None]
    for process in asked:
        process.terminate()
    deadline = time.monotonic() + seconds
    while not all(map(has_ended, asked)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for process in asked:
        end_group(process)


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether the process is over. It is not reaped, so its number stays taken."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of a process's session, then let go of its number."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
