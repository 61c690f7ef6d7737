"""Does one firm win more of a department's work than a fair allocation would give it? Pure, exact.

A fair allocation gives each valid bidder of a tender the same chance: one in so many bidders. The number of
tenders a firm wins is then a sum of independent chances (Poisson binomial); the chance of winning so many or
more is computed exactly, and corrected for the number of pairs looked at (Benjamini and Hochberg 1995). What
remains is a lead: a reason to read the tenders, never an accusation. Price and quality are no part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST = 8  # tenders a firm must have bid for, with somebody else bidding too
RATE = 0.05  # of the leads shown, so many may be chance
METHOD = (
    "H0: each valid bidder of a tender wins with 1/n; exact Poisson-binomial upper tail; "
    "Benjamini-Hochberg over all pairs with at least {least} tenders; leads where q <= {rate}"
)


@dataclass(frozen=True, slots=True)
class Contest:
    """One awarded tender: whose approvals it was for, who bid validly, who won. Keys of parties."""

    department: int
    bidders: tuple[int, ...]
    winner: int


@dataclass(frozen=True, slots=True)
class Share:
    """A firm's part in a department's work: `p` the chance of so many wins or more, `q` after correction."""

    department: int
    firm: int
    tenders: int
    wins: int
    expected: float
    p: float
    q: float


def upper_tail(chances: Sequence[float], least: int) -> float:
    """The exact chance that at least so many of independent events happen.

    By the distribution of the number of events, one event after the other, kept below `least` alone: the
    tail is summed as it is left, so that a small tail is no difference of large numbers.
    """
    if least <= 0:
        return 1.0
    below = [1.0] + [0.0] * (least - 1)
    tail = 0.0
    for chance in chances:
        tail += below[-1] * chance
        for n in range(least - 1, 0, -1):
            below[n] = below[n] * (1 - chance) + below[n - 1] * chance
        below[0] *= 1 - chance
    return min(tail, 1.0)


def corrected(values: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg adjusted values in the order given; each at most 1."""
    order = sorted(range(len(values)), key=lambda n: values[n])
    adjusted = [1.0] * len(values)
    least = 1.0
    for rank in range(len(order), 0, -1):
        place = order[rank - 1]
        least = min(least, values[place] * (len(values) / rank))
        adjusted[place] = least
    return adjusted


def shares(contests: Iterable[Contest], *, least: int = LEAST) -> list[Share]:
    """Every pair of department and firm with at least `least` tenders that had more than one bidder.

    Tenders with a single bidder say nothing of who was preferred among bidders, and are left out. Those with
    the smallest `q` come first; ties by keys.
    """
    pairs: dict[tuple[int, int], list[float]] = {}
    wins: dict[tuple[int, int], int] = {}
    for contest in contests:
        bidders = sorted(set(contest.bidders))
        if len(bidders) < 2 or contest.winner not in bidders:
            continue
        for firm in bidders:
            pairs.setdefault((contest.department, firm), []).append(1 / len(bidders))
        won = (contest.department, contest.winner)
        wins[won] = wins.get(won, 0) + 1
    return _tested({pair: chances for pair, chances in pairs.items() if len(chances) >= least}, wins)


def _tested(
    pairs: Mapping[tuple[int, int], Sequence[float]], wins: Mapping[tuple[int, int], int]
) -> list[Share]:
    keys = sorted(pairs)
    tails = [upper_tail(pairs[key], wins.get(key, 0)) for key in keys]
    found = [
        Share(key[0], key[1], len(pairs[key]), wins.get(key, 0), sum(pairs[key]), tail, value)
        for key, tail, value in zip(keys, tails, corrected(tails), strict=True)
    ]
    return sorted(found, key=lambda one: (one.q, one.p, one.department, one.firm))


def leads(found: Iterable[Share], *, rate: float = RATE) -> list[Share]:
    """The shares that chance hardly explains: q <= rate."""
    return [one for one in found if one.q <= rate]


def method_text(*, least: int = LEAST, rate: float = RATE) -> str:
    """The method in one line, to stand beside what it found."""
    return METHOD.format(least=least, rate=rate)
