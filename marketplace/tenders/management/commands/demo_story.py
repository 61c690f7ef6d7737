from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.tenders.demo.story import StoryStopped, address, play


class Command(BaseCommand):
    help = "Play the main job once, through the same operations the pages call, and tell each step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="play it without telling")

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(text: str, path: str) -> None:
            if not options["quiet"]:
                self.stdout.write(f"  {text}" + (f"\n     {address(path)}" if path else ""))
                self.stdout.flush()

        try:
            play(tell)
        except StoryStopped as stopped:
            raise CommandError(str(stopped)) from stopped
