"""Settings shared by every environment. Values that differ come from the environment (12-factor)."""

import os
from pathlib import Path

import dj_database_url
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("QINQING_VAR", BASE_DIR / "var"))

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "cms",
    "marketplace.opendata",
    "marketplace.contracts",
    "marketplace.tenders",
    "marketplace.payments",
    "marketplace.directory",
    "regulation.oversight",
    "regulation.decoupling",
    "regulation.registry",
    "regulation.ledger",
    "regulation.parties",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "health_check",
    "pgtrigger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

FILTERS_EMPTY_CHOICE_LABEL = _("All")

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketplace.opendata.middleware.NegotiationMiddleware",
    "cms.page_cache.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regulation.parties.middleware.ActingMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "cms.middleware.AdminPolicyMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "cms.forms_renderer.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "cms.context_processors.site",
            ],
            "builtins": [
                "cms.templatetags.qinqing",
                "cms.templatetags.reports",
                "cms.templatetags.days",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    }
]

# Two roles: the owner migrates, the site's own role owns nothing (docs/operations.md).
DATABASE_URL = os.environ.get("DATABASE_URL") or "postgresql:///qinqing"
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or DATABASE_URL
AS_OWNER = os.environ.get("QINQING_DATABASE_ROLE") == "owner"
DATABASES = {"default": dj_database_url.parse(DATABASE_OWNER_URL if AS_OWNER else DATABASE_URL)}
DATABASES["default"]["ENGINE"] = "django_prometheus.db.backends.postgresql"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_SITE_ROLE = dj_database_url.parse(DATABASE_URL).get("USER", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "memory://")
CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
PAGE_CACHE_SECONDS = int(os.environ.get("PAGE_CACHE_SECONDS", "10"))  # for visitors; 0 keeps nothing

# Who signs in, and how.
AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
    "regulation.registry.staff_permissions.RegistryStaff",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # django-axes decides
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Qinqing"
BIND_BY_SECOND_FACTOR = os.environ.get("BIND_BY_SECOND_FACTOR") == "1"  # parties/proving.py
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "cms.lockout.typed_email"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_ENABLE_ADMIN = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_CONTENT_LANGUAGES = WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True
WAGTAIL_I18N_ENABLED = True
WAGTAIL_SITE_NAME = _("Qinqing")
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # nobody outside learns who works here
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILADMIN_LOGIN_URL = "/cms/login/"  # refuses who is signed in without the right, sends others on
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "modelsearch.backends.database", "SEARCH_CONFIG": "simple"},
}
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "xlsx", "zip"]
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT", str(VAR / "static"))
MEDIA_URL = "/media/"
MEDIA_ROOT = os.environ.get("MEDIA_ROOT", str(VAR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "evidence": {  # what reporters upload: outside MEDIA, served by a view that asks who is asking
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("EVIDENCE_ROOT", str(VAR / "evidence")),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

# Reports of demands. No provision on record sets these limits: this site's own rule, in working days.
OVERSIGHT_ANSWER_DAYS = int(os.environ.get("OVERSIGHT_ANSWER_DAYS", "15"))
OVERSIGHT_REVIEW_DAYS = int(os.environ.get("OVERSIGHT_REVIEW_DAYS", "10"))
OVERSIGHT_FILINGS_PER_HOUR = int(
    os.environ.get("OVERSIGHT_FILINGS_PER_HOUR", "10")
)  # one address, not signed in
PROXIES_IN_FRONT = int(os.environ.get("PROXIES_IN_FRONT", "0"))  # whose X-Forwarded-For is believed

# Declarations of interests and contests of them: this site's own rule, in calendar days.
DECLARATION_FIRST_DAYS = int(os.environ.get("DECLARATION_FIRST_DAYS", "30"))  # after registration
DECLARATION_YEARLY_DAYS = int(os.environ.get("DECLARATION_YEARLY_DAYS", "365"))  # after the last one
DECLARATION_CHANGE_DAYS = int(os.environ.get("DECLARATION_CHANGE_DAYS", "15"))  # after a change
CONTEST_ANSWER_DAYS = int(os.environ.get("CONTEST_ANSWER_DAYS", "20"))

# Contacts and accounts that a bidder changed so many days before an opening, or fewer, are a lead for
# regulators where another bidder or the department's side had the same until then; 0: none. Our own rule.
CONTACTS_LOOK_BACK_DAYS = max(0, int(os.environ.get("CONTACTS_LOOK_BACK_DAYS", "90")))

# The interface for programs: so many requests in a minute from one address without a token that holds, and
# with one token. Empty: as many as anybody likes.
API_RATE_ADDRESS = os.environ.get("API_RATE_ADDRESS", "120/m")
API_RATE_TOKEN = os.environ.get("API_RATE_TOKEN", "600/m")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "img-src": [SELF, "data:"],
    }
}
CSRF_FAILURE_VIEW = "cms.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # the CMS shows its own pages in a frame to preview them

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR / "mail")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "qinqing@localhost")

LEDGER_WITNESSES = os.environ.get("LEDGER_WITNESSES", "").split()  # KEY@ADDRESS …, docs/ledger.md
LEDGER_WITNESSES_REQUIRED = int(os.environ.get("LEDGER_WITNESSES_REQUIRED", "0"))
LEDGER_PUBLISH_SECONDS = max(1, int(os.environ.get("LEDGER_PUBLISH_SECONDS", "3600")))
LEDGER_ORIGIN = os.environ.get("LEDGER_ORIGIN", "") or SITE_URL.split("//")[-1].rstrip("/") + "/ledger"

METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

CONSULTATION_MINIMUM_DAYS = int(os.environ.get("CONSULTATION_MINIMUM_DAYS", "7"))  # within 1 to 90

# Keys that never stand in the database.
IDENTITY_HMAC_KEY = os.environ.get("IDENTITY_HMAC_KEY", "")
LEDGER_KEY_FILE = os.environ.get("LEDGER_KEY_FILE", "")  # given to the worker only

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
        }
    },
    "filters": {"hush_bids": {"()": "config.logs.HushBids"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["hush_bids"]}
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
LOGGING_CONFIG = "config.logs.configure"

# Payments. Without a key every charge goes by recorded bank transfer. The key is a restricted one.
STRIPE_API_KEY = os.environ.get("STRIPE_API_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
PAYMENTS_CUSTODY = os.environ.get("PAYMENTS_CUSTODY", "")  # holder, bank, number: where payers pay into
# A command that reads a file on its input and ends with 1 where it found something.
FILE_SCANNER = os.environ.get("FILE_SCANNER", "")
# Large files come in parts of so many bytes; a whole one has at most so many.
UPLOAD_PART = int(os.environ.get("UPLOAD_PART", str(4 * 1024 * 1024)))
UPLOAD_LARGEST = int(os.environ.get("UPLOAD_LARGEST", str(500 * 1024 * 1024)))
