"""Running PostgreSQL for root, which it refuses to serve: no user is made and no folder opened.

First choice: a user namespace in which root has the number of `nobody`; the files stay root's own. Where that
is not allowed (many containers): the number of `nobody` itself, with the one capability that lets it through
root's closed folders; then the data folder, and nothing else, belongs to `nobody`.
"""

import os
import pwd
import subprocess
from functools import cache
from pathlib import Path

from .server import EmbeddedServerError


def prefix(data: Path) -> list[str]:
    """What to put before PostgreSQL's command line so that it can own and reach the data folder.

    Empty for everybody but root, and for numbers without a name, which PostgreSQL refuses too. May hand an
    empty new folder over to `nobody`. Raises EmbeddedServerError where neither way is allowed.
    """
    if os.geteuid() != 0:
        return [] if is_named(os.geteuid()) else user_namespace()
    nobody = pwd.getpwnam("nobody")
    if data.stat().st_uid == 0:
        if namespace := user_namespace():
            return namespace
        if any(data.iterdir()):
            raise EmbeddedServerError(f"{data} needs user namespaces, which are not allowed now.")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
    words = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    words += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
    words += [
        "--securebits=+no_setuid_fixup"
    ]  # without it access(2), which PostgreSQL asks too, forgets capabilities
    if works([*words, "test", "-w", str(data)]):
        return words
    raise EmbeddedServerError(
        "PostgreSQL refuses to run as root, and this machine allows neither user namespaces nor another way. "
        "Run as a normal user, or set DATABASE_URL and DATABASE_OWNER_URL."
    )


@cache
def user_namespace() -> list[str]:
    """The command that makes us `nobody` to ourselves for one process; empty where it is not allowed."""
    number = pwd.getpwnam("nobody")
    words = ["unshare", "--user", f"--map-user={number.pw_uid}", f"--map-group={number.pw_gid}"]
    return words if works([*words, "true"]) else []


def is_named(number: int) -> bool:
    """Whether the system knows a user of this number; containers may run as one it does not know."""
    try:
        return bool(pwd.getpwuid(number))
    except KeyError:
        return False


def works(command: list[str]) -> bool:
    """Whether the command exists and ends well."""
    try:
        return subprocess.run(command, capture_output=True, cwd="/", timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
