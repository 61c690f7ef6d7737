"""Reports of demands, filed and answered through the operations."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from regulation.oversight import operations
from regulation.oversight.models import Kind, Outcome
from regulation.parties.models import Role
from tests.factories import world

PDF = b"%PDF-1.7\n%test"


def regulator():
    return world.member(Role.REGULATOR).user


def report(*, service=None, approval=None, files=(), user=None, at=None, **demand):
    """A filed report about an approval of a department."""
    return filed(service=service, approval=approval, files=files, user=user, at=at, **demand).report


def filed(
    *,
    service=None,
    approval=None,
    files=(),
    user=None,
    at=None,
    assisted_by=None,
    counter=None,
    is_invented=False,
    **demand,
):
    approval = approval or world.approval()
    draft = "d" * 48
    if files:
        uploads = [SimpleUploadedFile(f"{n}.pdf", content) for n, content in enumerate(files)]
        operations.attach_evidence(draft=draft, files=uploads)
    contact = demand.pop("contact", "13800000000")
    asked = operations.Demand(
        kind=demand.pop("kind", Kind.SERVICE),
        department=approval.department,
        approval=approval,
        region=approval.region,
        service=service or world.service(),
        asked_on=demand.pop("asked_on", timezone.localdate()),
        **demand,
    )
    who = operations.Reporter(
        account="秘密经过", contact=contact, user=user, assisted_by=assisted_by, counter=counter
    )
    return operations.file_report(
        demand=asked, reporter=who, draft=draft, at=at or timezone.now(), is_invented=is_invented
    )


def answered(made, *, outcome=Outcome.NOT_UPHELD, by=None, second=None, at=None):
    """Taken and answered; one that is upheld, by two."""
    by, at = by or regulator(), at or timezone.now()
    operations.take_report(report=made, by=by, at=at)
    said = {"reasons": "给反映人的理由", "public_reasons": "公开的理由", "provision": world.provision()}
    operations.answer_report(report=made, outcome=outcome, by=by, at=at, **said)
    if outcome == Outcome.UPHELD:
        operations.confirm_answer(report=made, by=second or regulator(), at=at)
    made.refresh_from_db()
    return made
