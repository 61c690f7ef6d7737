"""The database holds a ruling to approvals of its line, and a law to the rulings that rest on it."""

import pytest
from django.db import IntegrityError, connection

from regulation.ledger.models import Entry
from regulation.registry.errors import ApprovalElsewhere, ApprovalMovedApart, DemandsRestOnIt
from regulation.registry.models import Level, Ruling
from regulation.registry.operations import Wording, draft_ruling, save_catalogued
from tests.factories.registry import (
    SINCE,
    ApprovalFactory,
    DepartmentFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db


def approval_of(code):
    return ApprovalFactory(department=DepartmentFactory(region=region(code)))


@pytest.mark.parametrize("make", [DraftFactory, RulingFactory], ids=["draft", "published"])
@pytest.mark.parametrize(
    ("approval", "where", "refused"),
    [
        ("511602", "511602", False),
        ("511602", "510000", False),
        ("511602", "000000", False),
        ("510000", "511602", False),
        ("000000", "511602", False),
        ("511602", "330000", True),
        ("511602", "511603", True),
    ],
)
def test_the_database_holds_a_ruling_to_an_approval_of_its_line(make, approval, where, refused):
    about = approval_of(approval)
    if refused:
        with pytest.raises(IntegrityError, match="ruling_approval_of_its_place"):
            make(approval=about, region=region(where))
    else:
        make(approval=about, region=region(where))


def test_an_update_cannot_move_a_draft_apart_from_its_approval():
    draft = DraftFactory(approval=approval_of("511602"), region=region("510000"))
    with pytest.raises(IntegrityError, match="ruling_approval_of_its_place"):
        Ruling.objects.filter(pk=draft.pk).update(region=region("330000"))


def test_the_refusal_in_words_leaves_nothing():
    with pytest.raises(ApprovalElsewhere):
        draft_ruling(
            approval=approval_of("511602"),
            service=RulingFactory().service,
            region=region("330000"),
            wording=Wording(necessity="optional", reason="理由", start=SINCE.lower, source="来源"),
            provisions=[ProvisionFactory()],
            by=UserFactory(),
        )
    assert not Ruling.objects.filter(published_at=None).exists()


def test_an_approval_does_not_move_away_from_what_is_said_of_it():
    approval = approval_of("511602")
    RulingFactory(approval=approval, region=region("510000"))
    approval.region = region("330000")
    with pytest.raises(ApprovalMovedApart):
        save_catalogued(item=approval, changed=["region"], by=UserFactory())
    approval.refresh_from_db()
    assert approval.region_id == "511602"
    assert not Entry.objects.filter(kind="registry.approval_changed").exists()
    approval.region = region("511600")  # still below the ruling's
    save_catalogued(item=approval, changed=["region"], by=UserFactory())


def asks_for_more(**own):
    """A region's ruling that asks for more than the country's, on a law of its own."""
    shared = ProvisionFactory()
    up = RulingFactory(necessity="abolished", provisions=[shared])
    law = ProvisionFactory(instrument=InstrumentFactory(level=Level.LAW, region=region("510000")))
    low = RulingFactory(
        service=up.service, region=region("510000"), necessity="optional", provisions=[shared, law], **own
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return law, low


def test_a_law_made_for_another_region_after_all_is_refused_while_demands_rest_on_it():
    law, _low = asks_for_more()
    law.instrument.region = region("330000")
    with pytest.raises(DemandsRestOnIt):
        save_catalogued(item=law.instrument, changed=["region"], by=UserFactory())
    law.instrument.refresh_from_db()
    assert law.instrument.region_id == "510000"
    law.instrument.region = region("000000")  # made for the whole country: for this region too
    save_catalogued(item=law.instrument, changed=["region"], by=UserFactory())


def test_an_article_put_under_a_local_rule_is_refused_while_demands_rest_on_it():
    law, _low = asks_for_more()
    law.instrument = InstrumentFactory(level=Level.LOCAL_RULE, region=region("510000"))
    with pytest.raises(DemandsRestOnIt):
        save_catalogued(item=law, changed=["instrument"], by=UserFactory())


def test_a_required_service_keeps_an_article_of_lawful_level():
    law = ProvisionFactory()
    RulingFactory(necessity="mandatory", provisions=[law])
    law.level = Level.LOCAL_RULE
    with pytest.raises(IntegrityError, match="ruling_mandatory_has_lawful_basis"):
        law.save()


def test_that_a_law_ends_is_no_correction_and_is_recorded():
    law, _low = asks_for_more()
    law.instrument.in_force = (SINCE.lower, SINCE.lower.replace(year=2026))
    law.instrument.save()
    law.refresh_from_db()
    assert law.in_force.upper == SINCE.lower.replace(year=2026)
