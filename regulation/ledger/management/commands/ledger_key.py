"""`./run manage ledger_key`: make the log's key, outside the database, or put another in its place."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from regulation.ledger import logkey
from regulation.ledger.errors import LedgerRefused
from regulation.ledger.rotation import rotate
from regulation.ledger.tlog import PLANNED, REASONS, Verifier


class Command(BaseCommand):
    help = "Make the log's key in LEDGER_KEY_FILE (mode 0600), or rotate it; print its verifier key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-missing", action="store_true", help="keep the key there is")
        parser.add_argument("--rotate", action="store_true", help="a new key in the place of the present one")
        parser.add_argument("--reason", choices=REASONS, default=PLANNED, help="why it is rotated")
        parser.add_argument("--to", type=Path, help="a file to write the verifier key into as well")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verifier = rotate(reason=options["reason"]) if options["rotate"] else self._make(options)
        except logkey.NoLogKey as fault:
            raise CommandError(str(fault) or "LEDGER_KEY_FILE names no file with the log's key") from fault
        except LedgerRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(str(verifier))
        if options["to"]:
            options["to"].write_text(f"{verifier}\n", encoding="utf-8")

    def _make(self, options: dict[str, Any]) -> Verifier:
        try:
            return logkey.create()
        except FileExistsError as fault:
            if options["if_missing"]:
                return logkey.register()
            raise CommandError("there is a key already; a new one is a rotation: --rotate") from fault
