from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from marketplace.tenders.demo.world import ensure_world
from regulation.ledger.queries import database_now


class Command(BaseCommand):
    help = "Make the demo's accounts, invented intermediaries, procedure rules and trustees. Idempotent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--passwords", required=True, help="file for the accounts (mode 0600)")
        parser.add_argument("--trustees", help="folder of the three trustees' stores")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_world(
            passwords=Path(options["passwords"]),
            trustees=Path(options["trustees"] or Path(settings.VAR) / "trustees"),
            today=timezone.localdate(),
            now=database_now(),
        )
