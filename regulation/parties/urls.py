from django.urls import path

from . import views

app_name = "parties"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("switch/", views.switch, name="switch"),
    path("declare/", views.declare, name="declare"),
]
