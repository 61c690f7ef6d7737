import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..triggers import append_only, kept, no_truncate
from .entry import DatabaseTimed, Entry


class Pending(models.Model):
    """An entry without its leaf: made by a trigger with the entry, gone when the sequencer took it in."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        verbose_name = _("entry that waits for its place in the tree")
        triggers = [
            pgtrigger.Trigger(
                name="waits_once",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'UPDATE' OR EXISTS (
                        SELECT 1 FROM public.ledger_leaf l WHERE l.entry_id = NEW.entry_id) THEN
                        RAISE EXCEPTION 'pending_waits_once: entry % has its place', NEW.entry_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'pending_waits_once';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="gone_with_its_leaf",
                operation=pgtrigger.Delete,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(old="gone"),
                func="""
                    IF EXISTS (SELECT 1 FROM gone g WHERE NOT EXISTS (
                        SELECT 1 FROM public.ledger_leaf l WHERE l.entry_id = g.entry_id)) THEN
                        RAISE EXCEPTION 'pending_until_its_leaf: an entry has no place yet'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'pending_until_its_leaf';
                    END IF;
                    RETURN NULL;
                """,
            ),
            no_truncate(),
        ]


class Leaf(DatabaseTimed):
    """The place of an entry in the tree (RFC 9162). Indices have no gap and no double.

    `data` is SHA-256(header salt || header), the header being canonical JSON of the entry's kind, subject,
    actor, time and commitment: so every column is covered, and a body can be destroyed without the leaf.
    """

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf")
    header_salt = models.BinaryField()
    data = models.BinaryField()
    integrated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("leaf of the tree")
        ordering = ["index"]
        constraints = [models.CheckConstraint(condition=Q(index__gte=0), name="leaf_index_from_zero")]
        triggers = append_only()


class Tile(models.Model):
    """Up to 256 hashes of one level of the tree, eight levels apart (c2sp.org/tlog-tiles). It only grows."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        verbose_name = _("tile of the tree")
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_once")]
        triggers = [
            pgtrigger.Trigger(
                name="only_grows",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NEW.level <> OLD.level OR NEW.index <> OLD.index OR length(NEW.hashes) > 8192
                       OR length(NEW.hashes) <= length(OLD.hashes)
                       OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes THEN
                        RAISE EXCEPTION 'tile_only_grows: level % tile %', OLD.level, OLD.index
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tile_only_grows';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]


class LogKey(models.Model):
    """A public key this log signs or signed with, as a verifier key (c2sp.org/signed-note).

    `rotation` is what made it follow the one before (rotation.py); empty for the first, of which one exists.
    The site's role may only read: a key is made by the owner's command.
    """

    verifier = models.CharField(max_length=300, unique=True)
    rotation = models.TextField(blank=True)
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("key of the log")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                Length("rotation"), condition=Q(rotation=""), name="log_key_follows_another_but_the_first"
            )
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"ledger.key/{self.pk}"


class Checkpoint(DatabaseTimed):
    """What the log signed at a size (c2sp.org/tlog-checkpoint): origin, size, root, signature."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("checkpoint")
        ordering = ["-size"]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"ledger.checkpoint/{self.size}"

    @property
    def root_hex(self) -> str:
        return bytes(self.root).hex()


class Cosignature(models.Model):
    """A witness's line under a checkpoint (c2sp.org/tlog-cosignature), verified before it was kept."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    name = models.CharField(max_length=200)
    line = models.TextField()
    stated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cosignature of a witness")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "name"], name="cosignature_once_per_witness")
        ]
        triggers = append_only()


FOUND = {
    "body altered": _("The content of an entry was altered"),
    "content missing": _("The content of an entry is gone and no entry says that it was erased"),
    "entry altered": _("An entry was altered"),
    "entry without a place": _("An entry has no place in the tree and does not wait for one"),
    "leaf missing": _("An entry is missing from the tree"),
    "leaves missing": _("The tree is shorter than what was signed"),
    "tree altered": _("The stored tree was altered"),
    "checkpoint does not fit": _("A checkpoint does not fit the tree"),
    "checkpoint missing": _("A checkpoint that somebody outside keeps is missing"),
    "checkpoint altered": _("A checkpoint was altered"),
    "checkpoint not signed": _("No key of this record signed a checkpoint"),
    "checkpoint unreadable": _("A checkpoint cannot be read"),
    "key does not follow": _("A key of the record does not follow the one before"),
    "alarm altered": _("An alarm is not what its entries say"),
    "cosignature false": _("A cosignature under a checkpoint is not the witness's"),
    "a witness has seen more": _("A witness has seen a longer record than this one"),
    "a witness refuses": _("A witness refuses a checkpoint: it has seen another history"),
    "history rewritten": _("The record does not continue a checkpoint kept outside"),
}


class Alarm(DatabaseTimed):
    """What an audit found to differ. It stands until a person says why, in writing; nobody removes it.

    What was found is never altered, and what was said of it is said once.
    """

    found_at = models.DateTimeField(db_default=Now(), editable=False)
    what = models.CharField(max_length=60)
    where = models.CharField(max_length=120)
    detail = models.TextField(blank=True)
    explained_at = models.DateTimeField(null=True, editable=False)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    explanation = models.TextField(blank=True)

    class Meta:
        verbose_name = _("alarm of the ledger")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["what", "where"], condition=Q(explained_at__isnull=True), name="alarm_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(explained_at__isnull=True, explained_by__isnull=True, explanation="")
                | (Q(explained_at__isnull=False, explained_by__isnull=False) & ~Q(explanation="")),
                name="alarm_explained_by_a_person_in_writing",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="explained_once",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.explained_at IS NOT NULL
                       OR (NEW.id, NEW.found_at, NEW.what, NEW."where", NEW.detail)
                          IS DISTINCT FROM (OLD.id, OLD.found_at, OLD.what, OLD."where", OLD.detail) THEN
                        RAISE EXCEPTION 'alarm_evidence_stands: alarm %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'alarm_evidence_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"ledger.alarm/{self.pk}"

    def __str__(self) -> str:
        return f"{self.said}: {self.where}"

    @property
    def said(self) -> str:
        """What the audit found, in the reader's language."""
        return str(FOUND.get(self.what, self.what))

    def get_absolute_url(self) -> str:
        return reverse("ledger:alarm", args=[self.pk])
