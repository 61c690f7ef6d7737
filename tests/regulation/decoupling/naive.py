"""The same answers the slow way: from the definitions in docs/decoupling.md, sharing no code with the gate.

Fixpoints are found by trying every party again and again, effective shares by exact fractions, ties by
listing every path. An interest is read only for its fields. What each of the pack's rules says is in
`naive_rules.py`.
"""

from fractions import Fraction

STRUCTURE = {"affiliation", "setUp", "supervision", "sponsorship"}
STEERING = {
    "otherInfluenceOrControl",
    "appointmentOfBoard",
    "controlByLegalFramework",
    "controlViaCompanyRulesOrArticles",
}
LINKS = STRUCTURE | STEERING
SHARES = ("shareholding", "votingRights")
POSTS = {
    "boardMember",
    "boardChair",
    "seniorManagingOfficial",
    "legalRepresentative",
    "supervisor",
    "practitioner",
}
MUTUAL = {"samePremises", "sameFinances", "sameContact", "sameAgent", "sameAccount"}


def groups(names, same):
    """Each name with all that are one with it, by joining sets until nothing joins."""
    sets = [{name} for name in names]
    for one, other in same:
        joined = {one, other}.union(*(s for s in sets if one in s or other in s))
        sets = [s for s in sets if not s & joined] + [joined]
    return {name: frozenset(s) for s in sets for name in s}


def parties(interests, same=(), more=()):
    names = {i.holder for i in interests} | {i.subject for i in interests} | set(more)
    return groups(names | {name for pair in same for name in pair}, same)


def held_by(interests, who, holder, subject, kind, certain):
    """Per cent of one kind that one party has in another: a source's tranches add up, sources do not."""
    by_source = {}
    for i in interests:
        if i.kind == kind and who[i.holder] == holder and who[i.subject] == subject:
            stated = i.share_min if certain else i.share_max
            amount = Fraction(stated) if stated is not None else Fraction(0 if certain else 100)
            by_source[i.source] = min(by_source.get(i.source, 0) + amount, Fraction(100))
    return (min if certain else max)(by_source.values(), default=Fraction(0))


def perhaps(i):
    """Whether it may be more than nothing."""
    return i.kind not in SHARES or i.share_max != 0


def surely(i):
    """Whether it is more than nothing beyond doubt."""
    return i.kind not in SHARES or i.share_min is None or i.share_min > 0


def controlled(interests, top, *, certain, same=(), threshold=50, any_share=False):
    """Names of all that `top` controls, itself included."""
    who = parties(interests, same, [top])
    everyone = set(who.values())
    found = {who[top]}
    while True:
        more = set()
        for other in everyone - found:
            linked = any(
                i.kind in LINKS and who[i.holder] in found and who[i.subject] == other for i in interests
            )
            sums = [
                sum(held_by(interests, who, holder, other, kind, certain) for holder in found)
                for kind in SHARES
            ]
            enough = max(sums) > threshold
            if any_share:
                enough = any(
                    (surely if certain else perhaps)(i)
                    for i in interests
                    if i.kind in SHARES and who[i.holder] in found and who[i.subject] == other
                )
            if linked or enough:
                more.add(other)
        if not more:
            return {name for one in found for name in one}
        found |= more


def determinant(rows):
    if not rows:
        return Fraction(1)
    minors = ([row[:n] + row[n + 1 :] for row in rows[1:]] for n in range(len(rows)))
    return sum(
        (-1) ** n * rows[0][n] * determinant(minor) for n, minor in enumerate(minors) if rows[0][n]
    ) + Fraction(0)


def effective(interests, top, bottom, *, certain, same=(), with_it=()):
    """Per cent of `bottom` that is `top`'s, by Cramer's rule over exact fractions; None where W is a whole.

    s = d + Ws has its meaning, the sum over all ways of whatever length, when every leading minor of I - W is
    positive. What `with_it` names counts as the top itself.
    """
    who = parties(interests, same, [top, bottom, *with_it])
    tops = {who[name] for name in (top, *with_it)}
    if who[bottom] in tops:
        return Fraction(100)
    members = sorted(owners(interests, who, who[bottom]) - tops, key=sorted)

    def weight(a, b):
        return held_by(interests, who, a, b, "shareholding", certain) / 100

    matrix = [[(a == b) - weight(a, b) for a in members] for b in members]
    if any(determinant([row[:n] for row in matrix[:n]]) <= 0 for n in range(1, len(members) + 1)):
        return None
    at = members.index(who[bottom])
    told = [
        [*row[:at], sum(weight(one, b) for one in tops), *row[at + 1 :]]
        for row, b in zip(matrix, members, strict=True)
    ]
    return min(determinant(told) / determinant(matrix) * 100, Fraction(100))


def owners(interests, who, bottom):
    """A party and all above it by shareholdings of whatever size."""
    above = {bottom}
    for _ in interests:
        above |= {who[i.holder] for i in interests if i.kind == "shareholding" and who[i.subject] in above}
    return above


def paths(interests, who, start, goal, steps, counts, closed=lambda party: False):
    """Whether a way of at most so many interests, however they point, leads through nobody closed."""
    if start == goal:
        return True
    if steps == 0:
        return False
    for i in interests:
        ends = {who[i.holder], who[i.subject]}
        if counts(i) and start in ends:
            for other in ends - {start}:
                if other != goal and closed(other):
                    continue
                if paths(interests, who, other, goal, steps - 1, counts, closed):
                    return True
    return False


def on(interests, day):
    return [
        i
        for i in interests
        if i.tier != "C" and (i.start is None or i.start <= day) and (i.end is None or day < i.end)
    ]
