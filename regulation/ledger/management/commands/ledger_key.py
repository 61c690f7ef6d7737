"""`./run manage ledger_key`: make the log's signing key, outside the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from regulation.ledger import logkey


class Command(BaseCommand):
    help = "Make the log's key in LEDGER_KEY_FILE (mode 0600) and print its verifier key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-missing", action="store_true", help="keep the key there is")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(str(logkey.create()))
        except logkey.NoLogKey as fault:
            raise CommandError("LEDGER_KEY_FILE names the file the key is to stand in") from fault
        except FileExistsError as fault:
            if options["if_missing"]:
                self.stdout.write(str(logkey.verifier_of(logkey.read())))
                return
            raise CommandError("there is a key already; a new one is a rotation (docs/ledger.md)") from fault
