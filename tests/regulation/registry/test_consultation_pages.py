"""The pages of a consultation, and of a draft's way: what each person sees and may do there."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from regulation.parties.models import Role
from regulation.registry.models import Answer, Comment, CommentHiding, Consultation, Ruling
from regulation.registry.operations import hide_comment, publish_ruling, submit_draft, withdraw_draft
from tests.factories.consultations import answer, close, comment, consultation
from tests.factories.registry import ApprovalFactory, DraftFactory, RulingFactory, UserFactory, acting

pytestmark = pytest.mark.django_db
SAID = {"text": "建议写明条件。", "shown_name": "一位市民"}


def at(name, *args):
    return reverse(f"registry:{name}", args=args)


def shown(client, on):
    return client.get(on.get_absolute_url()).content.decode()


def test_a_visitor_reads_everything_and_signs_in_to_comment(client):
    made = consultation()
    comment(made, text="公开的意见")
    page = shown(client, made)
    assert "公开的意见" in page
    assert made.ruling.reason in page
    assert reverse("account_login") in page
    response = client.post(made.get_absolute_url(), SAID)
    assert response.status_code == 302
    assert "/login/" in response.url
    assert Comment.objects.count() == 1


def test_whoever_is_signed_in_comments_under_a_name_of_their_choice(client):
    made, person = consultation(), UserFactory(email="secret@example.org", name="真名")
    client.force_login(person)
    response = client.post(made.get_absolute_url(), SAID)
    assert response.status_code == 302
    said = Comment.objects.get()
    assert (said.author, said.shown_name, said.entity) == (person, "一位市民", None)
    page = client.get(response.url).content.decode()
    assert "建议写明条件。" in page
    for private in ("secret@example.org", "真名"):
        client.logout()
        assert private not in shown(client, made)


def test_for_an_entity_its_name_is_shown(client):
    made = consultation()
    acting(client, Role.OWNER)
    client.post(made.get_absolute_url(), {"text": "企业意见", "as_entity": "on"})
    said = Comment.objects.get()
    assert said.entity is not None
    assert said.entity.name in shown(client, made)


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"text": "字" * 4001}, {"text": "a\0b"}, {"shown_name": ""}, {"shown_name": "名" * 101}],
)
def test_a_wrong_comment_is_told_and_not_filed(client, wrong):
    made = consultation()
    client.force_login(UserFactory())
    response = client.post(made.get_absolute_url(), SAID | wrong)
    assert response.status_code == 422
    assert 'class="error-summary"' in response.content.decode()
    assert not Comment.objects.exists()


def test_a_late_comment_is_told_so(client):
    made = close(consultation())
    client.force_login(UserFactory())
    response = client.post(made.get_absolute_url(), SAID)
    assert response.status_code == 422
    assert "截止" in response.content.decode()
    assert not Comment.objects.exists()


def test_a_comment_is_escaped(client):
    made = consultation()
    comment(made, text="<script>alert(1)</script>", shown_name="<b>甲</b>")
    page = shown(client, made)
    assert "<script>alert" not in page
    assert "<b>甲" not in page


def test_what_holds_today_stands_beside_what_is_proposed(client):
    standing = RulingFactory(reason="费用由申请人承担。")
    draft = DraftFactory(service=standing.service, reason="费用由审批部门承担。")
    page = shown(client, consultation(draft))
    assert "<del>申请人</del>" in page
    assert "<ins>审批部门</ins>" in page
    open_now = Consultation.objects.get().get_absolute_url()
    assert open_now in client.get(standing.get_absolute_url()).content.decode()


def test_the_outcome_and_the_consultation_lead_to_each_other(client):
    made = consultation(DraftFactory(approval=ApprovalFactory()))
    answer(comment(made))
    close(made)
    done = publish_ruling(ruling=made.ruling, by=UserFactory(), at=timezone.now() + dt.timedelta(seconds=1))
    assert done.get_absolute_url() in shown(client, made)
    assert made.get_absolute_url() in client.get(done.get_absolute_url()).content.decode()


def test_a_hidden_comment_shows_the_reason_only(client):
    made = consultation()
    said = comment(made, text="某人的隐私")
    acting(client, Role.REVIEWER)
    page = at("comment_hide", said.pk)
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "含个人信息"}).status_code == 302
    assert client.post(page, {"reason": "又"}).status_code == 422
    client.logout()
    assert "某人的隐私" not in shown(client, made)
    assert "含个人信息" in shown(client, made)
    assert CommentHiding.objects.count() == 1


def test_the_reason_a_draft_was_given_up_is_shown(client):
    made = consultation(DraftFactory(author=acting(client, Role.EDITOR)))
    gone = at("draft_withdraw", made.ruling_id)
    assert client.post(gone).status_code == 409
    assert client.post(gone, {"reason": "法律已修改"}).status_code == 302
    client.logout()
    assert "法律已修改" in shown(client, made)


def test_an_editor_answers_several_at_once(client):
    made = consultation()
    one, other = comment(made), comment(made)
    stranger = comment(consultation())
    acting(client, Role.EDITOR)
    page = at("consultation_answer", made.pk)
    words = {"uptake": "partly", "text": "部分采纳。"}
    for wrong in (
        {},
        words,
        words | {"comments": [stranger.pk]},
        words | {"comments": ["9" * 30]},
        words | {"comments": [one.pk], "uptake": "x"},
    ):
        assert client.post(page, wrong).status_code == 422
    assert client.post(page, words | {"comments": [one.pk, other.pk]}).status_code == 302
    assert Answer.objects.get().comments.count() == 2
    assert "部分采纳。" in shown(client, made)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"days": "0"}, {"days": "91"}, {"days": "x"}, {"question": ""}, {"question": "\0"}]
)
def test_a_wrong_consultation_is_told(client, wrong):
    draft = DraftFactory(author=acting(client, Role.EDITOR))
    terms = {"days": "30", "question": "是否妥当？"}
    page = at("consultation_new", draft.pk)
    assert client.post(page, terms | wrong).status_code == 422
    assert not Consultation.objects.exists()
    assert client.post(page, terms).status_code == 302
    assert client.post(page, terms).status_code == 422


def test_another_editor_does_not_open_it(client):
    acting(client, Role.EDITOR)
    assert client.get(at("consultation_new", DraftFactory().pk)).status_code == 403


def test_the_list_is_narrowed_by_state_and_words(client):
    made, over = consultation(question="甲问题"), close(consultation(question="乙问题"))
    page = at("consultation_list")
    assert [r["consultation"] for r in client.get(page, {"state": "open"}).context["rows"]] == [made]
    assert [r["consultation"] for r in client.get(page, {"state": "answered"}).context["rows"]] == [over]
    assert [r["consultation"] for r in client.get(page, {"q": "甲"}).context["rows"]] == [made]
    assert client.get(page, {"q": "\0", "state": "x", "region": "9" * 99}).status_code == 200


def test_the_lists_take_the_same_queries_however_long(client, assert_flat):
    assert_flat(client, at("consultation_list"), lambda: comment(consultation()))


def test_a_consultation_takes_the_same_queries_however_many_comments(client, assert_flat):
    made = consultation()
    assert_flat(client, made.get_absolute_url(), lambda: answer(comment(made)), limit=12)


def test_the_drafts_are_narrowed_by_stage(client):
    reviewed, written = DraftFactory(), DraftFactory(review=False)
    acting(client, Role.REVIEWER)
    for stage, drafts in (("reviewed", [reviewed]), ("draft", [written]), ("scheduled", [])):
        rows = client.get(at("draft_list"), {"stage": stage}).context["rows"]
        assert [row[0] for row in rows] == drafts


def test_a_reviewer_schedules_and_takes_it_back(client):
    draft = DraftFactory()
    acting(client, Role.REVIEWER)
    page, soon = at("draft_schedule", draft.pk), timezone.localtime() + dt.timedelta(days=2)
    for wrong in ("", "x", "0001-01-01T00:00", "9999-12-31T23:59", "\0"):
        assert client.post(page, {"publish_at": wrong}).status_code == 422
    assert client.post(page, {"publish_at": "2020-01-01T00:00"}).status_code == 409
    assert client.post(page, {"publish_at": soon.strftime("%Y-%m-%dT%H:%M")}).status_code == 302
    assert Ruling.objects.get().publish_at is not None
    assert client.post(at("draft_unschedule", draft.pk)).status_code == 302
    assert Ruling.objects.get().publish_at is None


def test_who_holds_a_draft_is_said(client):
    draft = DraftFactory(review=False, author=acting(client, Role.EDITOR))
    page = at("draft_review", draft.pk)
    assert at("draft_edit", draft.pk) in client.get(page).content.decode()
    submit_draft(ruling=draft, by=draft.author)
    held = client.get(page).content.decode()
    assert at("draft_edit", draft.pk) not in held
    assert "复核" in held
    assert client.get(at("draft_history", draft.pk)).status_code == 200
    assert client.get(at("draft_history", draft.pk), {"old": "x", "new": "99"}).status_code == 200


def test_unknown_ones_are_not_found(client):
    assert client.get(at("consultation", 999_999_999)).status_code == 404
    acting(client, Role.REVIEWER)
    assert client.get(at("comment_hide", 999_999_999)).status_code == 404
    made = consultation()
    withdraw_draft(
        ruling=made.ruling, by=made.ruling.author, at=timezone.now() + dt.timedelta(seconds=5), reason="放弃"
    )
    assert client.get(at("draft_history", made.ruling_id)).status_code == 404
    assert client.get(made.get_absolute_url()).status_code == 200


def test_the_name_of_who_hid_it_stays_inside(client):
    said = comment(consultation())
    hide_comment(comment=said, reason="含个人信息", by=UserFactory(name="复核员某某"))
    assert "复核员某某" not in shown(client, said.consultation)


def reviewed_page(client, made):
    acting(client, Role.REVIEWER)
    page = client.get(f"/en/rulings/drafts/{made.ruling.pk}/")
    assert page.status_code == 200
    return page.content.decode()


def test_a_reviewer_is_not_offered_to_publish_what_the_public_may_comment_on(client):
    page = reviewed_page(client, consultation())
    assert "Publish the ruling" not in page
    assert "The public may comment until" in page


def test_a_reviewer_is_offered_to_publish_once_every_comment_is_answered(client):
    made = consultation()
    said = comment(made)
    close(made)
    page = reviewed_page(client, made)
    assert "Publish the ruling" not in page
    assert "One comment waits for its answer." in page
    answer(said)
    page = reviewed_page(client, made)
    assert "Publish the ruling" in page
    assert "It cannot be published yet" not in page
