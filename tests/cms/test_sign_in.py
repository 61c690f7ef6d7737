import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse

from regulation.parties.models import User
from tests.factories import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def counting(settings):
    settings.AXES_ENABLED = True


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def signed_in(client):
    return "_auth_user_id" in client.session


def test_the_right_password_signs_in_and_leads_to_the_desk(client, person, counting):
    answer = sign_in(client, person.email, world.PASSWORD)
    assert answer.status_code == 302
    assert answer.url == reverse("desk")
    assert signed_in(client)


def test_after_eight_failures_the_right_password_is_refused_too(client, person, counting):
    for _ in range(8):
        answer = sign_in(client, person.email, "wrong")
    assert "account/locked.html" in [t.name for t in answer.templates]
    answer = sign_in(client, person.email, world.PASSWORD)
    assert answer.status_code == 429
    assert not signed_in(client)


def test_seven_failures_do_not_lock(client, person, counting):
    for _ in range(7):
        sign_in(client, person.email, "wrong")
    assert sign_in(client, person.email, world.PASSWORD).status_code == 302


def test_changing_the_case_of_the_address_does_not_start_a_new_count(client, person, counting):
    for _ in range(4):
        sign_in(client, person.email, "wrong")
        sign_in(client, person.email.upper(), "wrong")
    assert sign_in(client, person.email, world.PASSWORD).status_code == 429


def test_somebody_else_is_not_locked_out_with_them(client, person, counting):
    other = world.user()
    other.emailaddress_set.create(email=other.email, verified=True, primary=True)
    for _ in range(8):
        sign_in(client, person.email, "wrong")
    assert sign_in(client, other.email, world.PASSWORD).status_code == 302


@pytest.mark.parametrize("address", ["/cms/login/", "/django-admin/login/"])
def test_a_back_office_login_address_takes_no_password(client, address):
    staff = User.objects.create_superuser("staff@example.org", world.PASSWORD)
    given = {"username": staff.email, "login": staff.email, "password": world.PASSWORD}
    answer = client.post(address, given)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert not signed_in(client)


@pytest.mark.parametrize("address", ["/cms/", "/django-admin/"])
def test_who_is_signed_in_without_the_right_is_refused_and_not_sent_round(client, person, address):
    client.force_login(person)
    assert client.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("address", ["/cms/", "/django-admin/"])
def test_a_back_office_sends_a_stranger_to_the_one_sign_in(client, address):
    answer = client.get(address, follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_a_second_step_is_asked_for_before_anyone_is_signed_in(client, person):
    TOTP.activate(person, generate_totp_secret())
    answer = sign_in(client, person.email, world.PASSWORD)
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("page", ["login", "signup", "password/reset", "confirm-email"])
def test_the_account_pages_stand_in_our_frame_in_both_languages(client, prefix, page):
    answer = client.get(f"{prefix}/accounts/{page}/")
    assert answer.status_code == 200
    assert 'class="site-head"' in answer.text


def test_a_second_step_is_set_up_after_the_password_is_given_once_more(client, person):
    sign_in(client, person.email, world.PASSWORD)
    assert client.get(reverse("mfa_index")).status_code == 200
    again = client.get(reverse("mfa_activate_totp"))
    assert again.status_code == 302
    assert again.url.startswith(reverse("account_reauthenticate"))
    page = client.post(again.url, {"password": world.PASSWORD}, follow=True)
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_the_next_address_is_kept_through_the_sign_in_form(client):
    answer = client.get(reverse("account_login"), {"next": "/tenders/new/"})
    assert 'value="/tenders/new/"' in answer.text
