"""Homes for one run only. A run that was killed cannot remove its own, so the next one does."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def folder(base: Path) -> Iterator[Path]:
    """A fresh folder inside base; removed afterwards, with those that dead runs left."""
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(base / "sweep.lock"):
        for left in base.glob("run-*"):
            with (
                contextlib.suppress(BlockingIOError, FileNotFoundError),
                locked(left / "use.lock", wait=False),
            ):
                shutil.rmtree(left, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix="run-", dir=base))
        in_use = contextlib.ExitStack()
        in_use.enter_context(locked(made / "use.lock"))
    with in_use:
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a file lock, dropped when the process dies. BlockingIOError if held and not to wait."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
