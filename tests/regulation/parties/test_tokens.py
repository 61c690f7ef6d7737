"""Tokens of programs: shown once, kept as a digest, dead with whatever they stand on."""

import datetime as dt
import hashlib
import re
import time

import pgtrigger
import pytest
from django.core import mail
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.tasks import deliver
from regulation.parties.errors import NotYourMembership, TokenNameTaken, TooManyTokens
from regulation.parties.models import AccessToken, Role, Scope
from regulation.parties.operations import make_token, note_use, revoke_token
from regulation.parties.operations.tokens import MOST
from regulation.parties.queries import token_of
from tests.factories import world

pytestmark = pytest.mark.django_db


def made(membership=None, **fields):
    held = membership or world.member(Role.OWNER)
    said = {"name": "erp", "scope": Scope.READ, "days": 30, "by": held.user, "at": timezone.now()} | fields
    return make_token(membership=held, **said)


def test_only_the_digest_of_the_secret_is_kept():
    token, secret = made()
    token.refresh_from_db()
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(token.__dict__)
    assert not Entry.objects.filter(body__contains=secret).exists()
    assert token_of(secret, at=timezone.now()) == token


@pytest.mark.parametrize("wrong", ["", "qq_", "qq_" + "x" * 43, "Bearer", "qq_" + "é" * 43, "\0"])
def test_another_secret_finds_nothing(wrong):
    made()
    assert token_of(wrong, at=timezone.now()) is None


def test_a_token_dies_on_its_day():
    token, secret = made()
    assert token_of(secret, at=token.expires_at - dt.timedelta(microseconds=1)) == token
    assert token_of(secret, at=token.expires_at) is None


def test_a_token_dies_when_it_is_revoked():
    token, secret = made()
    revoke_token(token=token, by=token.membership.user, at=timezone.now())
    assert token_of(secret, at=timezone.now()) is None


def test_a_token_dies_with_its_membership():
    token, secret = made()
    token.membership.valid = DateRange(world.LONG_AGO, timezone.localdate())
    token.membership.save()
    assert token_of(secret, at=timezone.now()) is None


def test_a_token_dies_with_its_user():
    token, secret = made()
    user = token.membership.user
    user.is_active = False
    user.save()
    assert token_of(secret, at=timezone.now()) is None


def test_nobody_makes_a_token_for_somebody_else():
    held = world.member(Role.OWNER)
    with pytest.raises(NotYourMembership):
        made(held, by=world.user())
    assert not AccessToken.objects.exists()


def test_nobody_makes_a_token_for_what_has_ended():
    held = world.member(Role.OWNER)
    held.valid = DateRange(world.LONG_AGO, timezone.localdate())
    held.save()
    with pytest.raises(NotYourMembership):
        made(held)


def test_a_name_is_used_once_until_it_is_revoked():
    token, _secret = made()
    with pytest.raises(TokenNameTaken):
        made(token.membership)
    revoke_token(token=token, by=token.membership.user, at=timezone.now())
    made(token.membership)


def test_the_database_holds_one_name_once():
    token, _secret = made()
    with pytest.raises(IntegrityError, match="token_one_of_a_name"):
        AccessToken.objects.create(
            membership=token.membership,
            name=token.name,
            scope="read",
            digest="0" * 64,
            expires_at=token.expires_at,
        )


def test_there_are_so_many_and_no_more():
    held = world.member(Role.OWNER)
    for number in range(MOST):
        made(held, name=f"n{number}")
    with pytest.raises(TooManyTokens):
        made(held, name="one more")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"expires_at": timezone.now() + dt.timedelta(days=367)}, "token_lasts_a_year_at_most"),
        ({"expires_at": timezone.now() - dt.timedelta(days=1)}, "token_lasts_a_year_at_most"),
        ({"digest": "qq_secret"}, "token_keeps_a_digest_alone"),
        ({"scope": "all"}, "token_scope_is_known"),
        ({"name": ""}, "token_has_a_name"),
    ],
    ids=["too long", "past", "no digest", "scope", "name"],
)
def test_the_database_refuses(fields, name):
    held = world.member(Role.OWNER)
    said = {"name": "n", "scope": "read", "digest": "a" * 64}
    said |= {"expires_at": timezone.now() + dt.timedelta(days=1)}
    with pytest.raises(IntegrityError, match=name):
        AccessToken.objects.create(membership=held, **said | fields)


