from typing import Any

from django.core.management.base import BaseCommand

from cms.demo import ensure_demo_practice
from regulation.ledger.queries import database_now
from regulation.parties.models import Role, User


class Command(BaseCommand):
    help = "Make the demo's invented measures, practice and adoption. After demo_world. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        editor, reviewer = (
            User.objects.filter(memberships__role=role).order_by("pk")[0]
            for role in (Role.EDITOR, Role.REVIEWER)
        )
        ensure_demo_practice(at=database_now(), editor=editor, reviewer=reviewer)
