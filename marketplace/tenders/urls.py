from django.urls import path

from . import views
from .auditing import views as auditing

app_name = "tenders"
urlpatterns = [
    path("tenders/", views.tender_list, name="tender_list"),
    path("tenders/methods/", views.methods, name="methods"),
    path("tenders/new/", views.tender_new, name="tender_new"),
    path("tenders/<slug:ref>/", views.tender, name="tender"),
    path("tenders/<slug:ref>/edit/", views.tender_edit, name="tender_edit"),
    path("tenders/<slug:ref>/publish/", views.tender_publish, name="tender_publish"),
    path("tenders/<slug:ref>/cancel/", views.tender_cancel, name="tender_cancel"),
    path("tenders/<slug:ref>/award/", views.award, name="award"),
    path("tenders/<slug:ref>/bid/", views.bid_new, name="bid_new"),
    path("bids/<int:pk>/", views.bid_receipt, name="bid_receipt"),
    path("bids/<int:pk>/withdraw/", views.bid_withdraw, name="bid_withdraw"),
    path("audits/", auditing.reaudit_list, name="reaudit_list"),
    path("audits/start/", auditing.reaudit_start, name="reaudit_start"),
    path("audits/<int:pk>/", auditing.reaudit, name="reaudit"),
    path("audits/<int:pk>/progress/", auditing.reaudit_progress, name="reaudit_progress"),
    path("audits/<int:pk>/awards.csv", auditing.reaudit_csv, name="reaudit_csv"),
    path("audits/<int:pk>/leads/", auditing.lead_list, name="designation_leads"),
]
