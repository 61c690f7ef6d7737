"""Does one firm win more of a department's work than a fair allocation would give it? Pure, exact.

A fair allocation gives everybody the same chance: one in so many. There are two: among the valid bidders of a
tender; and among all who could have served, whether or not they bid, so that work given without competition
counts too. The number of tenders a firm wins is then a sum of independent chances (Poisson
binomial); the chance of winning so many or more is computed exactly, and corrected for the number of pairs
looked at (Benjamini and Hochberg 1995), each test by itself. What remains is a lead: a reason to read the
tenders, never an accusation. Price and quality are no part of it.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST = 8  # tenders a firm must have bid for, with somebody else bidding too
RATE = 0.05  # of the leads shown, so many may be chance
BIDDERS, FIELD = "bidders", "field"
METHOD = (
    "{chances}; exact Poisson-binomial upper tail; "
    "Benjamini-Hochberg over all pairs with at least {least} tenders; leads where q <= {rate}"
)
CHANCES = {
    BIDDERS: "H0: each valid bidder of a tender wins with 1/n",
    FIELD: (
        "H0: each firm that on the day of the award offered the service for the region and held what was "
        "asked, or bid, wins with 1/n; all awards, also those without competition"
    ),
}


@dataclass(frozen=True, slots=True)
class Contest:
    """One awarded tender: whose approvals it was for, who bid validly, who won, and who else could have
    served. Keys of parties.
    """

    department: int
    bidders: tuple[int, ...]
    winner: int
    field: tuple[int, ...] = ()

    @property
    def contested(self) -> bool:
        return len(set(self.bidders)) > 1

    def among(self, basis: str) -> list[int]:
        """Among whom a fair allocation chooses; nobody where that says nothing of who was preferred."""
        if basis == FIELD:
            among = {*self.field, *self.bidders, self.winner}
        else:
            among = set(self.bidders) if self.winner in self.bidders else set()
        return sorted(among) if len(among) > 1 else []


@dataclass(frozen=True, slots=True)
class Share:
    """A firm's part in a department's work: `p` the chance of so many wins or more, `q` after correction.

    `tenders` it could have won, by the basis; `uncontested` are wins without a second valid bidder.
    """

    department: int
    firm: int
    tenders: int
    wins: int
    expected: float
    p: float
    q: float
    basis: str = BIDDERS
    uncontested: int = 0


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


def shares(contests: Iterable[Contest], *, least: int = LEAST, basis: str = BIDDERS) -> list[Share]:
    """Every pair of department and firm with at least `least` tenders that the basis can say something of.

    Among bidders, a tender with a single one says nothing and is left out. Those with the smallest `q` come
    first; ties by keys.
    """
    pairs: dict[tuple[int, int], array[float]] = {}
    wins: dict[tuple[int, int], int] = {}
    alone: dict[tuple[int, int], int] = {}
    for contest in contests:
        among = contest.among(basis)
        for firm in among:
            pairs.setdefault((contest.department, firm), array("d")).append(1 / len(among))
        won = (contest.department, contest.winner)
        if among:
            wins[won] = wins.get(won, 0) + 1
            alone[won] = alone.get(won, 0) + (not contest.contested)
    tested = {pair: chances for pair, chances in pairs.items() if len(chances) >= least}
    return _tested(tested, wins, alone, basis)


def _tested(
    pairs: Mapping[tuple[int, int], Sequence[float]],
    wins: Mapping[tuple[int, int], int],
    alone: Mapping[tuple[int, int], int],
    basis: str,
) -> list[Share]:
    keys = sorted(pairs)
    tails = [upper_tail(pairs[key], wins.get(key, 0)) for key in keys]
    found = [
        Share(
            department=key[0],
            firm=key[1],
            tenders=len(pairs[key]),
            wins=wins.get(key, 0),
            expected=sum(pairs[key]),
            p=tail,
            q=value,
            basis=basis,
            uncontested=alone.get(key, 0),
        )
        for key, tail, value in zip(keys, tails, corrected(tails), strict=True)
    ]
    return sorted(found, key=lambda one: (one.q, one.p, one.department, one.firm))


def leads_of_both(bidders: Iterable[Share], field: Iterable[Share], *, rate: float = RATE) -> list[Share]:
    """The leads among bidders; then those among all who could have served, of pairs that are none yet."""
    first = leads(bidders, rate=rate)
    there = {(one.department, one.firm) for one in first}
    return [*first, *(one for one in leads(field, rate=rate) if (one.department, one.firm) not in there)]


def leads(found: Iterable[Share], *, rate: float = RATE) -> list[Share]:
    """The shares that chance hardly explains: q <= rate."""
    return [one for one in found if one.q <= rate]


def method_text(basis: str = BIDDERS, *, least: int = LEAST, rate: float = RATE) -> str:
    """The method in one line, to stand beside what it found."""
    return METHOD.format(chances=CHANCES[basis], least=least, rate=rate)
