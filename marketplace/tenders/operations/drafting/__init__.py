"""A draft: written, reviewed and published by three people."""

from .copying import copy_tender
from .reviewing import pass_tender, publish_tender, return_tender, submit_tender, take_back_tender
from .services import Relied, refused_of, relied_on, services_refused
from .terms import Terms, terms_of
from .writing import draft_tender, revise_tender

__all__ = [
    "Relied",
    "Terms",
    "copy_tender",
    "draft_tender",
    "pass_tender",
    "publish_tender",
    "refused_of",
    "relied_on",
    "return_tender",
    "revise_tender",
    "services_refused",
    "submit_tender",
    "take_back_tender",
    "terms_of",
]
