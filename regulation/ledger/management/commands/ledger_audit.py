"""`./run manage ledger_audit [--against FILE]`: recompute the record, name the first entry that differs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from regulation.ledger.auditing import audit, raise_alarms
from regulation.ledger.sequencing import tree_size
from regulation.ledger.tlog import BadNote


class Command(BaseCommand):
    help = "Recompute every commitment, leaf, tile, checkpoint and signature; exit 1 where one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", type=Path, help="a checkpoint that somebody outside kept")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["against"]
        try:
            text = path.read_text(encoding="utf-8") if path else ""
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(f"{path} cannot be read: {fault}") from fault
        with Progress(console=Console(stderr=True)) as bar:
            work = bar.add_task("entries", total=tree_size())
            try:
                found = audit(against=text, progress=lambda done: bar.update(work, completed=done))
            except BadNote as fault:
                raise CommandError(f"{path} holds no checkpoint: {fault}") from fault
        raise_alarms(found)
        for one in found[:20]:
            self.stdout.write(f"{one.what}: {one.where} {one.detail}".rstrip())
        if found:
            raise CommandError(f"{len(found)} differences; the first: {found[0].what}, {found[0].where}")
        self.stdout.write(f"{tree_size()} entries: nothing differs")
