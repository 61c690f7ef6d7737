"""Tests: the owner's role unless a test becomes the site's, effects run when a test delivers them."""

import os

os.environ.setdefault("QINQING_DATABASE_ROLE", "owner")

from .base import *

SECRET_KEY = "test"
IDENTITY_HMAC_KEY = "test"
LEDGER_KEY_FILE = str(VAR / "test-ledger-key")
ALLOWED_HOSTS = ["*"]
DATABASES["default"] |= {"TEST": {"NAME": os.environ.get("QINQING_TEST_DB", "test_qinqing")}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
AXES_ENABLED = False
LOGGING |= {"root": {"handlers": ["console"], "level": "WARNING"}}
PAGE_CACHE_SECONDS = 0
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STORAGES["evidence"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
