"""Named refusals of this room."""

from django.utils.translation import gettext_lazy as _


class DecouplingRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader, `field` the field of a form it
    is about, where it is about one."""

    message = _("This cannot be done.")
    field: str | None = None

    def __str__(self) -> str:
        return str(self.message)


class NotWaiting(DecouplingRefused):
    message = _("Only a check that could not decide waits for a person. This one has its answer.")


class AlreadyProposed(DecouplingRefused):
    message = _("A determination already stands for this check. Confirm or reject that one.")


class SamePerson(DecouplingRefused):
    message = _("A second regulator decides: whoever proposed it cannot confirm or reject it.")


class AlreadyDecided(DecouplingRefused):
    message = _("This has been decided already.")


class ReasonMissing(DecouplingRefused):
    field = "reason"
    message = _("This needs its reason in writing.")


class ProvisionMissing(DecouplingRefused):
    field = "provision"
    message = _("An exemption by statute cites the provision that says otherwise.")


class NotLawful(DecouplingRefused):
    field = "provision"
    message = _(
        "Only a law or an administrative regulation may say otherwise (Regulation on Optimising the Business "
        "Environment, article 43)."
    )


class PlanMissing(DecouplingRefused):
    field = "plan"
    message = _("A transitional exemption needs the plan by which the tie is ended.")


class EndMissing(DecouplingRefused):
    field = "end"
    message = _("State the day on which it ends, later than the first; a transition always has one.")


class NotInForce(DecouplingRefused):
    message = _("Only an exemption in force can be revoked.")


class PackKnown(DecouplingRefused):
    message = _("This version of the rules is on record with another text. A new text is a new version.")


class PackStartsBefore(DecouplingRefused):
    message = _(
        "Checks can use a pack from today on, or from a later day: no check of the past is rewritten."
    )
