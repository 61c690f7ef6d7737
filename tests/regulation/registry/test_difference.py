"""Word-level difference and the drawn periods, as pure functions."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.registry.difference import GONE, KEPT, NEW, difference
from regulation.registry.drawing import Era, draw

TODAY = dt.date(2026, 11, 24)
TEXTS = st.text(alphabet="编制环境影响报告书不需要委托中介 abc,.2026。", max_size=40)


@given(TEXTS, TEXTS)
def test_the_pieces_give_both_texts_back(old, new):
    pieces = difference(old, new)
    assert "".join(p.text for p in pieces if p.kind in (KEPT, GONE)) == old
    assert "".join(p.text for p in pieces if p.kind in (KEPT, NEW)) == new


def test_chinese_is_compared_word_by_word():
    pieces = difference("费用由申请人承担。", "费用由审批部门承担。")
    assert [p.text for p in pieces if p.kind == GONE] == ["申请人"]
    assert [p.text for p in pieces if p.kind == NEW] == ["审批部门"]


def test_periods_stand_where_their_days_do():
    turn = dt.date(2026, 8, 15)
    later = Era(turn, None, "later", "optional")
    earlier = Era(dt.date(2018, 12, 29), turn, "earlier", "mandatory")
    drawing = draw([later, earlier], today=TODAY)
    top, below = drawing.bars
    assert below.x == 0
    assert below.x + below.width == pytest.approx(top.x, abs=0.02)
    assert top.x + top.width == pytest.approx(100)
    assert top.x < drawing.today_x < 100
    assert [mark.label for mark in drawing.marks] == ["2020", "2022", "2024", "2026"]


def test_a_period_to_come_lies_after_today():
    drawing = draw([Era(dt.date(2027, 1, 1), None, "", "")], today=TODAY)
    assert drawing.today_x < drawing.bars[0].x < 100


def test_nothing_is_drawn_of_nothing():
    assert draw([], today=TODAY).bars == ()
