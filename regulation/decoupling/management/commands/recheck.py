from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from regulation.decoupling.models import Check
from regulation.decoupling.queries import regather, rerun

BIGGEST_KEY = 2**63 - 1


class Command(BaseCommand):
    help = (
        "Run a stored check again from what it stored, and gather the record as it was known then. "
        "Ends with 1 when the digest, the outcome or the dated record is not the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["id"]
        check = Check.objects.filter(pk=key).first() if 0 < key <= BIGGEST_KEY else None
        if check is None:
            raise CommandError(f"There is no check {key}.")
        found, fits = rerun(check)
        persons = check.reason_code.startswith("determination/")
        same = found.outcome == ("unknown" if persons else check.outcome)
        self.stdout.write(f"check      {check.pk}, {check.on} as known at {check.known_at}")
        self.stdout.write(f"stored     {check.outcome} {check.rule_code} {check.reason_code}".rstrip())
        self.stdout.write(f"rules say  {found.outcome} {found.rule} {found.reason}".rstrip())
        self.stdout.write(f"digest     {check.input_digest} {'fits' if fits else 'DOES NOT FIT'}")
        agrees = self._against_the_record(check)
        if not (fits and same and agrees):
            raise CommandError("The check does not come out the same.")

    def _against_the_record(self, check: Check) -> bool:
        try:
            again = regather(check)
        except ValueError as fault:
            self.stdout.write(f"record     not gathered: {fault}")
            return True
        self.stdout.write(f"record     {'agrees' if again.agrees else 'DIFFERS'} as it was known then")
        for word, refs in (("gone", again.gone), ("come", again.come), ("undated", again.undated)):
            for ref in refs:
                self.stdout.write(f"  {word:<8} {ref}")
        if not again.merges_agree:
            self.stdout.write("  merges of records differ")
        return again.agrees
