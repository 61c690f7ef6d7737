from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from marketplace.tenders.models import TrusteePart
from marketplace.tenders.operations import register_trustee
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity


class Command(BaseCommand):
    help = "Make an entity a trustee of the tenders published from now on; who had the part before retires."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ref", help="its name in addresses and in its store")
        parser.add_argument("--part", required=True, choices=TrusteePart.values)
        parser.add_argument("--entity", required=True, help="credit code, or the exact name")
        parser.add_argument("--identity", help="what trustee.py init printed; without it the desk is used")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["entity"]
        found = list(Entity.objects.filter(credit_code=wanted) or Entity.objects.filter(name=wanted)[:2])
        if len(found) != 1:
            raise CommandError(f"{len(found)} entities are called {wanted}; name it by its credit code")
        try:
            identity = bytes.fromhex(options["identity"]) if options["identity"] else None
            if identity is not None and len(identity) != 32:
                raise ValueError
        except ValueError:
            raise CommandError("--identity: 64 hexadecimal digits, as trustee.py init prints them") from None
        try:
            made = register_trustee(
                ref=options["ref"],
                entity=found[0],
                part=TrusteePart(options["part"]),
                identity=identity,
                by=None,
                at=database_now(),
            )
        except IntegrityError as refusal:
            raise CommandError(f"not registered: {str(refusal).splitlines()[0]}") from refusal
        self.stdout.write(f"{made.ref}: {made.entity}, {made.get_part_display()}")
