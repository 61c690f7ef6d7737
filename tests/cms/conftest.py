import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.utils import translation

from cms.site import load_site
from tests.factories import world


@pytest.fixture(autouse=True)
def fresh():
    """Neither what was cached nor the language of another test's last page."""
    cache.clear()
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def person(db):
    """Somebody with a confirmed address; the password is world.PASSWORD."""
    made = world.user()
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


@pytest.fixture
def site(db):
    load_site()
