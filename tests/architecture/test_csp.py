import pytest
from django.urls import reverse

from tests.factories import world

pytestmark = pytest.mark.django_db


def policy(answer):
    parts = (part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    return {p[0]: p[1] if len(p) > 1 else "" for p in parts}


@pytest.mark.parametrize(
    "path",
    ["/", "/search/", "/approvals/", "/tenders/", "/directory/", "/laws/", "/accounts/login/", "/nonesuch/",
     "/healthz", "/cms-but-not-the-office/"],
)  # fmt: skip
def test_everywhere_nothing_inline_runs(client, path):
    said = policy(client.get(path))
    assert said["default-src"] == "'self'"
    assert said["object-src"] == "'none'"
    assert said["base-uri"] == "'none'"
    assert said["form-action"] == "'self'"
    assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/cms/", "/django-admin/"])
def test_the_back_offices_alone_may_run_their_editor(client, path):
    client.force_login(world.user(is_staff=True, is_superuser=True))
    answer = client.get(path)
    said = policy(answer)
    assert answer.status_code == 200
    assert "'unsafe-inline'" in said["script-src"]
    assert "unsafe-eval" not in said["script-src"]
    assert "http" not in said["script-src"]
    assert said["object-src"] == "'none'"
    assert said["form-action"] == "'self'"


def test_the_desk_and_the_style_page_stay_strict_for_staff(client):
    client.force_login(world.user(is_staff=True, is_superuser=True))
    for name in ("desk", "styleguide"):
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert " style=" not in answer.text
        assert "<script" not in answer.text
