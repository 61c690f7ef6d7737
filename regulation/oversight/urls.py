from django.urls import path

from . import views

app_name = "oversight"
urlpatterns = [
    path("reports/", views.report_list, name="report_list"),
    path("reports/statistics/", views.statistics, name="statistics"),
    path("reports/new/", views.report_new, name="report_new"),
    path("reports/new/what/", views.report_what, name="report_what"),
    path("reports/new/account/", views.report_account, name="report_account"),
    path("reports/new/check/", views.report_check, name="report_check"),
    path("reports/new/filed/", views.report_filed, name="report_filed"),
    path("reports/follow/", views.follow, name="follow"),
    path("reports/<slug:ref>/", views.report, name="report"),
    path("reports/<slug:ref>/status/", views.status, name="status"),
    path("reports/<slug:ref>/keep/", views.keep, name="keep"),
    path("reports/<slug:ref>/withdraw/", views.withdraw, name="withdraw"),
    path("reports/<slug:ref>/review/", views.review, name="review"),
    path("reports/<slug:ref>/evidence/<int:pk>/", views.evidence, name="evidence"),
    path("oversight/reports/", views.queue, name="queue"),
    path("oversight/reports/<slug:ref>/", views.handle, name="handle"),
    path("oversight/reports/<slug:ref>/act/", views.report_act, name="report_act"),
    path("oversight/looks/", views.look_list, name="look_list"),
    path("oversight/leads/", views.lead_list, name="lead_list"),
    path("oversight/leads/<slug:ref>/close/", views.lead_close, name="lead_close"),
    path("oversight/findings/", views.finding_list, name="finding_list"),
    path("oversight/findings/findings.csv", views.finding_csv, name="finding_csv"),
    path("findings/", views.own_findings, name="own_findings"),
    path("findings/<slug:ref>/", views.finding, name="finding"),
    path("findings/<slug:ref>/reply/", views.finding_reply, name="finding_reply"),
    path("findings/<slug:ref>/act/", views.finding_act, name="finding_act"),
]
