from django.urls import path

from . import views

app_name = "tenders"
urlpatterns = [
    path("tenders/", views.tender_list, name="tender_list"),
    path("tenders/new/", views.tender_new, name="tender_new"),
    path("tenders/<slug:ref>/", views.tender, name="tender"),
    path("tenders/<slug:ref>/edit/", views.tender_edit, name="tender_edit"),
    path("tenders/<slug:ref>/publish/", views.tender_publish, name="tender_publish"),
    path("tenders/<slug:ref>/cancel/", views.tender_cancel, name="tender_cancel"),
    path("tenders/<slug:ref>/award/", views.award, name="award"),
    path("tenders/<slug:ref>/bid/", views.bid_new, name="bid_new"),
    path("bids/<int:pk>/", views.bid_receipt, name="bid_receipt"),
    path("bids/<int:pk>/withdraw/", views.bid_withdraw, name="bid_withdraw"),
]
