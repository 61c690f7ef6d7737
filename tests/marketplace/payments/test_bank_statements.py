"""Bank statements: taken whole or not at all, once a number; what does not fit is told, and to whom."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts.models import Reconciliation
from marketplace.contracts.tasks import reconcile
from marketplace.payments import errors
from marketplace.payments.models import BankLine, BankStatement
from marketplace.payments.operations import (
    compare_with_banks,
    order_funding,
    order_release,
    record_transfer,
    take_bank_statement,
    withdraw_bank_statement,
)
from regulation.ledger.models import Entry
from regulation.oversight.effects import note_differences
from regulation.oversight.models import Finding
from regulation.parties.models import Role
from tests.factories import payments, world

pytestmark = pytest.mark.django_db
CUSTODY = "6222000000000000"
INSERT = (
    "INSERT INTO payments_bankline"
    ' (statement_id, number, is_in, "on", fen, account, name, purpose, row, withdrawn)'
)
HEADER = "number,day,paid_in,paid_out,account,name,purpose"


@pytest.fixture(autouse=True)
def _custody(settings):
    settings.PAYMENTS_CUSTODY = f"户名 · {CUSTODY}"


def today():
    return timezone.localdate()


def ago(days):
    return today() - dt.timedelta(days=days)


def file(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def row(number="N1", days=10, paid_in="900.00", paid_out="", account=CUSTODY):
    return f"{number},{ago(days)},{paid_in},{paid_out},{account},,"


def taken(*rows, entity=None, first=20, last=1, by=None):
    return take_bank_statement(
        entity=entity,
        content=file(*rows),
        name="s.csv",
        first=ago(first),
        last=ago(last),
        by=by or world.user(),
        at=timezone.now(),
    )


def recorded(number="N1", days=10, **fields):
    order = order_funding(charge=payments.a_charge(**fields), by=None)
    return record_transfer(order=order, number=number, paid_on=ago(days), voucher=None, by=world.user())


def told():
    compared, found = compare_with_banks(at=timezone.now())
    return compared, [one["what"] for one in found]


def test_a_statement_that_fits_tells_nothing():
    recorded("n 1")
    made = taken(row())
    assert (made.rows, made.repeated, made.left_out) == (1, 0, 0)
    assert told() == (1, [])
    entry = Entry.objects.get(kind="payments.bank_statement_taken")
    assert entry.subject == made.urn


def test_the_same_row_again_is_counted_and_not_kept_again():
    first = taken(row())
    assert taken(row()) == first
    second = taken(row(), row("N2"))
    assert (second.rows, second.repeated) == (1, 1)
    assert BankLine.objects.count() == 2
    with pytest.raises(errors.StatementRefused) as refused:
        taken(row("N3"), row(paid_in="900.01"))
    assert [(one.row, one.code) for one in refused.value.faults] == [(3, "on_record")]


def test_one_faulty_row_keeps_all_of_it_out():
    with pytest.raises(errors.StatementRefused) as refused:
        taken(row(), row("N2", paid_in="x"), row("N3"), row("N1"), row("N4", days=21))
    found = [(one.row, one.column, one.code) for one in refused.value.faults]
    assert found == [(3, "paid_in", "not_an_amount"), (5, "number", "repeated"), (6, "day", "other_day")]
    assert not BankStatement.objects.exists()
    assert not BankLine.objects.exists()
    assert not Entry.objects.filter(kind="payments.bank_statement_taken").exists()


def test_of_a_partys_file_only_payments_to_the_centre_are_kept():
    payer = world.entity()
    recorded(payer=payer)
    made = taken(
        row(paid_in="", paid_out="900.00"),
        row("N2", account="6222111111111111"),
        row("N3", paid_in="no", account=""),
        entity=payer,
    )
    assert (made.rows, made.left_out) == (1, 2)
    assert told() == (1, [])
    with pytest.raises(errors.NoAccountsTold):
        take_bank_statement(
            entity=payer,
            content=f"number,day,paid_in\nN9,{ago(9)},1".encode(),
            name="",
            first=ago(20),
            last=ago(1),
            by=world.user(),
            at=timezone.now(),
        )


def test_without_a_named_account_a_party_cannot_compare(settings):
    settings.PAYMENTS_CUSTODY = ""
    with pytest.raises(errors.AccountNotNamed):
        taken(row(), entity=world.entity())


def test_a_payout_and_a_refund_are_told_from_both_ends():
    """What goes out of the centre's account comes in at the payee's."""
    charge = payments.funded()
    order = order_release(charge=charge, fen=90000, reason="", by=None)
    record_transfer(order=order, number="OUT", paid_on=ago(10), voucher=None, by=world.user())
    taken(row("OUT", paid_in="", paid_out="900.00"))
    taken(row("OUT", paid_in="900.00"), entity=charge.payee)
    assert told() == (2, [])


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([row(paid_in="900.10")], ["bank_amount"]),
        ([], ["bank_missing"]),
        ([row("N2")], ["bank_number"]),
        ([row(), row("N2", account="6222999999999999")], ["bank_unrecorded"]),
    ],
    ids=["amount", "missing", "number", "unrecorded"],
)
def test_what_does_not_fit_is_a_finding_about_who_paid(lines, what):
    transfer = recorded()
    payments.account(payments.a_charge(payee=world.entity("intermediary")), "6222999999999999")
    taken(*lines, row("ELSE", days=19, paid_in="5", account=""))
    entry = Entry.objects.get(kind="payments.bank_statement_taken")
    note_differences(entry)
    found = Finding.objects.get()
    assert found.evidence["difference"]["what"] == what[0]
    if what != ["bank_unrecorded"]:
        assert found.entity == transfer.order.charge.payer
        assert found.subject == transfer.order.charge.ref
    assert set(told()[1]) == {*what, "bank_unrecorded"}  # the line of nobody known is told, and no finding


def test_the_nightly_reconciliation_tells_it_too_and_once():
    recorded()
    taken(row(paid_in="1.00"))
    note_differences(Entry.objects.get(kind="payments.bank_statement_taken"))
    assert reconcile() == 1
    assert Reconciliation.objects.get().bank_rows == 1
    note_differences(Entry.objects.get(kind="contracts.reconciled"))
    found = Finding.objects.get()
    assert found.events.count() == 1


def test_a_statement_that_is_withdrawn_counts_no_more():
    made = taken(row())
    with pytest.raises(errors.WithdrawalNeedsReason):
        withdraw_bank_statement(statement=made, reason=" ", by=world.user(), at=timezone.now())
    withdraw_bank_statement(statement=made, reason="wrong file", by=world.user(), at=timezone.now())
    assert told() == (0, [])
    with pytest.raises(errors.StatementWithdrawn):
        withdraw_bank_statement(statement=made, reason="again", by=world.user(), at=timezone.now())
    assert taken(row()).rows == 1


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("bank_line_stands", "UPDATE payments_bankline SET fen = 1"),
        ("bank_line_stands", "UPDATE payments_bankline SET withdrawn = true"),
        ("bank_statement_stands", "UPDATE payments_bankstatement SET left_out = 9"),
        (
            "bank_statement_withdrawn_with_a_reason",
            "UPDATE payments_bankstatement SET withdrawn_at = now(), withdrawn_by_id = uploaded_by_id",
        ),
        (
            "bank_line_of_its_statement",
            f"{INSERT} SELECT id, 'Z', true, upper(days), 1, '', '', '', 1, false"
            " FROM payments_bankstatement",
        ),
        (
            "bank_line_once",
            f"{INSERT} SELECT statement_id, number, is_in, \"on\", 1, '', '', '', 1, false"
            " FROM payments_bankline",
        ),
    ],
    ids=["amount", "line-alone", "counts", "no-reason", "another-day", "number-twice"],
)
def test_what_the_database_holds(name, sql, as_site_role):
    taken(row())
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_nothing_of_it_is_removed():
    taken(row())
    for model in (BankLine, BankStatement):
        with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
            model.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_files_of_one_account_are_taken_one_after_the_other(elsewhere):
    with transaction.atomic():
        taken(row())
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(taken, row("N2"))
        elsewhere(taken, row("N2"), entity=world_entity_elsewhere(elsewhere))


def world_entity_elsewhere(elsewhere):
    """An entity that the other connection sees."""
    return elsewhere(world.entity)


def upload(client, content, name="s.csv", **more):
    told = {"first": ago(20).isoformat(), "last": ago(1).isoformat()} | more
    return client.post(
        reverse("payments:bank_statement_new"), told | {"file": SimpleUploadedFile(name, content)}
    )


def test_the_pages_of_a_payer(sign_in, client):
    payer = world.member(Role.OWNER)
    recorded(payer=payer.entity)
    sign_in(payer)
    assert "Only rows whose other side is" in client.get("/en/payments/bank-statements/new/").content.decode()
    answer = upload(client, file(row(paid_in="", paid_out="800.00"), row("N2", account="1")))
    made = BankStatement.objects.get()
    assert answer.status_code == 302
    assert made.entity == payer.entity
    page = client.get(f"/en/payments/bank-statements/{made.ref}/").content.decode()
    assert "another amount" in page
    assert "Other business, left out" in page
    assert made.ref in client.get("/en/payments/bank-statements/").content.decode()
    only = client.get(f"/en/payments/bank-statements/{made.ref}/?result=fits").content.decode()
    assert "No row to show" in only
    csv = b"".join(client.get(f"/en/payments/bank-statements/{made.ref}/compared.csv")).decode()
    assert "800.00" in csv
    assert "900.00" in csv
    client.post(reverse("payments:bank_statement_withdraw", args=[made.ref]), {"reason": "wrong file"})
    assert "wrong file" in client.get(f"/en/payments/bank-statements/{made.ref}/").content.decode()
    sign_in(world.member(Role.OWNER))
    assert client.get(f"/en/payments/bank-statements/{made.ref}/").status_code == 404
    assert made.ref not in client.get("/en/payments/bank-statements/").content.decode()


def test_a_party_whose_file_names_other_accounts_alone_is_told(sign_in, client):
    sign_in(world.member(Role.AGENT))
    upload(client, file(row(account=""), row("N2", account="1")))
    page = client.get(f"/en/payments/bank-statements/{BankStatement.objects.get().ref}/").content.decode()
    assert "No row of the file is a payment over this site" in page


def test_a_faulty_file_is_told_row_by_row(sign_in, client):
    sign_in(world.member(Role.AGENT))
    answer = upload(client, file(row(days=30), row("N2", paid_in="x")))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was kept" in page or "没有" in page or "未" in page
    assert page.count('<td class="num">2</td>') == 1
    for content, name in (
        (b"", "a.csv"),
        (b"\xd0\xcf\x11\xe0", "a.xls"),
        (HEADER.encode(), "b.csv"),
        (b"x\0", "c"),
    ):
        assert upload(client, content, name).status_code == 422
    assert upload(client, file(row()), last=ago(-3).isoformat()).status_code == 422
    assert upload(client, file(row()), first=ago(0).isoformat()).status_code == 422
    assert not BankStatement.objects.exists()


def test_the_list_and_a_comparison_take_the_same_queries_for_more(client, assert_flat):
    admin = world.user(is_staff=True, is_superuser=True)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert_flat(
        client, "/en/payments/bank-statements/", lambda: taken(row(f"N{next(world.count)}")), limit=12
    )
    made = BankStatement.objects.first()

    def one_more():
        number = f"N{next(world.count)}"
        recorded(number)
        taken(row(number))

    assert_flat(client, f"/en/payments/bank-statements/{made.ref}/", one_more, limit=14)


def test_the_template_is_a_statement_without_rows(sign_in, client):
    sign_in(world.member(Role.OWNER))
    for fmt in ("csv", "xlsx"):
        answer = client.get(reverse("payments:bank_statement_template", args=[fmt]))
        content = b"".join(answer)
        assert upload(client, content, f"t.{fmt}").status_code == 422
    assert not BankStatement.objects.exists()
