"""python -m tests.template FOLDER command …: run the command with one migrated database to copy.

Over two hundred migrations take more than a minute, and each process of a run would take it again. The name
of the database is in QINQING_TEST_TEMPLATE; its dump stays in FOLDER, and a later run restores it and applies
what is new (QINQING_TEST_TEMPLATE_RESTORED then says so).
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config.embedded.postgres import programs

ROOT = Path(__file__).parent.parent
KEPT = 12  # dumps of other states of the migrations, for those who go between branches


def sources() -> dict[str, str]:
    """What a migrated database comes from: the digest of each file, the version of each package."""
    paths = [
        path
        for room in ("regulation", "marketplace", "cms", "config")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" in path.parts
    ]
    packages = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements-dev.lock").read_text(), re.M)
    return dict(packages) | {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }


def base(folder: Path, present: dict[str, str]) -> Path | None:
    """The dump with most migrations among those that hold none that is changed or gone since."""
    told = [(path, path.with_suffix(".json")) for path in folder.glob("*.dump")]
    held = {path: json.loads(said.read_text()) for path, said in told if said.exists()}
    fit = [path for path, files in held.items() if files.items() <= present.items()]
    return max(fit, key=lambda path: len(held[path]), default=None)


def address(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path=f"/{database}"))


def tool(name: str, *arguments: str) -> None:
    folder, _ = programs()
    subprocess.run([str(folder / name), *arguments], check=True, capture_output=True, text=True)


def migrate(database: str) -> None:
    """In a process of its own, so that this one keeps its connections and its models."""
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"],
        env=os.environ | {"DATABASE_OWNER_URL": address(database), "QINQING_DATABASE_ROLE": "owner"},
        check=True,
    )


def prepared(folder: Path) -> tuple[str, bool]:
    """The name of a database with every migration applied, made if this server has none; and whether it came
    from a dump: what the server reads from one it writes in other words, a constraint's list say."""
    present = sources()
    mark = hashlib.sha256(json.dumps(present, sort_keys=True).encode()).hexdigest()[:16]
    name, new, dump = f"qinqing_template_{mark}", f"qinqing_new_{mark}", folder / f"{mark}.dump"
    folder.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(address("postgres"), autocommit=True) as link:
        if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name, True
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(new)))
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(new)))
        if found := base(folder, present):
            tool("pg_restore", "--exit-on-error", "--dbname", address(new), str(found))
            found.touch()
        if found != dump:
            migrate(new)
            keep(new, dump, present)
        link.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(new), sql.Identifier(name))
        )
    return name, found is not None


def keep(database: str, dump: Path, present: dict[str, str]) -> None:
    """Dump the database for later runs; the oldest of too many go."""
    part = dump.with_suffix(f".{os.getpid()}")
    tool("pg_dump", "--format=custom", "--file", str(part), address(database))
    dump.with_suffix(".json").write_text(json.dumps(present))
    part.rename(dump)
    for old in sorted(dump.parent.glob("*.dump"), key=lambda path: -path.stat().st_mtime)[KEPT:]:
        old.unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)


if __name__ == "__main__":
    os.environ["QINQING_TEST_TEMPLATE"], restored = prepared(Path(sys.argv[1]))
    os.environ["QINQING_TEST_TEMPLATE_RESTORED"] = "yes" if restored else ""
    os.execvp(sys.argv[2], sys.argv[2:])
