from typing import Any

from django.core.management.base import BaseCommand

from regulation.registry.operations import rebuild_search


class Command(BaseCommand):
    help = "Bring the search documents and their counts in line with the registry. May be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_search()} search documents were brought in line")
