"""What the views of choosing share: finding a tender, doing, telling what came of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from regulation.parties.access import acting

from ..access import owns
from ..errors import TenderRefused
from ..models import Tender
from ..queries import tenders_visible_to


def seen_tender(request: HttpRequest, ref: str) -> Tender:
    """A tender the reader may know of; 404 otherwise."""
    return get_object_or_404(tenders_visible_to(acting(request)), ref=ref)


def owned_tender(request: HttpRequest, ref: str) -> Tender:
    """A tender the reader owns; 404 where it is not theirs to know of, 403 where not theirs to change."""
    found = seen_tender(request, ref)
    if not owns(acting(request), found):
        raise PermissionDenied
    return found


def must_own(request: HttpRequest, tender: Tender) -> None:
    if not owns(acting(request), tender):
        raise PermissionDenied


def do(
    request: HttpRequest, act: Callable[[], Any], done: str | Callable[[], str], back: Any, *args: Any
) -> HttpResponse:
    """Act, tell what came of it, go back. What is told may depend on what was done."""
    try:
        act()
        messages.success(request, done() if callable(done) else done)
    except TenderRefused as refusal:
        messages.error(request, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
    return redirect(back, *args)


def tell_faults(request: HttpRequest, form: forms.BaseForm) -> None:
    """What was wrong with a small form that has no page of its own."""
    for name, faults in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, " ".join(filter(None, (f"{label}:" if label else "", *faults))))
