"""What this room's entries say."""

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import story

START, END = ("start", _("From"), "day"), ("end", _("Until, exclusive"), "day")

story("ledger.delivery_retried", _("The site's staff had what follows an entry tried again."))
story("ledger.deliveries_retried", _("The site's staff had all that was given up tried again."))
story("ledger.alarm_raised", _("The audit of the record found a difference and raised an alarm."))
story("ledger.alarm_explained", _("An alarm of the record was explained in writing."))
story("ledger.key_rotated", _("The record is signed with another key from here on."), disclosed=True)
story("ledger.erasure_asked", _("It was asked that the content of an entry be erased."))
story("ledger.erasure_declined", _("A second person left the content of an entry where it is."))
story("ledger.erased", _("The content of an entry was erased; the entry stands."))
story("parties.entity_registered", _("It was put on record."), facts=[("name", _("Name"), "text")])
story("parties.contacts_told", _("It told where it is reached."))
story("parties.account_told", _("It told where it is paid. The number is on no record."))
story("parties.interest_stated", _("An interest was stated."), facts=[START, END])
story("parties.interest_ended", _("It was stated that an interest ended."), facts=[START, END])
story(
    "parties.interests_declared",
    _("The entity declared that the interests on file are all it has."),
    facts=[("as_of", _("As of"), "day")],
)
story("parties.looked", _("A regulator looked at personal data in it."))
story("parties.interest_retracted", _("It was stated that an interest never was as recorded."))
story("parties.interest_contested", _("The entity contested what is held about it."))
story("parties.contest_proposed", _("A regulator proposed the answer to a contest."))
story("parties.contest_returned", _("The second regulator returned the answer to a contest."))
story("parties.contest_answered", _("The contest was answered."))
story("parties.declaration_late", _("The day for the declaration went by without one."))
story("parties.declaration_contradicted", _("Another source contradicts the declaration."))
story("parties.mail_stopped", _("A person wants no more mail of a kind."))
story("parties.mail_wanted", _("A person wants mail of a kind again."))
story("parties.merged", _("Two records were found to be one."))
story("parties.split", _("Two records that had been one were parted again."))
story("parties.suggestion_rejected", _("A regulator found that two records are not one."))
story("parties.lead_kept", _("A likeness by name alone was kept as a lead."))
story("parties.import_uploaded", _("A file of interests was brought."))
story("parties.import_confirmed", _("Whoever brought the file had it written."))
story("parties.import_cancelled", _("The import was given up."))
story("parties.import_written", _("The interests of a file were written."))
story("parties.interests_downloaded", _("A regulator took the whole record of interests."))
story("parties.membership_granted", _("Somebody may act for it from now on."), facts=[START])
story("parties.token_made", _("A token was made by which a program acts for it."))
story("parties.token_revoked", _("A token of a program was revoked."))
