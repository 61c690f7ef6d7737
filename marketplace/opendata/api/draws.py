"""Draws, step by step: named, committed, frozen, value known, secrets opened, drawn, confirmed; in public."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.tenders.access import owns
from marketplace.tenders.choosing_forms import DrawForm, ValueForm
from marketplace.tenders.models import Draw
from marketplace.tenders.operations import (
    commit_secret,
    confirm_draw,
    end_draw,
    enter_value,
    freeze_draw,
    hold_draw,
    name_draw,
    open_secret,
    witness_value,
)
from regulation.parties.access import acts_as
from regulation.parties.models import Entity, Membership, Role

from .bodies import filled
from .drafting import nothing_sent, owned, who
from .paging import PageForm, one_page
from .routes import reads, writes
from .shapes import EntityShape, Moment, address, entity, page, paged
from .tenders import seen
from .tokens import holder

TAG = "draws"


class CandidateShape(Schema):
    """`name` is how it stands in the list that is hashed."""

    name: str
    entity: EntityShape | None


class SecretShape(Schema):
    """`automatic`: the trustee's program commits and opens by itself."""

    trustee: str
    name: str
    automatic: bool
    commitment: str
    committed_at: Moment
    secret: str
    opened_at: Moment | None


class WitnessShape(Schema):
    name: str
    confirmed_at: Moment | None
    objection: str


class DrawLine(Schema):
    tender: str
    number: int
    source: str
    source_name: str
    known_from: Moment
    named_at: Moment
    frozen_at: Moment | None
    drawn_at: Moment | None
    ended_at: Moment | None
    address: str


class DrawShape(DrawLine):
    """Every input and every step; `inputs` and `script`, the addresses of what repeats it, once it is drawn.

    `kept_out` is how many bids did not pass the conflict gate.
    """

    reason: str
    candidates: list[CandidateShape]
    list_sha256: str
    kept_out: int
    secrets: list[SecretShape]
    public_value: str
    value_reference: str
    value_at: Moment | None
    outcome: list[CandidateShape]
    witnesses: list[WitnessShape]
    end_reason: str
    inputs: str | None
    script: str | None


class CommitmentForm(forms.Form):
    commitment = forms.CharField(label=_("Commitment, SHA-256"), max_length=64, min_length=64)

    def clean_commitment(self) -> str:
        return str(self.cleaned_data["commitment"]).lower()


class SecretForm(forms.Form):
    secret = forms.CharField(label=_("Value in 64 hexadecimal digits"), max_length=64)


class PartOfValueForm(forms.Form):
    value = forms.CharField(label=_("Digits and Latin letters"), max_length=60)


class ObjectionForm(forms.Form):
    objection = forms.CharField(label=_("Objection, if you have one"), max_length=300, required=False)


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


def _line(one: Draw) -> dict[str, Any]:
    names = ("number", "source", "source_name", "known_from", "named_at", "frozen_at", "drawn_at", "ended_at")
    return {name: getattr(one, name) for name in names} | {
        "tender": one.tender.ref,
        "address": address(one),
    }


def _draw(request: HttpRequest, ref: str, number: int) -> Draw:
    tender = seen(request, ref)
    found = get_object_or_404(tender.draws.all(), number=number)
    found.tender = tender
    return found


