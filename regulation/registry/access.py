"""Who writes rulings, lists, measures and assessments, and who publishes them. Reading is open to all."""

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role, User

from .models import Edition, Measure, Ruling, Stage, ZoneAssessment

Written = Ruling | Measure | ZoneAssessment


def may_draft(membership: Membership | None) -> bool:
    return acts_as(membership, Role.EDITOR)


def may_revise(membership: Membership | None, draft: Written, user: User) -> bool:
    """The draft's own author, while acting as an editor."""
    return may_draft(membership) and draft.author_id == user.pk


def may_publish(membership: Membership | None) -> bool:
    return acts_as(membership, Role.REVIEWER)


def may_review(membership: Membership | None, draft: Written, user: User) -> bool:
    """A reviewer who did not write the draft (DESIGN §3.3)."""
    return may_publish(membership) and draft.author_id != user.pk


def may_withdraw(membership: Membership | None, draft: Edition, user: User) -> bool:
    """Whoever compiled the edition, while acting as an editor."""
    return may_draft(membership) and draft.compiled_by_id == user.pk


def may_issue(membership: Membership | None, draft: Edition, user: User) -> bool:
    """A reviewer who did not compile the edition."""
    return may_publish(membership) and draft.compiled_by_id != user.pk


def may_submit(membership: Membership | None, draft: Ruling, user: User) -> bool:
    """The author hands in what is still being written."""
    return may_revise(membership, draft, user) and draft.stage == Stage.DRAFT


def may_consult(membership: Membership | None, draft: Ruling, user: User) -> bool:
    """The author of a draft, or a reviewer, asks the public about it."""
    return may_revise(membership, draft, user) or may_publish(membership)


def may_answer(membership: Membership | None) -> bool:
    """Editors and reviewers answer comments."""
    return acts_as(membership, Role.EDITOR, Role.REVIEWER)
