from django.urls import path

from . import views
from .exploring import views as exploring
from .packing import views as packing
from .published import views as published
from .sweeping import views as sweeping

app_name = "decoupling"
urlpatterns = [
    path("decoupling/", published.rules, name="rules"),
    path("decoupling/checks/<uuid:ref>/", published.public_check, name="public_check"),
    path("decoupling/history/", published.history, name="history"),
    path("decoupling/packs/<str:version>.json", published.pack_file, name="pack_file"),
    path("decoupling/packs/<str:version>/changes/", published.pack_changes, name="pack_changes"),
    path("packs/", packing.pack_list, name="pack_list"),
    path("packs/new/", packing.pack_new, name="pack_new"),
    path("packs/<str:version>/", packing.pack, name="pack"),
    path("packs/<str:version>/publish/", packing.pack_publish, name="pack_publish"),
    path("packs/<str:version>/reject/", packing.pack_reject, name="pack_reject"),
    path("sweeps/", sweeping.sweep_list, name="sweep_list"),
    path("sweeps/start/", sweeping.sweep_start, name="sweep_start"),
    path("sweeps/<int:pk>/", sweeping.sweep, name="sweep"),
    path("sweeps/<int:pk>/progress/", sweeping.sweep_progress, name="sweep_progress"),
    path("sweeps/<int:pk>/pairs.csv", sweeping.sweep_csv, name="sweep_csv"),
    path("explorer/", exploring.explorer, name="explorer"),
    path("explorer/<slug:sort>/<int:pk>/", exploring.explore, name="explore"),
    path("explorer/<slug:sort>/<int:pk>/drawing.svg", exploring.explore_drawing, name="explore_drawing"),
    path("explorer/<slug:sort>/<int:pk>/evidence.json", exploring.explore_evidence, name="explore_evidence"),
    path("entities/<int:pk>/", views.entity, name="entity"),
    path("checks/", views.check_list, name="check_list"),
    path("checks/mine/", views.own_checks, name="own_checks"),
    path("checks/new/", views.inquire, name="inquire"),
    path("checks/<uuid:ref>/", views.check, name="check"),
    path("checks/<uuid:ref>/determine/", views.determine, name="determine"),
    path("exemptions/", views.exemption_list, name="exemption_list"),
    path("exemptions/new/", views.exemption_new, name="exemption_new"),
    path("exemptions/<int:pk>/", views.exemption, name="exemption"),
    path("exemptions/<int:pk>/decide/", views.exemption_decide, name="exemption_decide"),
    path("exemptions/<int:pk>/revoke/", views.exemption_revoke, name="exemption_revoke"),
    path("determinations/<int:pk>/decide/", views.decide, name="decide"),
]
