"""A draft: written, reviewed and published by three people."""

from .copying import copy_tender
from .reviewing import pass_tender, publish_tender, return_tender, submit_tender, take_back_tender
from .terms import Terms, terms_of
from .writing import draft_tender, revise_tender

__all__ = [
    "Terms",
    "copy_tender",
    "draft_tender",
    "pass_tender",
    "publish_tender",
    "return_tender",
    "revise_tender",
    "submit_tender",
    "take_back_tender",
    "terms_of",
]
