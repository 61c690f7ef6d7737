from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .entity import Entity


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail. What they may do follows from the entities they act for."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def urn(self) -> str:
        return f"parties.user/{self.pk}"

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email.split("@")[0]


class Role(models.TextChoices):
    """In which role a user acts for an entity."""

    OWNER = "owner", _("enterprise buyer")
    AGENT = "agent", _("intermediary's agent")
    PRACTITIONER = "practitioner", _("practitioner")
    EDITOR = "editor", _("registry editor")
    REVIEWER = "reviewer", _("registry reviewer")
    REGULATOR = "regulator", _("regulator")
    TRUSTEE = "trustee", _("trustee")
    MEDIATOR = "mediator", _("mediator")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid_on(self, day: date) -> "MembershipQuerySet":
        return self.filter(valid__contains=day)


class Membership(models.Model):
    """User acts for entity in a role, during `valid` [start, end)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    valid = DateRangeField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(fields=["user", "entity", "role"], name="membership_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.entity} · {self.get_role_display()}"
