"""Consultations in each state. Their deadlines are moved as only the owner of the database can."""

import datetime as dt

import pgtrigger
from django.utils import timezone

from regulation.registry.models import Consultation, Uptake
from regulation.registry.operations import answer_comments, file_comment, open_consultation

from .registry import DraftFactory, UserFactory

STANDS = "registry.Consultation:stands"


def consultation(draft=None, **fields):
    """One that is open for a month."""
    draft = draft or DraftFactory()
    terms = {"days": 30, "question": "这样认定是否妥当？", "by": UserFactory()}
    return open_consultation(ruling=draft, **terms | fields)


def comment(on, **fields):
    terms = {"text": "建议写明条件。", "shown_name": "一位市民", "by": UserFactory(), "at": timezone.now()}
    return file_comment(consultation=on, **terms | fields)


def answer(*comments, **fields):
    terms = {"uptake": Uptake.TAKEN, "text": "已采纳。", "by": UserFactory()}
    return answer_comments(consultation=comments[0].consultation, comments=comments, **terms | fields)


def close(on, *, ago=dt.timedelta(seconds=1)):
    """Move a consultation's deadline into the past."""
    with pgtrigger.ignore(STANDS):
        past = timezone.now() - ago
        Consultation.objects.filter(pk=on.pk).update(opened_at=past - dt.timedelta(days=30), closes_at=past)
    on.refresh_from_db()
    return on
