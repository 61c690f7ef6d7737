import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .user import Membership

LONGEST = dt.timedelta(days=366)


class Scope(models.TextChoices):
    """What a program may do with a token."""

    READ = "read", _("read")
    WRITE = "write", _("read and write")


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def live_at(self, moment: dt.datetime) -> "AccessTokenQuerySet":
        """Neither revoked nor expired, of an active user whose membership holds that day."""
        return self.filter(
            revoked_at__isnull=True,
            expires_at__gt=moment,
            membership__valid__contains=timezone.localdate(moment),
            membership__user__is_active=True,
        )


class AccessToken(models.Model):
    """A key by which a program acts for exactly one membership: one person, one entity, one role.

    Of the secret only its SHA-256 is kept: the secret is 256 random bits, so nobody can guess it from that.
    `expires_at` is exclusive. `last_used_at` is coarse: it moves at most once an hour.
    """

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    scope = models.CharField(max_length=5, choices=Scope.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "name"],
                condition=Q(revoked_at__isnull=True),
                name="token_one_of_a_name",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
            models.CheckConstraint(condition=Q(scope__in=["read", "write"]), name="token_scope_is_known"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$"), name="token_keeps_a_digest_alone"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST),
                name="token_lasts_a_year_at_most",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - ARRAY['last_used_at', 'revoked_at'])
                       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['last_used_at', 'revoked_at'])
                       OR (OLD.revoked_at IS NOT NULL AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD)) THEN
                        RAISE EXCEPTION 'token_stands: token %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'token_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def urn(self) -> str:
        return f"parties.token/{self.pk}"

    def state_at(self, moment: dt.datetime) -> str:
        """live, revoked, expired, or ended with the membership."""
        if self.revoked_at:
            return "revoked"
        if moment >= self.expires_at:
            return "expired"
        return "live" if timezone.localdate(moment) in self.membership.valid else "ended"
