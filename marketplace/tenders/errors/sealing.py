"""Refusals of keys, envelopes and shares."""

from django.utils.translation import gettext_lazy as _

from .base import TenderRefused


class BadTrusteeKey(TenderRefused):
    code = "bad_trustee_key"
    next_step = _("None of the keys was taken. Make new ones and register them.")

    def __init__(self, number: int) -> None:
        self.number = number
        self.message = _(
            "Key %(n)d cannot be taken: it is no X25519 public key, is registered already, or its signature "
            "is not the trustee's."
        ) % {"n": number}


class TooManyKeys(TenderRefused):
    code = "too_many_keys"
    message = _("Enough keys lie ready.")


class NotSealable(TenderRefused):
    code = "not_sealable"
    message = _("This tender has no trustees, so no bid can be sealed for it.")
    next_step = _("The owner has to cancel it and publish a new one.")


class SealItYourself(TenderRefused):
    code = "seal_it_yourself"
    message = _("The owner takes only bids that were sealed on the bidder's own device.")
    next_step = _(
        "Use a browser with JavaScript, or seal the bid with tools/seal_bid.py and upload the sealed file."
    )


class WrongEnvelope(TenderRefused):
    """A sealed file that could not be opened at the deadline. `what` is suite, form, trustees or context."""

    code = "wrong_envelope"
    next_step = _("Seal the bid again from this tender's page, and upload that file.")
    WORDS = {
        "suite": _("This file is not a sealed bid of the suite QQ2."),
        "form": _("The sealed bid is damaged: its length or form is not that of suite QQ2."),
        "trustees": _("The bid is sealed for other trustees than this tender's."),
        "context": _("The bid is sealed for another tender or another bidder."),
        "files": _("The sealed files are not all here, or are not those that were uploaded for this bid."),
    }

    def __init__(self, what: str) -> None:
        self.what = what
        self.message = self.WORDS[what]


class WrongPart(TenderRefused):
    code = "wrong_part"
    message = _("This is not a part of a sealed file, or another one is there already.")


class TooMuch(TenderRefused):
    code = "too_much"
    message = _("More than 400 MB of sealed files wait for your bid in this tender.")
    next_step = _("What no bid takes up is forgotten after a day.")


class WrongShare(TenderRefused):
    code = "wrong_share"
    next_step = _("None of the shares was taken. Use the store that holds this tender's key.")

    def __init__(self, bid: str) -> None:
        self.message = _("The share for bid %(bid)s is not the one its envelope names.") % {"bid": bid}


class TooEarly(TenderRefused):
    code = "too_early"
    message = _("Shares are taken only after the deadline, by the database clock.")


class AwaitsShares(TenderRefused):
    code = "awaits_shares"
    message = _("Fewer than two trustees have handed over their shares, so the bids cannot be opened yet.")


class NotVoid(TenderRefused):
    code = "not_void"
    message = _("The tender is not void: its trustees still have time, or enough of them came.")
