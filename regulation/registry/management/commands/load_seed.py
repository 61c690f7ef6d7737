from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from regulation.registry.seed import load_seed
from regulation.registry.seed.load import FURTHER, steps
from regulation.registry.seed.put import Change


class Command(BaseCommand):
    help = "Load the project's own data files into the registry. May be run again; then it writes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        quiet = options["verbosity"] == 0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        total = Change()
        with Progress(*columns, console=Console(quiet=quiet)) as progress:
            task = progress.add_task("Loading the registry", total=len(steps(at=at)) + len(FURTHER) + 1)
            for step in load_seed(at=at):
                total += step.change
                progress.update(task, advance=1, description=f"Loaded {step.file.name:<22}")
        if not quiet:
            self.stdout.write(f"{total.created} rows created, {total.updated} updated")