@pytest.mark.parametrize(
    "change",
    [{"scope": "write"}, {"digest": "b" * 64}, {"expires_at": timezone.now() + dt.timedelta(days=300)}],
    ids=["scope", "digest", "expiry"],
)
def test_what_a_token_is_stands(change):
    token, _secret = made()
    with pytest.raises(IntegrityError, match="token_stands"):
        AccessToken.objects.filter(pk=token.pk).update(**change)


def test_a_revoked_token_never_comes_back():
    token, _secret = made()
    revoke_token(token=token, by=token.membership.user, at=timezone.now())
    with pytest.raises(IntegrityError, match="token_stands"):
        AccessToken.objects.filter(pk=token.pk).update(revoked_at=None)


def test_a_token_is_never_removed():
    token, _secret = made()
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        token.delete()


def test_use_is_noted_to_the_hour():
    token, _secret = made()
    at = timezone.now()
    note_use(token=token, at=at)
    token.refresh_from_db()
    assert token.last_used_at == at.replace(minute=0, second=0, microsecond=0)
    first = token.last_used_at
    note_use(token=token, at=first + dt.timedelta(minutes=59))
    token.refresh_from_db()
    assert token.last_used_at == first
    note_use(token=token, at=first + dt.timedelta(hours=1))
    token.refresh_from_db()
    assert token.last_used_at == first + dt.timedelta(hours=1)


def test_its_owner_is_told_by_mail_and_not_the_secret():
    token, secret = made()
    revoke_token(token=token, by=token.membership.user, at=timezone.now())
    for entry in Entry.objects.filter(kind__startswith="parties.token_").order_by("pk"):
        deliver(entry.pk)
    first, second = mail.outbox
    assert first.to == second.to == [token.membership.user.email]
    assert "erp" in first.body
    assert reverse("parties:token_list") in first.body
    assert all(secret not in one.body for one in mail.outbox)


def prove(client):
    """What the session holds once somebody proved anew who they are."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()


SENT = {"name": "erp", "scope": "write", "days": "90"}


def test_a_token_is_made_only_after_a_fresh_proof(sign_in):
    held = world.member(Role.OWNER)
    client = sign_in(held)
    answer = client.post(reverse("parties:token_new"), SENT)
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not AccessToken.objects.exists()


def test_the_page_shows_the_secret_once(sign_in):
    held = world.member(Role.OWNER)
    client = sign_in(held)
    prove(client)
    answer = client.post(reverse("parties:token_new"), SENT)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (secret,) = re.findall(r"qq_[A-Za-z0-9_-]{43}", answer.content.decode())
    token = token_of(secret, at=timezone.now())
    assert token is not None
    assert token.membership == held
    assert token.scope == "write"
    listed = client.get(reverse("parties:token_list")).content.decode()
    assert "erp" in listed
    assert secret not in listed
    assert token.digest not in listed


def test_the_page_says_what_is_wrong(sign_in):
    held = world.member(Role.OWNER)
    client = sign_in(held)
    prove(client)
    assert client.post(reverse("parties:token_new"), SENT | {"days": "3650"}).status_code == 422
    assert client.post(reverse("parties:token_new"), SENT).status_code == 200
    again = client.post(reverse("parties:token_new"), SENT)
    assert again.status_code == 422
    assert str(TokenNameTaken()) in again.content.decode()
    assert AccessToken.objects.count() == 1


def test_one_revokes_ones_own_and_nobody_elses(sign_in):
    token, _secret = made()
    other = sign_in(world.member(Role.OWNER))
    assert other.post(reverse("parties:token_revoke", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    own = sign_in(token.membership)
    assert own.post(reverse("parties:token_revoke", args=[token.pk])).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert Entry.objects.filter(kind="parties.token_revoked", subject=token.urn).count() == 1


def test_the_list_takes_the_same_queries_however_many_there_are(sign_in, assert_flat):
    held = world.member(Role.OWNER)
    client = sign_in(held)

    def add():
        with pgtrigger.ignore("parties.AccessToken:stands"):
            made(held, name=f"n{AccessToken.objects.count()}", days=30)
            AccessToken.objects.update(revoked_at=timezone.now())

    assert_flat(client, reverse("parties:token_list"), add, limit=9)
