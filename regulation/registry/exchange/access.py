"""Who may import. Exports and templates are open to everyone."""

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role, User

from ..access import may_publish
from ..models import Import, ImportState


def may_import(membership: Membership | None) -> bool:
    return acts_as(membership, Role.EDITOR)


def may_confirm(membership: Membership | None, job: Import, user: User) -> bool:
    """The person who uploaded the file, once its check found something to write and nothing wrong."""
    sound = job.state == ImportState.CHECKED and not job.faults_found and bool(job.new + job.changed)
    return may_import(membership) and job.by_id == user.pk and sound


def may_cancel(membership: Membership | None, job: Import) -> bool:
    return may_import(membership) and job.state in (ImportState.WAITING, ImportState.CHECKED)


def may_publish_drafts(membership: Membership | None, job: Import, user: User) -> bool:
    """A reviewer other than the person who uploaded the file (DESIGN §3.3)."""
    return may_publish(membership) and job.by_id != user.pk
