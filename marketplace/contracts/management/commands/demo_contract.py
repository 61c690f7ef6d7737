from typing import Any

from django.core.management.base import BaseCommand

from marketplace.contracts import demo_bank, demo_reviews
from marketplace.contracts.demo import play
from marketplace.tenders.demo.story import address


class Command(BaseCommand):
    help = "Sign the demo's contract, deliver, pay and review its work. After demo_story. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(text: str, path: str) -> None:
            self.stdout.write(f"  {text}\n     {address(path)}")
            self.stdout.flush()

        if not any([play(tell), demo_reviews.play(tell), demo_bank.play(tell)]):
            self.stdout.write("nothing was left to play")
