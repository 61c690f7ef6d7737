import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from regulation.ledger.queries import database_now
from regulation.parties.errors import PartiesRefused
from regulation.parties.exchange.errors import refusal
from regulation.parties.exchange.operations import cancel_import, confirm_import, run_import, upload_interests
from regulation.parties.exchange.telling import told
from regulation.parties.models import InterestImport


class Command(BaseCommand):
    help = (
        "Import interests from BODS 0.4 (JSON, JSON lines, either compressed by gzip) or from a table (XLSX, "
        "CSV): all of a file, or nothing and what is wrong in it. May be run again; then it writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what it would write, write nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        job = self._read(file, quiet=options["verbosity"] == 0)
        if job.refusal:
            raise CommandError(refusal(job.refusal["code"], job.refusal["params"]))
        run_import(pk=job.pk, at=database_now())
        job.refresh_from_db()
        self._report(job)
        if dry_run or job.faults_found or not job.writes_something:
            cancel_import(job=job, by=None, at=database_now())
            if job.faults_found:
                raise CommandError(_("Nothing was written."))
            self.stdout.write(_("Nothing was written."))
            return
        confirm_import(job=job, by=None)
        while (state := run_import(pk=job.pk, at=database_now())) == "busy":
            time.sleep(1)  # a worker was quicker
        if state != "written":
            raise CommandError(_("The record changed meanwhile. Nothing was written; run it again."))
        self.stdout.write(_("Written."))

    def _read(self, file: Path, *, quiet: bool) -> InterestImport:
        bar = Progress(
            TextColumn(file.name), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn(),
            disable=quiet or not self.stderr.isatty(), transient=True,
        )  # fmt: skip
        try:
            with file.open("rb") as stream, bar:
                task = bar.add_task("", total=None)
                return upload_interests(
                    name=file.name,
                    stream=stream,
                    by=None,
                    at=database_now(),
                    told=lambda done: bar.update(task, completed=done),
                    later=False,
                )
        except OSError as wrong:
            said = {"file": file, "why": wrong.strerror or wrong}
            raise CommandError(_("%(file)s cannot be read: %(why)s") % said) from wrong
        except PartiesRefused as refused:
            raise CommandError(str(refused)) from refused

    def _report(self, job: InterestImport) -> None:
        for fault in job.faults.all().iterator():
            said = told(fault, form=job.form)
            where = " ".join(part for part in (said.statement_id, said.where) if part)
            value = f" «{said.value}»" if said.value else ""
            meant = f" → {said.meant}" if said.meant else ""
            self.stderr.write(f"{said.at}: [{said.severity}] {where}{value}: {said.what}{meant}")
        self.stdout.write(
            _(
                "%(statements)d statements: %(parties)d new parties, %(changed)d to update, %(stated)d "
                "interests to state, %(closed)d to close, %(unchanged)d unchanged, %(left_out)d left out, "
                "%(warnings)d warnings, %(faults)d faults."
            )
            % {
                "statements": job.statements, "parties": job.parties_new, "changed": job.parties_changed,
                "stated": job.stated, "closed": job.closed, "unchanged": job.unchanged,
                "left_out": job.left_out,
                "warnings": job.warnings_found, "faults": job.faults_found,
            }
        )  # fmt: skip