def _told(one: Draw) -> dict[str, Any]:
    bids = one.tender.bids.opened().select_related("tenderer")
    firms: dict[int, Entity] = {bid.pk: bid.tenderer for bid in bids}
    by_name = {name: firms.get(pk) for name, pk in one.bids.items()}

    def candidate(name: str) -> dict[str, Any]:
        firm = by_name.get(name)
        return {"name": name, "entity": entity(firm) if firm else None}

    names = ("reason", "public_value", "value_reference", "value_at", "end_reason")
    place = (one.tender.ref, one.number)
    return (
        _line(one)
        | {name: getattr(one, name) for name in names}
        | {
            "candidates": [candidate(name) for name in one.candidates],
            "outcome": [candidate(name) for name in one.outcome],
            "list_sha256": one.list_digest,
            "kept_out": len(one.kept_out),
            "secrets": [
                {
                    "trustee": secret.giver.urn,
                    "name": str(secret.giver),
                    "commitment": secret.commitment,
                    "automatic": secret.program_id is not None,
                    "committed_at": secret.committed_at,
                    "secret": secret.secret,
                    "opened_at": secret.opened_at,
                }
                for secret in one.secrets.select_related("trustee", "program__entity").order_by("pk")
            ],
            "witnesses": [
                {"name": str(seat.user), "confirmed_at": seat.confirmed_at, "objection": seat.objection}
                for seat in one.witnesses.select_related("user").order_by("pk")
            ],
            "inputs": page("tenders:draw_inputs", *place) if one.drawn_at else None,
            "script": page("tenders:draw_script", *place) if one.drawn_at else None,
        }
    )


@reads(
    "/tenders/{slug:ref}/draws",
    "draws",
    answer=paged(DrawLine, "Draws"),
    tag=TAG,
    summary=_("Its draws, the newest first"),
    query=(PageForm,),
)
def draws(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = seen(request, ref)
    return one_page(request, found.draws.select_related("tender").order_by("-number"), _line)


@reads(
    "/tenders/{slug:ref}/draws/{int:number}",
    "draw",
    answer=DrawShape,
    tag=TAG,
    summary=_("One draw with every input and every step"),
)
def draw(request: HttpRequest, ref: str, number: int) -> dict[str, Any]:
    return _told(_draw(request, ref, number))


@writes(
    "/tenders/{slug:ref}/draws",
    "draw_name",
    answer=DrawShape,
    tag=TAG,
    summary=_("Name the public value and the witnesses, as the owner"),
    body=(DrawForm,),
    status=201,
)
def draw_name(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    words = filled(request, DrawForm).cleaned_data
    return _told(name_draw(tender=found, **words, **who(request)))


def _owner(membership: Membership, one: Draw) -> bool:
    return owns(membership, one.tender)


def _trustee(membership: Membership, _one: Draw) -> bool:
    return acts_as(membership, Role.TRUSTEE)


def _witness(membership: Membership, one: Draw) -> bool:
    return one.witnesses.filter(user=membership.user_id).exists()


Step = tuple[str, Callable[..., Any], Callable[[Membership, Draw], bool], type[forms.Form] | None, Any]
STEPS: tuple[Step, ...] = (
    ("commit", commit_secret, _trustee, CommitmentForm, _("Commit to a secret value, as a trustee")),
    ("freeze", freeze_draw, _owner, None, _("Freeze the list, as the owner")),
    ("value", enter_value, _owner, ValueForm, _("Enter the public value that was named, as the owner")),
    ("enter", witness_value, _witness, PartOfValueForm, _("Enter your part of the value, as a witness")),
    ("open", open_secret, _trustee, SecretForm, _("Open your secret value, as a trustee")),
    ("hold", hold_draw, _owner, None, _("Draw, as the owner")),
    ("confirm", confirm_draw, _witness, ObjectionForm, _("Confirm it or object, as a witness")),
    ("end", end_draw, _owner, EndForm, _("Let it count for nothing, as the owner")),
)


def _declare(step: Step) -> None:
    act, operation, allowed, form, summary = step

    def take(request: HttpRequest, ref: str, number: int) -> dict[str, Any]:
        found = _draw(request, ref, number)
        if not allowed(holder(request), found):
            raise PermissionDenied
        words: dict[str, Any] = {}
        if form is None:
            nothing_sent(request)
        else:
            words = filled(request, form).cleaned_data
        operation(draw=found, **words, **who(request))
        return _told(_draw(request, ref, number))

    writes(
        f"/tenders/{{slug:ref}}/draws/{{int:number}}/{act}",
        f"draw_{act}",
        answer=DrawShape,
        tag=TAG,
        summary=summary,
        body=(form,) if form else (),
    )(take)


for one in STEPS:
    _declare(one)
