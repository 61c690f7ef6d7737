"""The pages of contracts, as both sides, the public and regulators meet them."""

import re
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts.life import State
from marketplace.contracts.models import Contract, Invoice, Signature
from marketplace.contracts.queries import latest_version
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


def page(client, address: str) -> str:
    return client.get("/en" + address.removeprefix("/en")).content.decode()


def prove(client, how: str = "password", ago: int = 0, **more: object) -> None:
    """What the session holds once somebody proved anew who they are."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [
        {"method": how, "at": time.time() - ago, "reauthenticated": True} | more
    ]
    session.save()


def test_both_sides_come_from_the_desk_to_a_signed_contract(sign_in, client):
    made = contracts.drawn_up()
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    sign_in(buyer)
    assert made.award.tender.title in page(client, "/en/desk/")
    client.post(reverse("contracts:offer", args=[made.ref]))
    made.refresh_from_db()
    for who in (buyer, seller):
        sign_in(who)
        prove(client)
        address = reverse("contracts:sign", args=[made.ref])
        shown = page(client, address)
        read = re.search(r'name="read" value="([0-9a-f]{64})"', shown)[1]
        assert read == latest_version(made).digest
        client.post(address, {"read": read})
    contracts.commit()
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.IN_FORCE
    client.logout()
    assert "In force" in page(client, made.get_absolute_url())
    assert made.award.tender.title in page(client, reverse("contracts:contract_list"))


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("not at all", None),
        ("too long ago", {"ago": 301}),
        ("signing in only", {"reauthenticated": False}),
        ("another method", {"how": "mfa"}),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_nobody_signs_without_proving_anew_who_they_are(case, told, sign_in, client):
    made = contracts.offered()
    sign_in(contracts.binder(made, "buyer"))
    if told is not None:
        prove(client, **told)
    answer = client.post(reverse("contracts:sign", args=[made.ref]), {"read": latest_version(made).digest})
    assert "/reauthenticate/" in answer.url
    assert not Signature.objects.exists()


def test_who_has_a_second_factor_is_asked_for_it(sign_in, client):
    from allauth.mfa.models import Authenticator

    made = contracts.offered()
    who = contracts.binder(made, "buyer")
    Authenticator.objects.create(user=who.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    sign_in(who)
    prove(client)
    address = reverse("contracts:sign", args=[made.ref])
    assert "/2fa/reauthenticate/" in client.get(address).url
    prove(client, "mfa")
    client.post(address, {"read": latest_version(made).digest})
    assert Signature.objects.get().proof == "mfa"


def test_where_a_second_factor_is_demanded_who_lacks_one_is_led_there_and_back(sign_in, client, settings):
    from allauth.mfa.models import Authenticator

    settings.BIND_BY_SECOND_FACTOR = True
    made = contracts.offered()
    who = contracts.binder(made, "buyer")
    sign_in(who)
    prove(client)  # a password does not do
    address, way = reverse("contracts:sign", args=[made.ref]), reverse("parties:second_factor")
    assert client.get(address).url == way
    shown = page(client, way)
    assert "you have none yet" in shown
    assert reverse("mfa_activate_totp") in shown
    assert reverse("mfa_activate_totp") in client.get(reverse("mfa_index")).content.decode()
    assert way in client.get(reverse("mfa_index")).content.decode()  # each page of the way leads back
    Authenticator.objects.create(user=who.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert f'href="{address}"' in page(client, way)
    assert "/2fa/reauthenticate/" in client.get(address).url
    prove(client, "mfa")
    client.post(address, {"read": latest_version(made).digest})
    assert Signature.objects.get().proof == "mfa"
    assert way not in client.get(reverse("mfa_index")).content.decode()


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(back, sign_in, client):
    sign_in(contracts.binder(contracts.offered(), "buyer"))
    shown = client.get(reverse("parties:second_factor"), {"next": back})
    assert shown.context["back"] == ""
    assert f'href="{back}"' not in shown.content.decode()


def test_a_text_that_was_not_the_one_read_is_not_signed(sign_in, client):
    made = contracts.offered()
    sign_in(contracts.binder(made, "buyer"))
    prove(client)
    answer = client.post(reverse("contracts:sign", args=[made.ref]), {"read": "0" * 64}, follow=True)
    assert "is not the one that lies before all sides" in answer.content.decode()
    assert not Signature.objects.exists()


def rows(*parts: tuple[str, str, str, str]) -> dict[str, str]:
    told = {"form-TOTAL_FORMS": str(len(parts)), "form-INITIAL_FORMS": "0"}
    for n, (name, amount, days, lines) in enumerate(parts):
        told |= {f"form-{n}-name": name, f"form-{n}-amount": amount, f"form-{n}-days": days}
        told |= {f"form-{n}-name_en": "", f"form-{n}-checklist": lines}
    return told


def test_the_buyer_sets_milestones_and_is_told_what_does_not_add_up(sign_in, client):
    made = contracts.drawn_up()
    sign_in(contracts.binder(made, "buyer"))
    address = reverse("contracts:milestones", args=[made.ref])
    assert "工作方案" in page(client, address)
    wrong = client.post(address, rows(("甲", "1", "1", "齐")))
    assert (wrong.status_code, "add up to the price" in wrong.content.decode()) == (422, True)
    assert client.post(address, rows(("甲", "x", "1", ""))).status_code == 422
    client.post(address, rows(("甲", "900", "10", "齐全 | complete\n签字"), ("", "", "", "")))
    assert [m.checklist for m in made.milestones.all()] == [
        [{"text": "齐全", "text_en": "complete"}, {"text": "签字", "text_en": ""}]
    ]


def test_work_goes_from_hand_to_hand_through_its_page(sign_in, client):
    made = contracts.signed()
    seller, buyer = contracts.binder(made, "seller"), contracts.binder(made, "buyer")
    work = (made.ref, 1)
    sign_in(seller)
    client.post(reverse("contracts:start", args=work))
    client.post(reverse("contracts:hand_in", args=work), {"uploads": [contracts.upload()], "note": "首期"})
    sign_in(buyer)
    shown = page(client, reverse("contracts:milestone", args=work))
    assert "Accept the work" in shown
    client.post(reverse("contracts:answer", args=work), {"answer": "return", "why_0": "缺人员", "why_1": ""})
    assert "缺人员" in page(client, reverse("contracts:milestone", args=work))
    sign_in(seller)
    client.post(
        reverse("contracts:hand_in", args=work),
        {"uploads": [contracts.upload(contracts.PDF + b"2")], "note": ""},
    )
    told = {"number": "12345678901234567890", "code": "", "issued_on": "2026-01-05", "amount": "270.00"}
    client.post(reverse("contracts:invoice", args=work), told)
    assert Invoice.objects.get().fen == 27000
    sign_in(buyer)
    assert "Return it once" not in page(client, reverse("contracts:milestone", args=work))
    accept = {"answer": "accept", "why_0": "", "why_1": ""}
    asked = client.post(reverse("contracts:answer", args=work), accept)
    assert "/reauthenticate/" in asked.url
    assert contracts.first(made).accepted_at is None
    prove(client)
    client.post(reverse("contracts:answer", args=work), accept)
    contracts.commit()
    assert body_of(Entry.objects.get(kind="contracts.accepted"))["proof"] == "password"
    assert contracts.first(made).accepted_at is not None
    client.logout()
    register = page(client, reverse("contracts:register"))
    assert "in time" in register


def test_a_link_shows_files_to_who_holds_it_and_tells_the_buyer(sign_in, client):
    made = contracts.signed()
    contracts.handed_in(contracts.first(made))
    sign_in(contracts.binder(made, "buyer"))
    work = (made.ref, 1)
    answer = client.post(reverse("contracts:share", args=work), {"whom": "窗口", "days": "7"}, follow=True)
    address = re.search(r"http://testserver(/[^<]*deliverables/[^<]*)</code>", answer.content.decode())[1]
    client.logout()
    shown = client.get(address)
    assert (shown.status_code, shown["Referrer-Policy"]) == (200, "no-referrer")
    file = re.search(rf'href="({re.escape(address)}[0-9a-f]{{32}}/)"', shown.content.decode())[1]
    fetched = client.get(file)
    assert fetched["Content-Disposition"].startswith("attachment")
    assert b"".join(fetched.streaming_content) == contracts.PDF
    assert client.get(address.replace("deliverables/", "deliverables/x")).status_code == 404
    sign_in(contracts.binder(made, "buyer"))
    link = client.get(reverse("contracts:milestone", args=work)).context["shares"][0]
    assert link.times == 2
    shown = page(client, reverse("contracts:for_department", args=[made.ref]))
    assert shown.count("by a link") == 2


def test_before_signing_only_its_sides_and_regulators_know_of_it(sign_in, client):
    made = contracts.offered()
    assert client.get(made.get_absolute_url()).status_code == 404
    for who, status in (
        (world.member(Role.OWNER), 404),
        (world.member(Role.REGULATOR), 200),
        (contracts.binder(made, "seller"), 200),
    ):
        sign_in(who)
        assert client.get(made.get_absolute_url()).status_code == status
    assert made.award.tender.title not in page(client, reverse("contracts:contract_list"))


def test_lists_take_the_same_queries_for_one_row_and_for_twenty(client, sign_in, assert_flat):
    made = contracts.signed()
    contracts.accepted(contracts.handed_in(contracts.first(made)))

    def add() -> None:
        held = contracts.signed(**{"owner": made.buyer})
        contracts.accepted(contracts.handed_in(contracts.first(held)))

    add()
    for name in ("contracts:contract_list", "contracts:register"):
        few = queries_of(client, reverse(name))
        add()
        assert queries_of(client, reverse(name)) == few <= 6
    sign_in(contracts.binder(made, "buyer"))
    few = queries_of(client, reverse("contracts:own_contracts"))
    add()
    assert queries_of(client, reverse("contracts:own_contracts")) == few


def queries_of(client, address: str) -> int:
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    cache.clear()
    client.get(reverse("ledger:about"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_an_unknown_state_of_a_contract_is_no_error(sign_in, client):
    made = contracts.signed()
    sign_in(contracts.binder(made, "buyer"))
    for view, kwargs in (("version", [made.ref, 99]), ("milestone", [made.ref, 99])):
        assert client.get(reverse(f"contracts:{view}", args=kwargs)).status_code == 404
    prove(client)
    answer = client.post(reverse("contracts:answer", args=[made.ref, 1]), {"answer": "accept"}, follow=True)
    assert answer.status_code == 200
    assert Contract.objects.get().milestones.filter(accepted_at__isnull=False).count() == 0


def waits(client, contract: Contract) -> str:
    """What the page says is next."""
    shown = page(client, contract.get_absolute_url())
    found = re.search(r"<h2>What (?:to do|comes) next</h2>(.*?)</section>", shown, re.DOTALL)
    return found[1] if found else ""


def test_a_contract_in_force_says_what_it_waits_for_and_from_whom(sign_in, client):
    made = contracts.signed()
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    milestone = contracts.first(made)

    def told() -> tuple[str, str]:
        return waits(sign_in(buyer), made), waits(sign_in(seller), made)

    pays, works = told()
    assert "Pay in, to be held" in pays
    assert "Begin" not in pays
    assert "Begin" in works
    assert "Name the account" in works
    contracts.funded(milestone)
    milestone = contracts.started(milestone)
    pays, works = told()
    assert "Nothing waits for you" in pays
    assert "Hand in" in pays
    assert "Hand in" in works
    assert "Name the account" not in works
    contracts.handed_in(milestone)
    pays, works = told()
    assert "Examine" in pays
    assert "Nothing waits for you" in works
    dispute = contracts.disputed(milestone)
    assert all(dispute.get_absolute_url() in one for one in told())
    client.logout()
    assert waits(client, made) == ""
