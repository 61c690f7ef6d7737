"""The same answers the slow way: from the definitions in docs/decoupling.md, sharing no code with the gate.

Fixpoints are found by trying every party again and again, effective shares by exact fractions, ties by
listing every path. An interest is read only for its fields.
"""

from fractions import Fraction

LINKS = {"affiliation", "setUp", "supervision", "sponsorship"} | {
    "otherInfluenceOrControl",
    "appointmentOfBoard",
    "controlByLegalFramework",
    "controlViaCompanyRulesOrArticles",
}
SHARES = ("shareholding", "votingRights")


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


def controlled(interests, top, *, certain, same=(), threshold=50):
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
            if linked or max(sums) > threshold:
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


def effective(interests, top, bottom, *, certain):
    """Per cent of `bottom` that is `top`'s, by Cramer's rule over exact fractions; None where W is a whole.

    s = d + Ws has its meaning, the sum over all ways of whatever length, when every leading minor of I - W is
    positive.
    """
    who = parties(interests, (), [top, bottom])
    if who[top] == who[bottom]:
        return Fraction(100)
    above = {who[bottom]}
    for _ in interests:
        above |= {who[i.holder] for i in interests if i.kind == "shareholding" and who[i.subject] in above}
    members = sorted(above - {who[top]}, key=sorted)

    def weight(a, b):
        return held_by(interests, who, a, b, "shareholding", certain) / 100

    matrix = [[(a == b) - weight(a, b) for a in members] for b in members]
    if any(determinant([row[:n] for row in matrix[:n]]) <= 0 for n in range(1, len(members) + 1)):
        return None
    at = members.index(who[bottom])
    told = [[*row[:at], weight(who[top], b), *row[at + 1 :]] for row, b in zip(matrix, members, strict=True)]
    return min(determinant(told) / determinant(matrix) * 100, Fraction(100))


def paths(interests, who, start, goal, steps, counts):
    """Whether there is a way of at most so many interests, whichever way they point."""
    if start == goal:
        return True
    if steps == 0:
        return False
    for i in interests:
        ends = {who[i.holder], who[i.subject]}
        if counts(i) and start in ends:
            for other in ends - {start}:
                if paths(interests, who, other, goal, steps - 1, counts):
                    return True
    return False


def on(interests, day):
    return [
        i
        for i in interests
        if i.tier != "C" and (i.start is None or i.start <= day) and (i.end is None or day < i.end)
    ]


def affiliation(interests, top, bottom, same=()):
    """What the rule on a department's own bodies says: bar, doubt or None."""
    who = parties(interests, same, [top, bottom])
    if who[top] == who[bottom] or bottom in controlled(interests, top, certain=True, same=same):
        return "bar"
    return "doubt" if bottom in controlled(interests, top, certain=False, same=same) else None


def people_of(interests, who, body, is_person):
    kinds = LINKS - {"affiliation", "setUp", "supervision", "sponsorship"} | set(SHARES)
    kinds |= {"boardMember", "legalRepresentative", "seniorManagingOfficial", "practitioner"}
    for i in interests:
        if who[i.subject] == body and i.kind in kinds and is_person(i.holder):
            if i.kind in SHARES and i.share_max == 0:
                continue
            yield who[i.holder], i.kind not in SHARES or i.share_min is None or i.share_min > 0


def serving(interests, top, bottom, is_person, same=()):
    """What the rule on serving officials says."""
    who = parties(interests, same, [top, bottom])
    officials = {who[i.holder] for i in interests if i.kind == "official" and who[i.subject] == who[top]}
    owned = [i for i in interests if i.kind != "supervision"]
    said = None
    for name, body in who.items():
        if is_person(name) or name.startswith("dept"):
            continue
        sure = bottom in controlled(owned, name, certain=True, same=same)
        perhaps = bottom in controlled(owned, name, certain=False, same=same)
        for person, certain in people_of(interests, who, body, is_person):
            if person in officials and (sure or perhaps or body == who[bottom]):
                if certain and (sure or body == who[bottom]):
                    return "bar"
                said = "doubt"
    return said
