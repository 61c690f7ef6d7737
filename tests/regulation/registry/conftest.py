import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def _default_language():
    """A request in English leaves its language behind in the thread; each test starts in the default."""
    with override("zh-hans"):
        yield
