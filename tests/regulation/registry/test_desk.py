"""The editors' desk: who drafts, who publishes, and what a refusal looks like."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils.translation import override

from regulation.parties.models import Role
from regulation.registry.models import Level, Ruling
from regulation.registry.queries import drafts, returned_notes
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    acting,
    region,
)

pytestmark = pytest.mark.django_db


def filled(**changes):
    service = changes.pop("service", None) or ServiceFactory()
    said = {
        "service": service.code,
        "approval": "",
        "region": region().code,
        "necessity": "optional",
        "payer": "applicant",
        "start": "2026-01-01",
        "end": "",
        "provisions": [ProvisionFactory().pk],
        "reason": "您可以自行编制。",
        "source": "测试来源",
    }
    return {**said, **changes}


def at(name, draft=None, *, language="zh-hans"):
    with override(language):
        return reverse(f"registry:{name}", args=[draft.pk] if draft else [])


@pytest.mark.parametrize("name", ["draft_list", "draft_new"])
def test_a_visitor_signs_in_first(client, name):
    assert client.get(at(name)).status_code == 302


@pytest.mark.parametrize(
    ("role", "listed", "written", "published"),
    [
        (Role.EDITOR, 200, 302, 403),
        (Role.REVIEWER, 200, 403, 302),
        (Role.OWNER, 403, 403, 403),
        (Role.AGENT, 403, 403, 403),
        (Role.REGULATOR, 403, 403, 403),
        (Role.TRUSTEE, 403, 403, 403),
    ],
)
def test_who_may_do_what(client, role, listed, written, published):
    acting(client, role)
    draft = DraftFactory()
    assert client.get(at("draft_list")).status_code == listed
    assert client.post(at("draft_new"), filled()).status_code == written
    assert client.post(at("draft_review", draft)).status_code == published
    assert Ruling.objects.count() == 1 + (written == 302)
    assert Ruling.objects.published().count() == (published == 302)


def test_an_editor_writes_and_a_reviewer_publishes(client, django_user_model):
    editor = acting(client, Role.EDITOR)
    client.post(at("draft_new"), filled())
    draft = drafts().get()
    assert (draft.author, draft.bases.count()) == (editor, 1)
    assert client.post(at("draft_submit", draft)).status_code == 302
    reviewer = acting(client, Role.REVIEWER)
    assert client.post(at("draft_review", draft)).status_code == 409  # not reviewed in law yet
    assert client.post(at("draft_pass", draft)).status_code == 302
    response = client.post(at("draft_review", draft))
    draft.refresh_from_db()
    assert response.url == draft.get_absolute_url()
    assert draft.reviewer == reviewer
    assert client.get(response.url).status_code == 200


def test_a_reviewer_who_wrote_the_draft_is_refused(client):
    reviewer = acting(client, Role.REVIEWER)
    draft = DraftFactory(author=reviewer)
    assert client.post(at("draft_review", draft)).status_code == 403
    assert client.post(at("draft_return", draft), {"note": "改"}).status_code == 409
    assert not Ruling.objects.published().exists()


def test_a_refused_publication_says_why_and_changes_nothing(client):
    cited = ProvisionFactory(instrument=InstrumentFactory(level=Level.LOCAL_RULE))
    draft = DraftFactory(necessity="mandatory", provisions=[cited])
    acting(client, Role.REVIEWER)
    response = client.post(at("draft_review", draft, language="en"))
    assert response.status_code == 409
    assert "art. 43" in response.content.decode()
    assert not Ruling.objects.published().exists()


def test_publishing_over_a_standing_ruling_replaces_it(client):
    standing = RulingFactory()
    draft = DraftFactory(service=standing.service, necessity="abolished")
    acting(client, Role.REVIEWER)
    assert standing.get_absolute_url() in client.get(at("draft_review", draft)).content.decode()
    client.post(at("draft_review", draft))
    assert Ruling.objects.on_record().get() == draft


def test_a_returned_draft_is_changed_by_its_author(client):
    editor = acting(client, Role.EDITOR)
    draft = DraftFactory(author=editor)
    acting(client, Role.REVIEWER)
    assert client.post(at("draft_return", draft), {"note": ""}).status_code == 422
    assert client.post(at("draft_return", draft), {"note": "请写明条件"}).status_code == 302
    assert returned_notes([draft]) == {draft.pk: "请写明条件"}
    client.force_login(editor)
    assert "请写明条件" in client.get(at("draft_edit", draft)).content.decode()
    client.post(at("draft_edit", draft), filled(service=draft.service, reason="改过。"))
    draft.refresh_from_db()
    assert draft.reason == "改过。"


def test_only_the_author_changes_or_withdraws(client):
    draft = DraftFactory()
    acting(client, Role.EDITOR)
    assert client.get(at("draft_edit", draft)).status_code == 403
    assert client.post(at("draft_edit", draft), filled()).status_code == 403
    assert client.post(at("draft_withdraw", draft)).status_code == 409
    assert list(drafts()) == [draft]


def test_a_withdrawn_draft_is_gone_from_the_desk(client):
    draft = DraftFactory(author=acting(client, Role.EDITOR))
    assert client.post(at("draft_withdraw", draft)).status_code == 302
    assert client.get(at("draft_review", draft)).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"service": ""},
        {"region": "\0"},
        {"region": "9" * 400},
        {"approval": "nothing"},
        {"approval": "a\0b"},
        {"necessity": "nonsense"},
        {"start": "0000-00-00"},
        {"start": "9999-12-31"},
        {"start": "2026-01-01", "end": "2025-01-01"},
        {"provisions": []},
        {"provisions": ["99999999999999999999999"]},
        {"provisions": ["x\0"]},
        {"reason": "x\0y"},
        {"reason": "字" * 1001},
        {"source": " "},
    ],
)
def test_bad_input_is_told_and_writes_nothing(client, changes):
    acting(client, Role.EDITOR)
    data = filled()
    data.update(changes)
    response = client.post(at("draft_new", language="en"), data)
    assert response.status_code == 422
    assert 'class="error-summary"' in response.content.decode()
    assert not Ruling.objects.exists()


@pytest.mark.parametrize("method", ["get", "put"])
def test_returning_and_withdrawing_are_posts(client, method):
    draft = DraftFactory(author=acting(client, Role.EDITOR))
    assert getattr(client, method)(at("draft_withdraw", draft)).status_code == 405
    assert list(drafts()) == [draft]


def test_what_is_named_is_found_by_words_and_one_of_several_is_chosen(client):
    acting(client, Role.EDITOR)
    one, other = ApprovalFactory(name="取水许可（新办）"), ApprovalFactory(name="取水许可（延续）")
    answer = client.post(at("draft_new"), filled(approval="取水许可"))
    assert answer.status_code == 422
    assert all(f'value="{a.ref}"' in answer.content.decode() for a in (one, other))
    assert not Ruling.objects.exists()
    assert client.post(at("draft_new"), filled(approval=["取水许可", other.ref])).status_code == 302
    assert client.post(at("draft_new"), filled(approval="qsxk（新")).status_code == 422
    assert client.post(at("draft_new"), filled(approval="新办")).status_code == 302
    assert [draft.approval for draft in drafts()] == [other, one]


def test_offers_follow_what_is_typed(client):
    acting(client, Role.EDITOR)
    wanted = ApprovalFactory(name="取水许可")
    find = reverse("registry:draft_find", args=["approval"])
    assert wanted.ref in client.get(find, {"approval": "取水"}).content.decode()
    for nothing in ("", "没有", "\0", "%"):
        assert wanted.ref not in client.get(find, {"approval": nothing}).content.decode()
    assert (
        region().code
        in client.get(reverse("registry:draft_find", args=["region"]), {"region": "000000"}).content.decode()
    )
    assert client.get(reverse("registry:draft_find", args=["source"])).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_days_of_a_draft_come_back_as_a_browser_reads_them(client, language):
    """A date field takes ISO days in every language; else it stays empty, and saving loses an end."""
    author = acting(client, Role.EDITOR)
    draft = DraftFactory(author=author, in_force=DateRange(dt.date(2026, 1, 2), dt.date(2027, 3, 4)))
    with override(language):
        page = client.get(reverse("registry:draft_edit", args=[draft.pk])).content.decode()
    assert 'value="2026-01-02"' in page
    assert 'value="2027-03-04"' in page


def test_provisions_are_found_by_words_and_added_to_those_chosen(client):
    acting(client, Role.EDITOR)
    law = InstrumentFactory(title="水土保持法")
    one, other = (ProvisionFactory(instrument=law, article=f"第{n}条") for n in ("十七", "四十四"))
    kept = ProvisionFactory()
    answer = client.post(at("draft_new"), filled(provisions=[kept.pk], **{"provisions-words": "水土保持"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{kept.pk}" checked' in page
    assert all(f'value="{p.pk}">' in page for p in (one, other))
    assert not Ruling.objects.exists()
    words = {"provisions-words": "水土保持 第十七条"}
    assert client.post(at("draft_new"), filled(provisions=[kept.pk], **words)).status_code == 302
    assert set(drafts().get().provisions.all()) == {kept, one}
    nothing = filled(provisions=[kept.pk], **{"provisions-words": "没有这部法"})
    assert client.post(at("draft_new"), nothing).status_code == 422


def test_words_are_done_with_once_one_of_what_they_offer_is_ticked(client):
    """As a browser sends it: the words still stand in the field beside the tick."""
    acting(client, Role.EDITOR)
    law = InstrumentFactory(title="水土保持法")
    one, *_others = (ProvisionFactory(instrument=law, article=f"第{n}条") for n in ("一", "十七", "四十四"))
    words = {"provisions-words": "水土保持"}
    offered = client.get(reverse("registry:draft_find", args=["provisions"]), words).content.decode()
    assert 'name="provisions-offered" value="水土保持"' in offered
    untouched = filled(provisions=[one.pk], **words, **{"provisions-offered": "水土"})
    assert client.post(at("draft_new"), untouched).status_code == 422  # other words: another is looked for
    ticked = filled(provisions=[one.pk], **words, **{"provisions-offered": "水土保持"})
    assert client.post(at("draft_new"), ticked).status_code == 302
    assert set(drafts().get().provisions.all()) == {one}


def test_offers_of_provisions_keep_what_is_chosen(client):
    acting(client, Role.EDITOR)
    law = InstrumentFactory(title="水土保持法")
    one, other = (ProvisionFactory(instrument=law, article=f"第{n}条") for n in ("十七", "四十四"))
    find = reverse("registry:draft_find", args=["provisions"])
    page = client.get(
        find, {"provisions-words": "水土", "provisions": [one.pk, "9" * 30, "x\0"]}
    ).content.decode()
    assert f'value="{one.pk}" checked' in page
    assert f'value="{other.pk}">' in page
    assert page.count("<input") == 3  # the third says for which words
    assert client.get(find, {"provisions-words": "\0"}).content.decode().count("<input") == 0


@pytest.mark.parametrize(
    ("where", "status"), [("130200", 422), ("510000", 302), ("511600", 302), ("000000", 302)]
)
def test_no_ruling_speaks_of_an_approval_of_another_region(client, where, status):
    acting(client, Role.EDITOR)
    approval = ApprovalFactory(department__region=region("511600"))
    answer = client.post(
        at("draft_new", language="en"), filled(approval=approval.ref, region=region(where).code)
    )
    assert answer.status_code == status
    assert ("which is neither" in answer.content.decode()) is (status == 422)
    assert Ruling.objects.exists() is (status == 302)
