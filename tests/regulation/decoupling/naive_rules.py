"""What each rule of the pack says, the slow way: from the table and the definitions of docs/decoupling.md.

Nothing here reads the pack or shares code with the gate: codes, days, places, gates and figures are written
down a second time. `Case` is what a check is about; `said` gives for each rule `bar`, `doubt` or nothing.
"""

import datetime as dt
from dataclasses import dataclass, field

from tests.regulation.decoupling import naive

PEOPLES = naive.POSTS | naive.STEERING | set(naive.SHARES)
ANY = naive.LINKS | set(naive.SHARES) | naive.MUTUAL | naive.POSTS | {"official", "closeKin"}
EIA = {"eia-report", "marine-eia-report"}
INDEPENDENT = {
    "eia-technical-review", "asset-appraisal", "real-estate-valuation", "land-valuation",
    "capital-verification", "construction-drawing-review", "civil-defence-drawing-review",
    "construction-supervision", "safety-appraisal", "statutory-inspection",
}  # fmt: skip
EXCLUDE = [
    {"eia-report", "eia-technical-review"},
    {"marine-eia-report", "eia-technical-review"},
    {"project-application-report", "investment-approval-assessment"},
    {"feasibility-study", "government-investment-assessment"},
    {"construction-drawing-review", "construction-supervision"},
    {"construction-supervision", "fire-technical-services"},
]
ONCE_OPEN = {"opening", "award", "contract", "payout", "inquiry"}


@dataclass
class Case:
    """Interests of all times, who is what, and the matter: the other parties by name."""

    ties: list
    kinds: dict
    same: list
    day: dt.date
    gate: str = "award"
    place: tuple = ("000000",)
    service: str = ""
    firm: str = "body"
    dept: str = "dept"
    owner: str = ""
    rivals: tuple = ()
    avoided: tuple = ()
    parts: tuple = ()  # (name, service)
    also: tuple = ()  # services bought with `service`
    who: dict = field(init=False)

    def __post_init__(self):
        named = [self.firm, self.dept, *self.rivals, *self.avoided, *(n for n, _ in self.parts)]
        self.who = naive.parties(self.ties, self.same, [*named, *self.kinds, *filter(None, [self.owner])])
        self.held = naive.on(self.ties, self.day)

    @property
    def bought(self):
        return {self.service, *self.also} - {""}

    def is_a(self, kind, party):
        return any(self.kinds.get(name) == kind for name in party)

    def controlled(self, top, certain, **how):
        """The parties that one of `top`'s names controls; `without` leaves out a kind of link."""
        ties = [i for i in self.held if i.kind != how.get("without")]
        how = {k: v for k, v in how.items() if k != "without"}
        names = naive.controlled(ties, next(iter(top)), certain=certain, same=self.same, **how)
        return {self.who[name] for name in names if name in self.who} | {top}

    def steers(self, top, bottom, **how):
        """How surely one party controls another."""
        if bottom in self.controlled(top, True, **how):
            return "bar"
        return "doubt" if bottom in self.controlled(top, False, **how) else None

    def people(self, body, kinds=PEOPLES):
        """People with something in a body: the person and the interest."""
        for i in self.held:
            holder = self.who[i.holder]
            theirs = self.who[i.subject] == body and i.kind in kinds and naive.perhaps(i)
            if theirs and self.is_a("person", holder):
                yield holder, i

    def offices(self, person, ties=None):
        for i in self.held if ties is None else ties:
            if i.kind == "official" and self.who[i.holder] == person:
                yield i, self.who[i.subject]

    def kin(self, person):
        for i in self.held:
            if i.kind == "closeKin" and person in (self.who[i.holder], self.who[i.subject]):
                yield from {self.who[i.holder], self.who[i.subject]} - {person}

    def bodies(self):
        """The firm, and what controls it or may; no department and nobody by supervision alone."""
        firm = self.who[self.firm]
        yield firm, True
        for party in set(self.who.values()) - {firm}:
            if not self.is_a("person", party) and not self.is_a("department", party):
                how = self.steers(party, firm, without="supervision")
                if how:
                    yield party, how == "bar"


def strongest(found):
    found = set(found)
    return "bar" if True in found else "doubt" if False in found else None


def in_force(case, start, end=None, place="000000"):
    return (not start or start <= case.day) and (not end or case.day < end) and place in case.place


def controlled_body(case, **how):
    firm, dept = case.who[case.firm], case.who[case.dept]
    return "bar" if firm == dept else case.steers(dept, firm, **how)


