import csv
import datetime as dt
import json
import re
from collections import Counter
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties.identifiers import is_credit_code
from regulation.parties.models import Entity, EntityKind, Region, User
from regulation.registry.models import (
    LAWFUL_LEVELS,
    Approval,
    AreaAssessmentMatter,
    Counterpart,
    Edition,
    Instrument,
    JointReviewScheme,
    Level,
    ListKind,
    Material,
    Measure,
    Necessity,
    Payer,
    Provision,
    Ruling,
    Service,
)
from regulation.registry.operations import Measured, draft_measure, publish_measure
from regulation.registry.queries import search_approvals
from regulation.registry.seed import load_seed
from regulation.registry.seed.load import FOLDER
from regulation.registry.seed.put import Change, put
from regulation.registry.seed.rulings import AUTHOR, REVIEWER

CODE_IN_FORCE = dt.date(2026, 8, 15)


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rulings():
    return json.loads((FOLDER / "rulings.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The seed, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield list(load_seed(at=timezone.now()))
        transaction.set_rollback(True)


@pytest.fixture
def seeded(loaded, db):
    """A test's own savepoint inside the loaded seed."""
    return loaded


# The files


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.csv")), ids=lambda path: path.name)
def test_every_row_names_its_source(path):
    with path.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert found
    assert [row for row in found if not row["source"].strip()] == []


def test_every_ruling_and_scheme_names_its_source():
    schemes = json.loads((FOLDER / "multi_assessment.json").read_text(encoding="utf-8"))
    parts = [part for scheme in schemes for part in (scheme, *scheme["stages"], *scheme["items"])]
    assert [part for part in [*parts, *rulings()] if not part["source"].strip()] == []


def test_nothing_of_the_makers_machine_is_in_the_data():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert [
        path.name for path in files if re.search(r"/(work|root|home|tmp)/", path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("statistics/cleanup.csv", 21),
        ("statistics/results.csv", 35),
        ("statistics/decoupling.csv", 13),
        ("statistics/decoupled_agencies.csv", 33),
        ("violation_types.csv", 8),
        ("rows_left_out.csv", 12),
    ],
)
def test_facts_kept_for_later_are_complete(name, count):
    assert len(rows(name)) == count


def test_every_provision_has_one_sentence_in_each_language():
    for row in rows("provisions.csv"):
        sentence = re.sub(r"（[^）]*）", "", row["summary_zh"])
        assert sentence.count("。") == 1, row["ref"]
        assert sentence.endswith("。"), row["ref"]
        assert len(row["summary_en"]) > 20, row["ref"]


def test_every_compiled_row_is_ruled_on_or_left_out_with_a_reason():
    used = {"necessity": set(), "statutory": set()}
    for ruling in rulings():
        for part in filter(None, ruling["evidence"].split(";")):
            kind, numbers = part.split()
            first, _, last = numbers.partition("-")
            used[kind] |= set(range(int(first), int(last or first) + 1))
    left_out = {int(row["row"]) for row in rows("rows_left_out.csv") if row["reason_zh"] and row["reason_en"]}
    assert used["necessity"] == set(range(1, 25))
    assert used["statutory"] | left_out == set(range(1, 53))
    assert not used["statutory"] & left_out


def test_every_mandatory_ruling_has_a_lawful_basis_in_force_when_it_starts():
    provisions = {row["ref"]: row for row in rows("provisions.csv")}
    mandatory = [ruling for ruling in rulings() if ruling["necessity"] == Necessity.MANDATORY]
    assert mandatory
    for ruling in mandatory:
        start = ruling["in_force_from"]
        lawful = [
            found["ref"]
            for ref in ruling["provisions"]
            if (found := provisions[ref])["level"] in LAWFUL_LEVELS
            and found["in_force_from"] <= start
            and (not found["in_force_to"] or start < found["in_force_to"])
        ]
        assert lawful, ruling["ref"]


def test_no_ruling_outlives_or_precedes_a_provision_it_cites():
    provisions = {row["ref"]: row for row in rows("provisions.csv")}
    for ruling in rulings():
        for ref in ruling["provisions"]:
            cited = provisions[ref]
            assert cited["in_force_from"], ref
            assert cited["in_force_from"] <= ruling["in_force_from"], (ruling["ref"], ref)
            if cited["in_force_to"]:
                assert ruling["in_force_to"], (ruling["ref"], ref)
                assert ruling["in_force_to"] <= cited["in_force_to"], (ruling["ref"], ref)


def test_rulings_of_one_place_follow_one_another():
    places = {}
    for ruling in rulings():
        place = (ruling["approval"], ruling["service"], ruling["region"])
        places.setdefault(place, []).append((ruling["in_force_from"], ruling["in_force_to"]))
    for place, periods in places.items():
        for (_, end), (start, _) in pairwise(sorted(periods, key=lambda period: period[0])):
            assert end, place
            assert end <= start, place


def test_a_ruling_that_joins_an_approval_says_what_in_the_article_supports_it():
    pairs = [ruling for ruling in rulings() if ruling["approval"]]
    assert len(pairs) == 33
    assert all(ruling["pair_zh"] and ruling["pair_en"] for ruling in pairs)
    approvals = {row["ref"]: row["region"] for row in rows("approvals.csv")}
    assert all(approvals[ruling["approval"]] == ruling["region"] for ruling in pairs)


def test_the_clock_of_a_service_is_told_only_where_the_article_tells_it():
    told = [r["ref"] for r in rulings() if "counts_in_clock" in r or "days" in r]
    assert told == [
        "000000-investment-approval-assessment-2017",
        "130200-2019-17-investment-approval-assessment-2017",
    ]


def test_a_ruling_without_a_compiled_row_rests_on_a_local_regulation():
    level = {row["ref"]: row["level"] for row in rows("provisions.csv")}
    own = [ruling for ruling in rulings() if not ruling["evidence"]]
    assert len(own) == 11
    assert {level[ruling["provisions"][0]] for ruling in own} == {Level.LOCAL_REGULATION}


def test_rulings_are_whole_sentences_in_both_languages():
    for ruling in rulings():
        assert ruling["reason_zh"].endswith("。"), ruling["ref"]
        assert ruling["reason_en"].endswith("."), ruling["ref"]
        assert bool(ruling["conditions_zh"]) == bool(ruling["conditions_en"]), ruling["ref"]
        assert not re.search(r"[!！]|please|请您", ruling["reason_zh"] + ruling["reason_en"]), ruling["ref"]


def test_words_of_the_data_are_words_of_the_models():
    assert {row["level"] for row in rows("provisions.csv")} <= set(Level.values)
    assert {ruling["necessity"] for ruling in rulings()} == set(Necessity.values)
    assert {ruling["payer"] for ruling in rulings()} - {""} <= set(Payer.values)
    assert {row["kind"] for row in rows("departments.csv")} <= set(EntityKind.values)


def test_credit_codes_of_departments_pass_their_check():
    codes = [row["credit_code"] for row in rows("departments.csv") if row["credit_code"]]
    assert len(codes) == 10
    assert all(is_credit_code(code) for code in codes)


# The page that counts them


def page_rows():
    """What each row of the first table of docs/registry-data.md has to say, from the files alone."""
    approvals, papers, provisions = rows("approvals.csv"), rows("materials.csv"), rows("provisions.csv")
    bodies = Counter(row["region"] for row in rows("departments.csv"))
    of = Counter(row["region"] for row in approvals)
    levels = Counter(row["level"] for row in provisions)
    said, of_service = Counter(r["necessity"] for r in rulings()), [r for r in rulings() if not r["approval"]]
    places = Counter(r["region"] for r in of_service)
    pairs = Counter(r["region"] for r in rulings() if r["approval"])
    activities = json.loads((FOLDER / "activities.json").read_text(encoding="utf-8"))
    area = rows("area_assessments.csv")
    rules = sum(s["category"] == "通则" for s in rows("services.csv"))
    figures = [rows(f"statistics/{name}.csv") for name in ("cleanup", "results", "decoupling")]
    scheme = json.loads((FOLDER / "multi_assessment.json").read_text(encoding="utf-8"))
    return {
        "approvals": f"{len(approvals):,}: Guang'an District {of['511602']:,}, Tangshan {of['130200']:,}",
        "departments": f"{bodies.total()}: Guang'an District {bodies['511602']}, Tangshan {bodies['130200']}",
        "papers": f"{len(papers)}, of which {sum(bool(p['service']) for p in papers)} name a service",
        "papers an office holds itself": f"{len(rows('held_papers.csv'))}",
        "services": f"{len(rows('services.csv'))}, of which {rules} general rules",
        "instruments": f"{len(rows('instruments.csv'))}",
        "provisions": f"{len(provisions)}: {counted(levels)}",
        "rulings": f"{len(rulings())}: {counted(said)}",
        "… on a service alone": f"{len(of_service)}: {counted(places)}",
        "… on an approval and a service": f"{sum(pairs.values())}: {counted(pairs)}",
        "conditions": f"{len(rows('conditions.csv'))}",
        "activities": f"{len(activities)}",
        "counterparts": f"{len(rows('counterparts.csv'))}",
        "measures": f"{len(rows('measures.csv'))}",
        "area-assessment matters": f"{len(area)}, {sum(bool(m['service']) for m in area)} with a service",
        "joint review schemes": f"{len(scheme)}",
        "calendar days": f"{len(rows('working_calendar.csv'))}",
        "reported figures": f"{sum(map(len, figures))}",
        "provisions left out": f"{len(rows('rows_left_out.csv'))}",
    }


def counted(found):
    """“mandatory 16, optional 34”: the most first, then by name."""
    return ", ".join(f"{k} {n}" for k, n in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def test_the_page_says_how_many_there_are():
    text = (FOLDER.parent / "docs" / "registry-data.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", text.partition("## ")[0], re.MULTILINE))
    del said["what"]
    seeded_editions = said.pop("editions of lists")
    assert said == page_rows()
    assert seeded_editions.isdigit()


def test_the_page_says_how_many_editions_the_seed_publishes(seeded):
    text = (FOLDER.parent / "docs" / "registry-data.md").read_text(encoding="utf-8")
    assert f"| editions of lists | {Edition.objects.published().count()} |" in text


# The loading


def test_everything_is_loaded(seeded):
    assert Region.objects.count() == 3213
    assert Instrument.objects.count() == 67
    assert Provision.objects.count() == 171
    assert Service.objects.count() == 50
    assert Material.objects.count() == 410
    assert Counterpart.objects.count() == len(rows("counterparts.csv")) == 7
    assert AreaAssessmentMatter.objects.count() == 52
    assert Ruling.objects.published().count() == len(rulings()) == 83
    scheme = JointReviewScheme.objects.get()
    assert scheme.items.count() == 8
    assert [stage.working_days for stage in scheme.stages.all()] == [1, 15, 5, 5, 1]


@pytest.mark.parametrize(("region", "approvals", "bodies"), [("511602", 1135, 34), ("130200", 60, 15)])
def test_approvals_and_their_bodies_are_loaded(seeded, region, approvals, bodies):
    found = Approval.objects.filter(region=region)
    assert found.count() == approvals
    assert found.values("department").distinct().count() == bodies
    assert Entity.objects.filter(region=region, is_invented=False).count() == bodies


def test_approvals_of_tangshan_keep_their_committed_days_and_papers(seeded):
    approval = Approval.objects.get(ref="130200-2019-37")
    assert approval.name == "危险化学品建设项目的安全条件审查"
    assert approval.committed_days == 5
    paper = approval.materials.get(name="建设项目安全条件评价报告")
    assert paper.service.code == "hazchem-project-safety-assessment"


def test_region_tree_leads_to_the_country(seeded):
    region, path = Region.objects.get(code="511602"), []
    while region:
        path.append(region.code)
        region = region.parent
    assert path == ["511602", "511600", "510000", "000000"]
    assert Region.objects.filter(parent=None).count() == 1


def test_database_accepts_every_ruling_at_once(seeded):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Counter(Ruling.objects.values_list("necessity", flat=True)) == Counter(
        ruling["necessity"] for ruling in rulings()
    )


@pytest.mark.parametrize(
    ("day", "article"),
    [
        (CODE_IN_FORCE - dt.timedelta(days=1), "eia-law-19"),
        (CODE_IN_FORCE, "environmental-code-98"),
    ],
)
def test_the_code_takes_over_from_the_repealed_law_on_its_day(seeded, day, article):
    of_service = Ruling.objects.filter(service__code="eia-report", region="000000", approval=None)
    ruling = of_service.in_force_on(day).get()
    assert ruling.necessity == Necessity.OPTIONAL
    assert ruling.bases.first().provision.ref == article


def test_the_repealed_law_names_what_repealed_it(seeded):
    law = Instrument.objects.get(ref="eia-law")
    assert law.in_force.upper == CODE_IN_FORCE
    assert law.repealed_by.ref == "environmental-code"


def test_a_law_not_yet_in_force_rules_only_from_its_day(seeded):
    farmland = Ruling.objects.filter(service__code="land-use-comprehensive-report")
    assert farmland.exists()
    assert not farmland.in_force_on(dt.date(2026, 12, 31)).exists()
    assert farmland.in_force_on(dt.date(2027, 1, 1)).count() == farmland.count()


def test_the_storys_filing_needs_a_qualified_body(seeded):
    filing = Approval.objects.get(ref="511602-1j-5100-00019")
    ruling = filing.rulings.get(service__code="hazchem-periodic-safety-assessment")
    assert filing.department.name == "广安区交通运输局"
    assert (ruling.necessity, ruling.payer) == (Necessity.MANDATORY, Payer.APPLICANT)


def test_seeded_rulings_are_signed_by_two_accounts_nobody_can_use(seeded):
    signed = set(Ruling.objects.values_list("author", "reviewer"))
    assert len(signed) == 1
    accounts = User.objects.filter(pk__in=signed.pop())
    assert accounts.count() == 2
    assert not any(account.is_active or account.has_usable_password() for account in accounts)


def test_each_file_leaves_one_ledger_entry(seeded):
    entries = Entry.objects.filter(kind="registry.seed_loaded")
    *files, _lists = seeded  # each edition has entries of its own
    own = sorted(step.file.urn for step in files if step.file.name != "rule packs")  # packs have their own
    assert sorted(entries.values_list("subject", flat=True)) == own
    body = json.loads(entries.get(subject="registry.seed/rulings.json").body)
    assert (body["created"], body["updated"]) == (83, 0)


def test_a_second_run_writes_nothing(seeded):
    entries = Entry.objects.count()
    again = list(load_seed(at=timezone.now()))
    assert [step.change for step in again] == [Change()] * len(seeded)
    assert Entry.objects.count() == entries


def test_a_row_that_differs_is_brought_in_line(seeded):
    service = Service.objects.get(code="eia-report")
    name = service.name
    Service.objects.filter(pk=service.pk).update(name="别的名称", pinyin="")
    changes = {step.file.name: step.change for step in load_seed(at=timezone.now())}
    service.refresh_from_db()
    assert changes.pop("services.csv") == Change(updated=1)
    assert not any(changes.values())
    assert (service.name, service.pinyin[:7]) == (name, "jianshe")


def test_a_ruling_an_editor_has_ended_is_not_brought_back(seeded):
    ruling = Ruling.objects.filter(service__code="construction-supervision").get()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_ruling SET recorded = tstzrange(lower(recorded), clock_timestamp())"
            " WHERE id = %s",
            [ruling.pk],
        )
    list(load_seed(at=timezone.now()))
    assert Ruling.objects.filter(service__code="construction-supervision").count() == 1
    assert not Ruling.objects.on_record().filter(pk=ruling.pk).exists()


@pytest.mark.parametrize("typed", ["水土保持", "危化", "stbc", "shuitubaochi", "511A00451"])
def test_no_approval_a_substring_search_would_find_is_missing(seeded, typed):
    wanted = set(
        Approval.objects.filter(name__icontains=typed).values_list("pk", flat=True)
        | Approval.objects.filter(pinyin__icontains=typed).values_list("pk", flat=True)
        | Approval.objects.filter(initials__icontains=typed).values_list("pk", flat=True)
        | Approval.objects.filter(code__icontains=typed).values_list("pk", flat=True)
    )
    found = set(search_approvals(Approval.objects.all(), typed).values_list("pk", flat=True))
    assert wanted <= found


def test_the_command_says_what_it_wrote(seeded, capsys):
    call_command("load_seed")
    assert "0 rows created, 0 updated" in capsys.readouterr().out


def test_put_removes_nothing(seeded):
    before = Service.objects.count()
    assert put(Service.objects.all(), [], key=("code",)) == Change()
    assert Service.objects.count() == before


# Lists


def test_every_list_that_has_rows_gets_its_first_edition_by_two_accounts(seeded):
    editions = Edition.objects.published().select_related("of_list", "compiled_by", "published_by")
    assert {e.number for e in editions} == {1}
    assert {(e.compiled_by.email, e.published_by.email) for e in editions} == {(AUTHOR[0], REVIEWER[0])}
    powers = [e for e in editions if e.of_list.kind == ListKind.POWERS]
    assert sum(e.row_count for e in powers) == Approval.objects.count()
    assert len(powers) == len({(a.department_id, a.region_id) for a in Approval.objects.all()})
    held = Ruling.objects.on_record().standing_on(timezone.localdate())
    for kind in (Necessity.MANDATORY, Necessity.OPTIONAL, Necessity.COMMISSIONED, Necessity.ABOLISHED):
        listed = sum(e.row_count for e in editions if e.of_list.kind == kind)
        assert listed == held.filter(necessity=kind).count() > 0


def test_editions_are_not_compiled_again_by_a_second_load(seeded):
    before = Edition.objects.count()
    assert not list(load_seed(at=timezone.now()))[-1].change
    assert Edition.objects.count() == before


def test_measures_say_what_the_sheet_says_and_nothing_more(seeded):
    measures = Measure.objects.select_related("approval")
    assert measures.count() == len(rows("measures.csv")) == 60
    for measure in measures:
        assert measure.committed_days == measure.approval.committed_days
        assert measure.papers == measure.approval.materials.exclude(name="无").count()
        assert measure.trips is measure.online_level is measure.fee is None
    stated = measures.filter(statutory_days__isnull=False)
    assert list(stated.values_list("approval__ref", "statutory_days")) == [("130200-2019-17", 20)]


def test_a_paper_an_office_holds_names_its_ground_and_the_article(seeded):
    held = Material.objects.exclude(held_by="")
    assert held.count() == len(rows("held_papers.csv")) == 50
    assert set(held.values_list("held_provision__ref", flat=True)) == {"online-government-services-7"}
    assert not held.filter(held_ground_en="").exists()
    assert not held.filter(approval__department__name__contains="公司").exists()


def test_loading_again_keeps_the_days_a_newer_measure_states(seeded):
    measure = Measure.objects.get(approval__ref="130200-2019-17")
    soon = measure.recorded.lower + dt.timedelta(days=1)
    said = Measured(dt.date(2020, 1, 1), "测试来源", committed_days=1)
    draft = draft_measure(approval=measure.approval, said=said, by=measure.author)
    publish_measure(measure=draft, by=measure.reviewer, at=soon)
    assert not any(step.change for step in load_seed(at=soon))
    measure.approval.refresh_from_db()
    assert measure.approval.committed_days == 1
