from django.urls import path

from . import views

app_name = "decoupling"
urlpatterns = [
    path("entities/<int:pk>/", views.entity, name="entity"),
    path("checks/", views.check_list, name="check_list"),
    path("checks/new/", views.inquire, name="inquire"),
    path("checks/<int:pk>/", views.check, name="check"),
    path("checks/<int:pk>/determine/", views.determine, name="determine"),
    path("exemptions/", views.exemption_list, name="exemption_list"),
    path("exemptions/new/", views.exemption_new, name="exemption_new"),
    path("exemptions/<int:pk>/", views.exemption, name="exemption"),
    path("exemptions/<int:pk>/decide/", views.exemption_decide, name="exemption_decide"),
    path("exemptions/<int:pk>/revoke/", views.exemption_revoke, name="exemption_revoke"),
    path("determinations/<int:pk>/decide/", views.decide, name="decide"),
]
