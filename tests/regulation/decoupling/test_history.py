"""The rules over the decoupling of 2015 and 2016: what each agency is before and after, and why."""

import datetime as dt
from pathlib import Path

import pytest

from regulation.decoupling.history import BadHistory, agencies, backtest, verdict_on
from regulation.decoupling.models import Check
from regulation.decoupling.rules import PACK, shipped_pack
from regulation.parties.models import Entity, Interest

DATA = Path(__file__).resolve().parents[3] / "data"
RULE = "affiliated-assessor-before-2020"
STAFF, STRUCK, LEFT = "职工自然人出资设立公司", "注销资质", "股权和人员全部撤出"
LATE = "逾期未脱钩，注销环评资质"
# (row, method): outcome before and why, outcome after and why, ties in the chain before
EXPECTED = {
    **dict.fromkeys(range(1, 6), ("conflicted", "", "clear", "people_not_told", 2)),
    6: ("conflicted", "", "unknown", "qualification_gone", 1),
    7: ("conflicted", "", "unknown", "qualification_gone", 2),
    8: ("unknown", "share_of_unknown_size", "clear", "", 2),
    **dict.fromkeys(range(9, 34), ("conflicted", "department_not_named", "unknown", "qualification_gone", 1)),
}
ROWS = backtest(DATA, shipped_pack(PACK))


def test_the_table_is_of_every_agency_in_the_file():
    assert [one.agency.number for one in ROWS] == list(EXPECTED)


@pytest.mark.parametrize("one", ROWS, ids=[one.agency.name for one in ROWS])
def test_each_agency_the_day_before_and_from_the_day_on_record(one):
    before, why, after, why_after, ties = EXPECTED[one.agency.number]
    assert (one.before.outcome, one.before.why) == (before, why)
    assert (one.after.outcome, one.after.why) == (after, why_after)
    assert one.before.on + dt.timedelta(days=1) == one.after.on == one.agency.ended
    assert one.before.finding.rule == RULE
    assert len(one.before.finding.chain) == ties
    assert all(tie.source == one.agency.source for tie in one.before.finding.chain)
    assert one.before.finding.chain[-1].subject_name == one.agency.name


def test_no_rule_spoke_before_the_clean_up_was_announced():
    agency = agencies(DATA)[0]
    pack = shipped_pack(PACK)
    assert verdict_on(agency, dt.date(2015, 4, 26), pack).outcome == "clear"
    assert verdict_on(agency, dt.date(2015, 4, 27), pack).outcome == "conflicted"


def test_a_method_nobody_gave_a_meaning_is_refused(tmp_path):
    (tmp_path / "statistics").mkdir()
    text = (DATA / "statistics/decoupled_agencies.csv").read_text(encoding="utf-8")
    (tmp_path / "statistics/decoupled_agencies.csv").write_text(text.replace(LEFT, "别的方式"), "utf-8")
    with pytest.raises(BadHistory, match="row 8"):
        agencies(tmp_path)


@pytest.mark.django_db
def test_the_page_shows_it_and_nothing_of_it_is_a_row(client):
    page = client.get("/en/decoupling/history/").content.decode()
    assert "A worked example, not an accusation" in page
    assert "中科尚公司" in page
    assert "The report says that shares were held" in page
    assert "永州市环境保护科研所" in client.get("/en/decoupling/history/?page=2").content.decode()
    assert not (Entity.objects.exists())
    assert not (Interest.objects.exists())
    assert not (Check.objects.exists())
