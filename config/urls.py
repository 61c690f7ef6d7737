"""Every address. zh-hans has no prefix; English lives below /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import adopting, public, styleguide
from cms import views as cms_views
from marketplace.opendata.api.application import urls as api
from marketplace.opendata.urls import machine as opendata_machine
from marketplace.payments.urls import machine as payments_machine
from regulation.ledger.urls import machine as ledger_machine

urlpatterns = [
    # A password alone must not open the back doors: these stand above the includes (MFA is asked at sign-in).
    path("cms/login/", cms_views.to_sign_in),
    path("cms/password_reset/", RedirectView.as_view(pattern_name="account_reset_password")),
    re_path(r"^cms/password_reset/.+$", RedirectView.as_view(pattern_name="account_reset_password")),
    path("django-admin/login/", cms_views.to_sign_in),
    path("django-admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/", include(api, namespace="api")),
    path("data/", include(opendata_machine, namespace="opendata_machine")),
    path("ledger/", include(ledger_machine, namespace="ledger_machine")),
    path("payments/", include(payments_machine, namespace="payments_machine")),
    path("healthz", public.healthz, name="healthz"),
    path("metrics", public.metrics, name="metrics"),
    path("qr.svg", public.qr_code, name="qr_code"),
    path("robots.txt", public.robots, name="robots"),
    path("sitemap.xml", public.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", public.sitemap_section, name="sitemap_section"),
]
urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)

urlpatterns += i18n_patterns(
    path("accounts/", include("allauth.urls")),
    path("", include("regulation.ledger.urls")),
    path("", include("regulation.parties.urls")),
    path("interests/", include("regulation.parties.exchange.urls")),
    path("", include("regulation.registry.urls")),
    path("", include("regulation.decoupling.urls")),
    path("", include("regulation.oversight.urls")),
    path("", include("marketplace.directory.urls")),
    path("", include("marketplace.tenders.urls")),
    path("", include("marketplace.payments.urls")),
    path("", include("marketplace.contracts.urls")),
    path("", include("marketplace.opendata.urls")),
    path("desk/", cms_views.desk, name="desk"),
    path("adoptions/<uuid:key>/", adopting.adopt, name="practice_adopt"),
    path("adoptions/<uuid:key>/take-back/", adopting.take_back, name="practice_take_back"),
    path("search/", cms_views.search, name="search"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler400 = "cms.errors.bad_request"
handler403 = "cms.errors.permission_denied"
handler404 = "cms.errors.page_not_found"
handler500 = "cms.errors.server_error"
