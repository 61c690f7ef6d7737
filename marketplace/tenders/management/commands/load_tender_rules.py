from typing import Any

from django.core.management.base import BaseCommand

from marketplace.tenders.seed import ensure_rules


class Command(BaseCommand):
    help = "Puts the time limits and the rule on abnormally low prices on record, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{ensure_rules()} rules put on record")