def minority(case, at_least):
    firm, dept = case.who[case.firm], case.who[case.dept]
    if firm in case.controlled(dept, True):
        return None
    arms = case.controlled(dept, True, threshold=100)
    above = naive.owners(case.held, case.who, firm)
    if not any(
        i.kind == "shareholding"
        and naive.perhaps(i)
        and case.who[i.holder] in arms
        and case.who[i.subject] in above
        for i in case.held
    ):
        return None
    names = [name for party in arms for name in party]
    for certain in (True, False):
        share = naive.effective(
            case.held, case.dept, case.firm, certain=certain, same=case.same, with_it=names
        )
        if share is None or share >= at_least:
            return "bar" if certain and share is not None else "doubt"
    return None


def association(case):
    firm, arms = case.who[case.firm], case.controlled(case.who[case.dept], True)
    found = set()
    for one in {party for party in case.who.values() if case.is_a("industry_association", party)}:
        ties = {
            True
            for i in case.held
            for mine, other in ((i.holder, i.subject), (i.subject, i.holder))
            if case.who[mine] == one != case.who[other]
            and case.who[other] in arms
            and (i.kind in naive.MUTUAL or (i.kind in naive.STRUCTURE and mine == i.subject))
        }
        ties |= {
            naive.surely(post)
            for person, post in case.people(one)
            for _office, where in case.offices(person)
            if where in arms
        }
        down = case.steers(one, firm)
        if ties and down:
            found.add(True in ties and down == "bar")
    return strongest(found)


def serving(case):
    dept = case.who[case.dept]
    return strongest(
        sure and naive.surely(post)
        for body, sure in case.bodies()
        for person, post in case.people(body)
        for _office, where in case.offices(person)
        if where == dept
    )


def years_ago(day, years):
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def former(case):
    dept, found = case.who[case.dept], set()
    told = [i for i in case.ties if i.tier != "C"]
    for body, sure in case.bodies():
        for person, post in case.people(body):
            if any(where == dept for _office, where in case.offices(person)):
                continue  # still there
            for office, where in case.offices(person, told):
                if where != dept or office.end is None or office.end > case.day:
                    continue
                two, three = (office.end > years_ago(case.day, n) for n in (2, 3))
                if two or (three and office.rank in ("", "leading")):
                    found.add(sure and naive.surely(post) and (two or office.rank == "leading"))
    return strongest(found)


def kin_of_official(case):
    dept = case.who[case.dept]
    return strongest(
        sure and naive.surely(post) and office.rank == "leading"
        for body, sure in case.bodies()
        for person, post in case.people(body)
        for relative in case.kin(person)
        for office, where in case.offices(relative)
        if where == dept
    )


def shared(case):
    firm, dept = case.who[case.firm], case.who[case.dept]
    if firm in case.controlled(dept, True):
        return None
    arms = case.controlled(dept, False)
    for i in case.held:
        ends = {case.who[i.holder], case.who[i.subject]}
        if i.kind in naive.MUTUAL and firm in ends and (ends - {firm} or {firm}) & arms:
            return "bar"
    for person, _post in case.people(firm):
        for i in case.held:
            body = case.who[i.subject]
            if case.who[i.holder] == person and i.kind in naive.POSTS and body != firm and body in arms:
                return "bar"
    return None


def any_tie(case):
    firm, dept = case.who[case.firm], case.who[case.dept]
    if firm == dept:
        return None
    for how, answer in ((naive.surely, "bar"), (naive.perhaps, "doubt")):
        counts = [i for i in case.held if i.kind in ANY and how(i)]
        if naive.paths(
            counts, case.who, firm, dept, 4, lambda _i: True, lambda party: case.is_a("department", party)
        ):
            return answer
    return None


def either_way(case, one, other):
    found = {case.steers(one, other), case.steers(other, one)}
    return strongest({answer == "bar" for answer in found if answer})


def owner_ties(case):
    owner = case.who[case.owner]
    return None if owner == case.who[case.firm] else either_way(case, owner, case.who[case.firm])


def others(case):
    return [case.who[name] for name in case.rivals if case.who[name] != case.who[case.firm]]


def one_control(case):
    firm, found = case.who[case.firm], set()
    for rival in others(case):
        heads = [
            {
                case.who[i.holder]
                for i in case.held
                if i.kind == "legalRepresentative" and case.who[i.subject] == one
            }
            for one in (firm, rival)
        ]
        how = either_way(case, firm, rival)
        if heads[0] & heads[1]:
            found.add(True)
        if how:
            found.add(how == "bar")
    return strongest(found)


