"""The control of the guards: with one taken out, the test that shows it must fail. Each is rolled back."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.contracts.models import PartialUpload, UploadPart
from tests.factories import contracts, world
from tests.marketplace.contracts import (
    test_clocks,
    test_copies,
    test_department,
    test_disputes,
    test_mending,
    test_paying,
)

pytestmark = pytest.mark.django_db


def without(table: str, name: str, guard: str, instead: str) -> None:
    """Replace a condition in a trigger's function, as only the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(t.tgfoid) FROM pg_trigger t "
            "WHERE t.tgrelid = %s::regclass AND t.tgname LIKE %s",
            [table, f"pgtrigger_{name}_%"],
        )
        ((body,),) = cursor.fetchall()
        assert body.count(guard) == 1, body
        cursor.execute(body.replace(guard, instead))


def part_of_another_file() -> None:
    """A part that was not told of."""
    made = contracts.signed()
    begun = contracts.begun(made, by=contracts.binder(made, "seller").user, content=b"%PDF-")
    upload = PartialUpload.objects.get(pk=begun.pk)
    with pytest.raises(IntegrityError, match="upload_part_as_planned"), transaction.atomic():
        UploadPart.objects.create(upload=upload, number=0, size=5, digest="0" * 64, file="x")


OUT: dict[str, tuple[str, str, str, str, Callable[[], object]]] = {
    "money goes out while suspended": (
        "contracts_payout",
        "accepted_and_clear",
        "AND c.suspended_at IS NULL AND",
        "AND",
        lambda: test_paying.test_the_database_lets_no_held_money_out_without_acceptance_and_a_clear_check(
            "suspended"
        ),
    ),
    "money goes back while suspended": (
        "contracts_refund",
        "as_settled",
        "AND c.suspended_at IS NULL",
        "",
        lambda: test_disputes.test_the_database_holds_disputes_and_settlements_by_itself(
            "a refund while suspended"
        ),
    ),
    "the time to sign moves by itself": (
        "contracts_contract",
        "terms_stand",
        "IF NEW.sign_by < OLD.sign_by OR (",
        "IF false AND (",
        lambda: test_clocks.test_the_database_moves_the_time_to_sign_for_nothing_else(test_clocks.HOURS),
    ),
    "a grace moves by itself": (
        "contracts_ending",
        "stands",
        "IF NEW.grace_until < OLD.grace_until OR (",
        "IF false AND (",
        test_clocks.test_the_database_moves_a_grace_for_nothing_else,
    ),
    "the time to mend moves by itself": (
        "contracts_milestone",
        "facts_in_order",
        "NEW.mend_until IS DISTINCT FROM OLD.mend_until",
        "false",
        lambda: test_mending.later(test_mending.sent_back()),
    ),
    "a copy of who may not bind": (
        "contracts_signedcopy",
        "by_who_may_bind",
        "m.user_id = NEW.given_by_id",
        "true",
        lambda: test_copies.by_nobody_of_the_side(contracts.signed()),
    ),
    "a second copy at once": (
        "contracts_signedcopy",
        "by_who_may_bind",
        "NEW.number > 1 AND NOT EXISTS (",
        "false AND NOT EXISTS (",
        lambda: test_copies.a_second_one_at_once(contracts.signed()),
    ),
    "a copy confirmed by who gave it": (
        "contracts_copyanswer",
        "of_another_side",
        "(NEW.side = k.side) <> (NEW.said = 'taken_back')",
        "false",
        lambda: test_copies.of_the_side_that_gave_it(contracts.copied(contracts.signed())),
    ),
    "the department reads what is not open": (
        "contracts_departmentreading",
        "of_what_is_open",
        "JOIN public.contracts_departmentgrant g ON g.contract_id = c.id",
        "LEFT JOIN public.contracts_departmentgrant g ON g.contract_id = c.id",
        lambda: test_department.not_open(contracts.delivered()),
    ),
    "somebody else reads what is open": (
        "contracts_departmentreading",
        "of_what_is_open",
        "AND m.user_id = NEW.reader_id",
        "",
        lambda: test_department.open_to_another(contracts.delivered()),
    ),
    "somebody else opens it": (
        "contracts_departmentgrant",
        "by_the_buyer",
        "AND m.user_id = NEW.given_by_id",
        "",
        lambda: test_department.opened_by_another(contracts.delivered()),
    ),
    "a part nobody told of": (
        "contracts_uploadpart",
        "as_planned",
        "IF NOT EXISTS (",
        "IF false AND NOT EXISTS (",
        part_of_another_file,
    ),
}


@pytest.mark.parametrize("case", OUT)
def test_without_its_guard_the_database_lets_it_through(case):
    table, name, guard, instead, shows = OUT[case]
    shows()  # with the guard
    without(table, name, guard, instead)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        shows()


def test_without_its_guard_a_contract_ends_by_a_grace_that_stood_still(monkeypatch):
    without("contracts_ending", "done_on_its_ground", "s.act = 'suspend'", "s.act = 'nothing'")
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_clocks.test_the_database_ends_nothing_by_a_grace_that_stood_still(monkeypatch)


def test_without_its_guard_anybody_proposes_as_the_mediator():
    without("contracts_proposal", "suggested_by_who_sits", "IF NOT EXISTS (", "IF false AND NOT EXISTS (")
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    whole = dispute.milestone.fen
    split = {"released_fen": 1, "refunded_fen": whole - 1, "proposed_by": world.user()}
    assert dispute.proposals.create(number=1, side="mediator", **split).pk
