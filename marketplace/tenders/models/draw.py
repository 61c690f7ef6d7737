from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .tender import Tender
from .trustee import Trustee


class PublicSource(models.TextChoices):
    """Where the public value comes from that is named before the freeze."""

    LOTTERY = "lottery", _("a state lottery's numbers")
    DRAND = "drand", _("a round of drand")
    WITNESSES = "witnesses", _("a value the witnesses enter together")


class Draw(models.Model):
    """One draw of a tender, repeatable from its row: named → committed → frozen → value known → drawn.

    `source_name` says which value counts (issue, round), `known_from` from when it can be known: after the
    freeze. `candidates` are the sorted names; `bids` maps each to its bid; `outcome` is the order drawn.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=10, choices=PublicSource.choices)
    source_name = models.CharField(max_length=200)
    known_from = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)  # why it is drawn again
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(db_default=Now(), editable=False)
    candidates = models.JSONField(default=list, editable=False)
    bids = models.JSONField(default=dict, editable=False)
    kept_out = models.JSONField(default=list, editable=False)  # [{bid, outcome, check}] by the gate
    list_digest = models.CharField(max_length=64, blank=True, editable=False)
    frozen_at = models.DateTimeField(null=True, editable=False)
    public_value = models.CharField(max_length=200, blank=True, editable=False)
    value_reference = models.CharField(max_length=300, blank=True, editable=False)
    value_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    value_at = models.DateTimeField(null=True, editable=False)
    outcome = models.JSONField(default=list, editable=False)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("draw")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "number"], name="draw_numbered_once"),
            models.UniqueConstraint(
                fields=["tender"], condition=Q(ended_at__isnull=True), name="draw_one_standing_a_tender"
            ),
            models.UniqueConstraint(
                fields=["tender", "source", "source_name"], name="draw_value_named_for_one_draw"
            ),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="draw_again_with_a_reason"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | Q(frozen_at__lt=F("known_from")),
                name="draw_frozen_before_the_value_is_known",
            ),
            models.CheckConstraint(
                condition=Q(value_at__isnull=True)
                | (Q(frozen_at__isnull=False, value_at__gte=F("known_from")) & ~Q(public_value="")),
                name="draw_value_entered_after_the_freeze",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | Q(value_at__isnull=False),
                name="draw_only_with_its_value",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="draw_ended_with_a_reason"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE
                        named text[] := ARRAY['id', 'tender_id', 'number', 'source', 'source_name',
                                              'known_from', 'reason', 'named_by_id', 'named_at'];
                        was jsonb := to_jsonb(OLD); becomes jsonb := to_jsonb(NEW); name text;
                    BEGIN
                    IF OLD.frozen_at IS NOT NULL THEN
                        named := named || ARRAY['candidates', 'bids', 'kept_out', 'list_digest', 'frozen_at'];
                    END IF;
                    IF OLD.value_at IS NOT NULL THEN
                        named := named || ARRAY['public_value', 'value_reference', 'value_by_id', 'value_at'];
                    END IF;
                    IF OLD.drawn_at IS NOT NULL THEN
                        named := named || ARRAY['outcome', 'drawn_by_id', 'drawn_at'];
                    END IF;
                    IF OLD.ended_at IS NOT NULL THEN
                        named := named || ARRAY['ended_at', 'end_reason'];
                    END IF;
                    FOREACH name IN ARRAY named LOOP
                        IF was -> name IS DISTINCT FROM becomes -> name THEN
                            RAISE EXCEPTION 'draw_stands: draw %, %', OLD.id, name
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'draw_stands';
                        END IF;
                    END LOOP;
                    IF OLD.frozen_at IS NULL AND NEW.frozen_at IS NOT NULL
                       AND clock_timestamp() >= OLD.known_from THEN
                        RAISE EXCEPTION 'draw_frozen_before_the_value_is_known: draw %', OLD.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'draw_frozen_before_the_value_is_known';
                    END IF;
                    IF OLD.value_at IS NULL AND NEW.value_at IS NOT NULL
                       AND clock_timestamp() < OLD.known_from THEN
                        RAISE EXCEPTION 'draw_value_entered_after_the_freeze: draw %', OLD.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'draw_value_entered_after_the_freeze';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            *kept(),
        ]

    def get_absolute_url(self) -> str:
        return reverse("tenders:draw", args=[self.tender.ref, self.number])

    @property
    def urn(self) -> str:
        return f"tenders.draw/{self.pk}"


class DrawSecret(models.Model):
    """A trustee's secret: its commitment stands before the freeze; it is opened once the public value is on
    record, so that nobody who enters a part of that value knows what it would decide.

    Given by a person, or by the program of a trustee of the tender, which does it by itself.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="secrets")
    trustee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    program = models.ForeignKey(Trustee, models.PROTECT, null=True, related_name="draw_secrets")
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField(db_default=Now(), editable=False)
    secret = models.CharField(max_length=64, blank=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("trustee's secret value")
        constraints = [
            models.UniqueConstraint(fields=["draw", "trustee"], name="draw_secret_one_a_trustee"),
            models.UniqueConstraint(fields=["draw", "program"], name="draw_secret_one_a_program"),
            models.CheckConstraint(
                condition=Q(trustee__isnull=True, program__isnull=False)
                | Q(trustee__isnull=False, program__isnull=True),
                name="draw_secret_of_a_person_or_a_program",
            ),
            models.CheckConstraint(
                condition=Q(commitment__regex=r"^[0-9a-f]{64}$"), name="draw_commitment_is_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, secret="")
                | Q(opened_at__isnull=False, secret__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
                name="draw_secret_opened_once",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="committed_before_the_freeze",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE d public.tenders_draw%ROWTYPE; committed text;
                    BEGIN
                    SELECT * INTO d FROM public.tenders_draw WHERE id = NEW.draw_id FOR SHARE;
                    IF TG_OP = 'INSERT' AND (d.frozen_at IS NOT NULL OR NEW.opened_at IS NOT NULL) THEN
                        RAISE EXCEPTION 'draw_secret_committed_before_the_freeze: draw %', d.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'draw_secret_committed_before_the_freeze';
                    END IF;
                    IF TG_OP = 'UPDATE' THEN
                        SELECT encode(sha256(convert_to(concat_ws(E'\\n', 'qinqing-draw-v1 secret',
                            'tenders.tender/' || t.ref, d.number::text,
                            coalesce('parties.user/' || NEW.trustee_id, 'tenders.trustee/' || p.ref),
                            NEW.secret), 'UTF8')), 'hex')
                        INTO committed FROM public.tenders_tender t
                        LEFT JOIN public.tenders_trustee p ON p.id = NEW.program_id
                        WHERE t.id = d.tender_id;
                        IF OLD.opened_at IS NOT NULL OR NEW.commitment <> OLD.commitment
                           OR NEW.trustee_id IS DISTINCT FROM OLD.trustee_id
                           OR NEW.program_id IS DISTINCT FROM OLD.program_id OR NEW.draw_id <> OLD.draw_id
                           OR d.value_at IS NULL OR committed <> OLD.commitment THEN
                            RAISE EXCEPTION 'draw_secret_as_committed: draw %', d.id
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'draw_secret_as_committed';
                        END IF;
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            *kept(),
        ]

    @property
    def giver(self) -> Any:
        """Who gives it: a user, or the trustee whose program does. Both have a URN and a name."""
        return self.trustee or self.program


class DrawWitness(models.Model):
    """Somebody named beforehand who confirms a draw, up to three; in a draw by the witnesses' value, who
    enters a part of it."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="witnesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    value = models.CharField(max_length=60, blank=True)
    entered_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    objection = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("witness of a draw")
        constraints = [models.UniqueConstraint(fields=["draw", "user"], name="draw_witness_once")]
        triggers = [
            pgtrigger.Protect(
                name="confirmed_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            ),
            *kept(),
        ]
