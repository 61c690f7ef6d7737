"""Double entry: nothing is made, nothing is lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.payments.books import Account, Move, balances, fee_of, lines, to_fen, to_yuan

FEN = st.integers(min_value=1, max_value=10**12)


@given(move=st.sampled_from(Move), fen=FEN)
def test_the_lines_of_a_posting_add_up_to_nothing(move, fen):
    assert sum(line.fen for line in lines(move, fen)) == 0


@given(fen=FEN, share=st.floats(min_value=0, max_value=1))
def test_a_fee_comes_out_of_what_the_intermediary_gets(fen, share):
    fee = int(fen * share)
    told = balances(lines(Move.RELEASED, fen, fee=min(fee, fen)))
    assert told[Account.HELD] == -fen
    assert told[Account.INTERMEDIARY] + told[Account.FEE] == fen


@pytest.mark.parametrize(
    ("fen", "fee", "move"), [(0, 0, Move.FUNDED), (5, 6, Move.RELEASED), (5, 1, Move.FUNDED)]
)
def test_what_is_no_posting_is_refused(fen, fee, move):
    with pytest.raises(ValueError, match="fen"):
        lines(move, fen, fee=fee)


def test_fen_and_yuan():
    assert to_fen(Decimal("12800.00")) == 12_800_00
    assert to_yuan(1) == Decimal("0.01")
    with pytest.raises(ValueError, match="whole number of fen"):
        to_fen(Decimal("0.001"))


def test_half_a_fen_of_fee_is_rounded_up():
    assert fee_of(1000_00, Decimal("0")) == 0
    assert fee_of(500, Decimal("1")) == 1
    assert fee_of(499, Decimal("1")) == 0
