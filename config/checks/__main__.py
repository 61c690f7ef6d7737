"""Run every check to its end, then tell which failed."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
BIN = Path(sys.executable).parent
PYTHON = [sys.executable]
MANAGE = [sys.executable, "manage.py"]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "IDENTITY_HMAC_KEY": secrets.token_urlsafe(50),
    "LOG_LEVEL": "WARNING",
}
TEST = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONWARNINGS": "ignore::RuntimeWarning"}


def checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and environment of each."""
    rooms = ("cms", "marketplace", "regulation", "templates")
    templates = [
        str(path.relative_to(ROOT)) for room in rooms for path in sorted((ROOT / room).rglob("*.html"))
    ]
    return [
        ("lint", [*PYTHON, "-m", "ruff", "check", "."], {}),
        ("format", [*PYTHON, "-m", "ruff", "format", "--check", "."], {}),
        ("templates", [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates], {}),
        ("types", [*PYTHON, "-m", "mypy"], {}),
        ("imports", [*PYTHON, "-c", IMPORTS], {}),
        ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], TEST),
        ("translations", [*PYTHON, "-m", "config.checks.translations"], TEST),
        ("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


def main() -> int:
    failed = []
    for name, command, environment in checks():
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        verdict = "FAILED" if done.returncode else "ok"
        print(f"{name:<14}{verdict:<8}{time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout.decode(errors="replace"), flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
