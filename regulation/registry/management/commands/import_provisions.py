from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulation.ledger.queries import database_now
from regulation.registry.operations import Loaded, import_provisions
from regulation.registry.provision_file import LARGEST


class Command(BaseCommand):
    help = (
        "Load laws, articles and their full text from a JSON file (docs/import-provisions.md): all of it, or "
        "nothing and what is wrong with each row. May be run again; then it writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what it would write, write nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            with file.open("rb") as lines:
                content = lines.read(LARGEST + 1)
        except OSError as wrong:
            reason = {"file": file, "why": wrong.strerror or wrong}
            raise CommandError(_("%(file)s cannot be read: %(why)s") % reason) from wrong
        loaded = import_provisions(content=content, at=database_now(), dry_run=dry_run)
        for fault in loaded.faults:
            self.stderr.write(str(fault))
        if loaded.faults:
            n = len(loaded.faults)
            raise CommandError(
                ngettext("%(n)d fault; nothing was written.", "%(n)d faults; nothing was written.", n)
                % {"n": n}
            )
        self._report(loaded, dry_run=dry_run, verbose=options["verbosity"] > 1)

    def _report(self, loaded: Loaded, *, dry_run: bool, verbose: bool) -> None:
        if not loaded:
            self.stdout.write(_("Everything in the file is on record already; nothing was written."))
            return
        counts = {
            "created": len(loaded.created),
            "changed": len(loaded.changed),
            "ended": len(loaded.ended),
        }
        if dry_run:
            said = _("Would create %(created)d, change %(changed)d, end %(ended)d articles with their law.")
        else:
            said = _("Created %(created)d, changed %(changed)d, ended %(ended)d articles with their law.")
        self.stdout.write(said % counts)
        for urn in (*loaded.created, *loaded.changed, *loaded.ended) if verbose else ():
            self.stdout.write(f"  {urn}")
