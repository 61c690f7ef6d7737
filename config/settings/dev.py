"""A developer's own machine."""

from .base import *

DEBUG = True
SECRET_KEY = SECRET_KEY or "insecure-development-key"
IDENTITY_HMAC_KEY = IDENTITY_HMAC_KEY or "insecure-development-key"
LEDGER_KEY_FILE = LEDGER_KEY_FILE or str(VAR / "ledger-key")
ALLOWED_HOSTS = ["*"]
PAGE_CACHE_SECONDS = 0
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
