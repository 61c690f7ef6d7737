from django.urls import path

from . import views

app_name = "opendata"
machine = (
    [
        path("approvals/<slug:ref>.jsonld", views.approval, name="approval"),
        path("rulings/<int:pk>.jsonld", views.ruling, name="ruling"),
        path("registry.jsonld", views.registry, name="registry"),
        path("bods.<str:fmt>", views.bods, name="bods"),
    ],
    app_name,
)
urlpatterns = [
    path("data/", views.about, name="about"),
    path("data/api/", views.api, name="api"),
]