def between_bidders(case):
    firm = case.who[case.firm]
    staff = {person for person, _post in case.people(firm)}
    for rival in others(case):
        mutual = any(
            i.kind in naive.MUTUAL and {case.who[i.holder], case.who[i.subject]} == {firm, rival}
            for i in case.held
        )
        if mutual or staff & {person for person, _post in case.people(rival)}:
            return "bar"
    return None


def parts(case):
    firm, found = case.who[case.firm], set()
    if any(len(case.bought & group) > 1 for group in EXCLUDE):
        found.add(True)
    for name, service in case.parts:
        if not any(service in group and (case.bought - {service}) & group for group in EXCLUDE):
            continue
        how = "bar" if case.who[name] == firm else either_way(case, case.who[name], firm)
        if how:
            found.add(how == "bar")
    return strongest(found)


def buyers_people(case):
    owner, firm = case.who[case.owner], case.who[case.firm]
    since = years_ago(case.day, 3)
    heads = {"legalRepresentative", "boardChair", "seniorManagingOfficial"}
    for i in case.held:
        person = case.who[i.holder]
        if owner == firm or case.who[i.subject] != owner or not case.is_a("person", person):
            continue
        for past in case.ties:
            lately = (not past.end or past.end > since) and (not past.start or past.start <= case.day)
            there = case.who[past.holder] == person and case.who[past.subject] == firm
            if there and lately and past.tier != "C" and past.kind != "official" and naive.perhaps(past):
                return "bar"
        for relative in case.kin(person):
            if any(
                case.who[n.holder] == relative and case.who[n.subject] == firm and n.kind in heads
                for n in case.held
            ):
                return "bar"
    return None


def day(text):
    return dt.date.fromisoformat(text)


RULES = {
    "affiliated-body": lambda c: in_force(c, day("2020-01-01")) and controlled_body(c),
    "affiliated-assessor-before-2020": lambda c: (
        in_force(c, day("2015-04-27"), day("2020-01-01")) and controlled_body(c)
    ),
    "any-share-shandong-2015": lambda c: (
        in_force(c, day("2015-07-10"), day("2017-01-01"), "370000") and controlled_body(c, any_share=True)
    ),
    "minority-share": lambda c: in_force(c, day("2024-07-01")) and minority(c, 25),
    "minority-share-shown": lambda c: in_force(c, day("2024-07-01")) and minority(c, 5),
    "association-not-separated": lambda c: in_force(c, day("2015-07-08")) and association(c),
    "serving-official": lambda c: in_force(c, day("2006-01-01")) and serving(c),
    "former-official": lambda c: in_force(c, day("2006-01-01")) and former(c),
    "kin-of-official": lambda c: in_force(c, day("2006-01-01")) and kin_of_official(c),
    "shared-with-authority": lambda c: in_force(c, day("2015-04-27")) and shared(c),
    "eia-no-interest": lambda c: (
        in_force(c, day("2026-08-15")) and bool(c.bought & (EIA | {"eia-technical-review"})) and any_tie(c)
    ),
    "eia-owner": lambda c: (
        in_force(c, day("2026-08-15")) and bool(c.bought & EIA) and bool(c.owner) and owner_ties(c)
    ),
    "bidders-one-control": lambda c: (
        in_force(c, day("2012-02-01")) and c.gate in ONCE_OPEN and one_control(c)
    ),
    "bidders-share": lambda c: in_force(c, day("2012-02-01")) and c.gate in ONCE_OPEN and between_bidders(c),
    "owner-ties": lambda c: (
        in_force(c, day("2012-02-01")) and bool(c.bought & INDEPENDENT) and bool(c.owner) and owner_ties(c)
    ),
    "parts-that-exclude": lambda c: in_force(c, day("2015-03-01")) and parts(c),
    "avoided-unit": lambda c: (
        in_force(c, day("2003-01-01"))
        and ("bar" if any(c.who[name] == c.who[c.firm] for name in c.avoided) else None)
    ),
    "buyers-people": lambda c: in_force(c, day("2015-03-01")) and bool(c.owner) and buyers_people(c),
}


def said(case):
    """What each rule says: `bar` beyond doubt, `doubt` where it may be, None."""
    return {code: rule(case) or None for code, rule in RULES.items()}
