import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .charge import Charge
from .order import Order


def as_ordered() -> pgtrigger.Trigger:
    """At the commit a posting has its lines, they add up to nothing, and they move what was ordered."""
    return pgtrigger.Trigger(
        name="as_ordered",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func="""
            IF (SELECT count(*) < 2 OR sum(l.fen) <> 0 FROM public.payments_postingline l
                 WHERE l.posting_id = NEW.id) THEN
                RAISE EXCEPTION 'posting_balanced: posting %', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balanced';
            END IF;
            IF NEW.order_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM public.payments_order o
                 WHERE o.id = NEW.order_id AND o.charge_id = NEW.charge_id AND o.failed_at IS NULL
                   AND (SELECT coalesce(sum(l.fen), 0) FROM public.payments_postingline l
                         WHERE l.posting_id = NEW.id AND l.account IN ('held', 'covered'))
                       = CASE o.kind WHEN 'fund' THEN o.fen ELSE -o.fen END
                   AND NEW.move = CASE o.kind WHEN 'fund' THEN 'funded' WHEN 'release' THEN 'released'
                                              ELSE 'refunded' END) THEN
                RAISE EXCEPTION 'posting_as_ordered: posting %', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_as_ordered';
            END IF;
            IF NEW.move = 'returned' AND NOT EXISTS (
                SELECT 1 FROM public.payments_order o
                  JOIN public.payments_posting went ON went.order_id = o.id
                 WHERE o.id = NEW.back_of_id AND o.charge_id = NEW.charge_id AND o.kind <> 'fund'
                   AND (SELECT -sum(l.fen) FROM public.payments_postingline l
                          JOIN public.payments_posting back ON back.id = l.posting_id
                         WHERE back.back_of_id = o.id AND l.account IN ('intermediary', 'refund'))
                       <= (SELECT sum(l.fen) FROM public.payments_postingline l
                            WHERE l.posting_id = went.id AND l.account IN ('intermediary', 'refund'))) THEN
                RAISE EXCEPTION 'posting_back_of_what_went: posting %', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_back_of_what_went';
            END IF;
            RETURN NULL;
        """,
    )


def seen_to_arrive() -> pgtrigger.Trigger:
    """A bank transfer is posted once its receiver and a second person have confirmed it, and not before."""
    return pgtrigger.Trigger(
        name="seen_to_arrive",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func="""
            IF EXISTS (SELECT 1 FROM public.payments_charge c WHERE c.id = NEW.charge_id
                        AND c.provider = 'bank')
               AND NOT EXISTS (SELECT 1 FROM public.payments_banktransfer t
                                WHERE t.order_id = NEW.order_id AND t.confirmed_at IS NOT NULL) THEN
                RAISE EXCEPTION 'posting_seen_to_arrive: posting %', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_seen_to_arrive';
            END IF;
            RETURN NULL;
        """,
    )


BY_THE_BANK = ("reversed", "reinstated", "returned")


class Posting(models.Model):
    """Money that moved: one per order; what a bank or card scheme does by itself has no order.

    `back_of` is the order of which a part came back. Append-only.
    """

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="postings")
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="posting")
    back_of = models.ForeignKey(Order, models.PROTECT, null=True, related_name="came_back")
    move = models.CharField(
        max_length=10,
        choices=[
            ("funded", _("paid in")),
            ("released", _("paid to the intermediary")),
            ("refunded", _("refunded")),
            ("reversed", _("taken back by the bank")),
            ("reinstated", _("given back by the bank")),
            ("returned", _("came back unpaid")),
        ],
    )
    external = models.CharField(max_length=120, blank=True)
    posted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("posting")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(move__in=BY_THE_BANK), name="posting_of_an_order"
            ),
            models.CheckConstraint(
                condition=Q(move="returned", back_of__isnull=False)
                | (~Q(move="returned") & Q(back_of__isnull=True)),
                name="posting_back_of_an_order",
            ),
            models.UniqueConstraint(
                fields=["move", "external"],
                condition=Q(move__in=BY_THE_BANK),
                name="posting_once_per_external",
            ),
        ]
        triggers = [*append_only(), as_ordered(), seen_to_arrive()]

    @property
    def urn(self) -> str:
        return f"payments.posting/{self.pk}"


class PostingLine(models.Model):
    """One line of a posting: fen into an account, or out of it below zero. Append-only.

    At the commit the lines of a posting add up to nothing, those of a charge's `held` are not below it, and
    what was released and refunded is no more than was paid in, but for what a bank has taken back since:
    `covered`, never beside money held.
    """

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="lines")
    account = models.CharField(
        max_length=12,
        choices=[
            ("owner", _("payer")),
            ("held", _("held")),
            ("covered", _("covered by whoever keeps the money")),
            ("intermediary", _("intermediary")),
            ("fee", _("fee")),
            ("refund", _("refund")),
        ],
    )
    fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("posting line")
        ordering = ["pk"]
        indexes = [models.Index(fields=["charge", "account"], include=["fen"], name="line_of_an_account")]
        constraints = [
            models.UniqueConstraint(fields=["posting", "account"], name="line_once_per_account"),
            models.CheckConstraint(condition=~Q(fen=0), name="line_moves_something"),
            models.CheckConstraint(
                condition=Q(account__in=["owner", "held", "covered", "intermediary", "fee", "refund"]),
                name="line_of_a_known_account",
            ),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="adds_up",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    PERFORM 1 FROM public.payments_charge WHERE id = NEW.charge_id FOR UPDATE;
                    IF (SELECT sum(l.fen) <> 0 FROM public.payments_postingline l
                         WHERE l.posting_id = NEW.posting_id)
                       OR NOT EXISTS (SELECT 1 FROM public.payments_posting p
                                       WHERE p.id = NEW.posting_id AND p.charge_id = NEW.charge_id) THEN
                        RAISE EXCEPTION 'posting_balanced: posting %', NEW.posting_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balanced';
                    END IF;
                    IF (SELECT sum(l.fen) < 0 FROM public.payments_postingline l
                         WHERE l.charge_id = NEW.charge_id AND l.account = 'held') THEN
                        RAISE EXCEPTION 'held_is_not_below_nothing: charge %', NEW.charge_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'held_is_not_below_nothing';
                    END IF;
                    IF (SELECT s.covered > 0 OR s.covered < 0 AND (s.held > 0 OR -s.covered > s.taken)
                          FROM (SELECT coalesce(sum(l.fen) FILTER (WHERE l.account = 'covered'), 0) covered,
                                       coalesce(sum(l.fen) FILTER (WHERE l.account = 'held'), 0) held,
                                       coalesce(sum(l.fen) FILTER (WHERE l.account = 'owner'
                                           AND p.move IN ('reversed', 'reinstated')), 0) taken
                                  FROM public.payments_postingline l
                                  JOIN public.payments_posting p ON p.id = l.posting_id
                                 WHERE l.charge_id = NEW.charge_id) s) THEN
                        RAISE EXCEPTION 'covered_is_what_was_taken_back: charge %', NEW.charge_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'covered_is_what_was_taken_back';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]
