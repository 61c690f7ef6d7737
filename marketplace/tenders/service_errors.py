"""Named refusals of services that may not stand on one tender; each with its article and what to do."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .errors import TenderRefused


class ServicesRefused(TenderRefused):
    """Base of what keeps services apart."""

    code = "services_refused"
    next_step: Any = _("Take one of them out, and open a tender of its own for it.")


class TwoPayers(ServicesRefused):
    """One the department commissions, and so pays for, beside one that the owner pays for."""

    code = "two_payers"

    def __init__(self, paid: Any, own: Any) -> None:
        self.message = _(
            'The department commissions "%(paid)s" and pays for it; "%(own)s" you would pay for. A tender '
            "has one payer (Regulation on Optimising the Business Environment, article 43)."
        ) % {"paid": paid, "own": own}


class TiedToRequired(ServicesRefused):
    """What nobody may ask for, beside what is required."""

    code = "tied_to_required"

    def __init__(self, barred: Any, required: Any) -> None:
        self.message = _(
            'Nobody may ask for "%(barred)s", so it is not bought together with "%(required)s", which is '
            "required (Regulation on Optimising the Business Environment, article 43)."
        ) % {"barred": barred, "required": required}


class KeptApart(ServicesRefused):
    """Two services that no one party may take in the same project, so that nobody could win."""

    code = "kept_apart"

    def __init__(self, one: Any, other: Any, law: str) -> None:
        self.message = _('No firm may take both "%(one)s" and "%(other)s" in one project.') % {
            "one": one,
            "other": other,
        }
        if law:
            self.message = f"{self.message} {law}"


class ServiceTwice(ServicesRefused):
    code = "service_twice"
    message = _("A service stands once on a tender.")
    next_step = ""


class TooManyServices(ServicesRefused):
    code = "too_many_services"
    next_step = ""

    def __init__(self, most: int) -> None:
        self.message = _("At most %(n)d services on one tender.") % {"n": most}
