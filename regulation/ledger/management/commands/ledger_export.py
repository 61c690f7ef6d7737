"""`./run manage ledger_export FILE`: the whole record, to be checked without the site (docs/ledger.md)."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from regulation.ledger.export import export_lines
from regulation.ledger.publication import published_note
from regulation.ledger.queries import database_now
from regulation.ledger.tlog import Head, Note


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Command(BaseCommand):
    help = "Write every leaf up to the published checkpoint, with what its entry says, and the checkpoint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file; the checkpoint goes beside it")
        parser.add_argument("--commitments", action="store_true", help="leaves alone, which are public")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        note = published_note(at=database_now())
        if note is None:
            raise CommandError("No checkpoint is published yet to check an export against.")
        size = Head.parse(Note.parse(note).text).size
        lines = export_lines(size=size, contents=not options["commitments"])
        try:
            with (
                open(path, "x", encoding="utf-8", opener=_private) as file,
                Progress(console=Console(stderr=True)) as bar,
            ):
                for line in bar.track(lines, total=size, description="leaves"):
                    file.write(line)
            path.with_name(path.name + ".checkpoint").write_text(note, encoding="utf-8")
        except FileExistsError as fault:
            raise CommandError(f"{path} exists already.") from fault
        except OSError as fault:
            raise CommandError(f"{path} cannot be written: {fault}") from fault
        self.stdout.write(f"{size} leaves in {path}, the checkpoint beside it")
