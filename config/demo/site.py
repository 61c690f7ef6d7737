"""What the demo's site consists of: its environment, its set-up steps, its processes, its health."""

import hashlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from .home import DemoError, Home
from .parts import Part
from .witnesses import WitnessPart

ROOT = Path(__file__).resolve().parents[2]
HEALTHY_WITHIN = 120.0  # seconds
MANAGE = [sys.executable, str(ROOT / "manage.py")]


class Site:
    """The site in one home at one port: production settings, embedded servers, plain http."""

    def __init__(self, home: Home, listener: socket.socket, addresses: Mapping[str, str]) -> None:
        self.home, self.listener = home, listener
        self.witnesses = [WitnessPart(home, name) for name in ("demo-regulator", "demo-notary")]
        self.port: int = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            **addresses,
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": home.secret("secret-key"),
            "IDENTITY_HMAC_KEY": home.secret("identity-hmac-key"),
            "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
            "SITE_URL": self.address,
            "INSECURE_HTTP": "1",
            "QINQING_VAR": str(home.path),
            "MEDIA_ROOT": str(home.folder("media")),
            "STATIC_ROOT": str(home.folder("static")),
            "PYTHONUNBUFFERED": "1",
            "PAYMENTS_CUSTODY": "演示代管账户（虚构）invented · 6222 0000 0000 0000",
            "LEDGER_PUBLISH_SECONDS": os.environ.get("LEDGER_PUBLISH_SECONDS", "60"),
            "LEDGER_ORIGIN": home.text("ledger-origin", "qinqing.demo/ledger"),
            "LEDGER_WITNESSES": " ".join(witness.word for witness in self.witnesses),
            "LEDGER_WITNESSES_REQUIRED": str(len(self.witnesses)),
        }
        self.environment.pop("LEDGER_KEY_FILE", None)
        self.with_ledger_key = {
            **self.environment,
            "LEDGER_KEY_FILE": str(home.folder("ledger-key") / "key"),
        }

    def parts(self) -> list[Part]:
        """Web, worker, beat, two witnesses, three trustees. The worker alone can sign the ledger.

        Raises FileNotFoundError before the set-up has made the ledger's key.
        """
        python, handle = sys.executable, self.listener.fileno()
        web = ["gunicorn", "config.wsgi", "--bind", f"fd://{handle}", "--workers", "2", "--threads", "4"]
        web += ["--graceful-timeout", "1", "--no-control-socket"]
        celery = ["celery", "--app", "config.celery"]
        worker = [
            *celery,
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ]
        beat = [*celery, "beat", "--schedule", str(self.home.path / "beat-schedule"), "--pidfile", ""]
        return [
            Part("web", [python, "-m", *web], self.environment, self.home.log("web"), pass_fds=(handle,)),
            Part("worker", [python, "-m", *worker], self.with_ledger_key, self.home.log("worker")),
            Part("beat", [python, "-m", *beat], self.environment, self.home.log("beat")),
            *(witness.part(f"{self.address}/ledger", self.log_key) for witness in self.witnesses),
            *(self.trustee(name) for name in ("platform", "regulator", "notary")),
        ]

    @property
    def log_key(self) -> Path:
        """The file with the verifier key of the ledger: made in the set-up, all that a witness is told."""
        return self.home.folder("ledger-key") / "verifier"

    def trustee(self, name: str) -> Part:
        """A trustee's own program with its own store; it knows of the site no more than its address."""
        store = self.home.folder("trustees") / name
        words = ["--passphrase-file", str(store / "passphrase"), "run", str(store / "store.json")]
        command = [sys.executable, str(ROOT / "tools" / "trustee.py"), *words, "--site", self.address]
        plain = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return Part(f"trustee-{name}", command, plain, self.home.log(f"trustee-{name}"))

    def is_healthy(self) -> bool:
        """Whether /healthz says that database, broker, worker and beat all work."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as reply:  # noqa: S310 - http, ours
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def await_health(self, parts: list[Part]) -> None:
        """Wait for /healthz. Raises DemoError when it does not get well, or a part keeps dying."""
        deadline = time.monotonic() + HEALTHY_WITHIN
        while not self.is_healthy():
            for part in parts:
                if not part.keep_up():
                    raise DemoError(f"{part.name} keeps ending. The end of {part.log}:\n{tail(part.log)}")
            if time.monotonic() > deadline:
                raise DemoError(
                    f"The site is not healthy: {self.address}/healthz. Logs: {self.home.path}/logs"
                )
            time.sleep(0.1)


def listen(port: int) -> socket.socket:
    """Take the port for the site before anything else is done. Raises DemoError when it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise DemoError(
            f"Port {port} cannot be used ({error}). Choose another: ./run demo --port {port + 1}"
        ) from None
    return listener


def static_sources() -> str:
    """A digest that changes when any file collected into STATIC_ROOT may have changed."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted(own_static_files()):
        seen = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def own_static_files() -> Iterator[Path]:
    for room in ("cms", "marketplace", "regulation"):
        for folder in (ROOT / room).rglob("static"):
            yield from (path for path in folder.rglob("*") if path.is_file())


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
