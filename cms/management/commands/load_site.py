from typing import Any

from django.core.management.base import BaseCommand

from cms.site import load_site


class Command(BaseCommand):
    help = "Create the pages and the navigation in both languages. May be run again: what exists is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_site()
        self.stdout.write(f"{made} pages and entries created")
