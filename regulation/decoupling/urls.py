from django.urls import path

from . import views

app_name = "decoupling"
urlpatterns = [
    path("entities/<int:pk>/", views.entity, name="entity"),
    path("checks/", views.check_list, name="check_list"),
    path("checks/new/", views.inquire, name="inquire"),
    path("checks/<int:pk>/", views.check, name="check"),
    path("checks/<int:pk>/determine/", views.determine, name="determine"),
    path("determinations/<int:pk>/decide/", views.decide, name="decide"),
]
