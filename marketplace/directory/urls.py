from django.urls import path

from . import credit_views, views

app_name = "directory"
urlpatterns = [
    path("directory/", views.intermediary_list, name="intermediary_list"),
    path("directory/own/", views.own_profile, name="own_profile"),
    path("directory/own/offers/new/", views.offer_new, name="offer_new"),
    path("directory/own/offers/<int:pk>/end/", views.offer_end, name="offer_end"),
    path("directory/own/qualifications/new/", views.qualification_new, name="qualification_new"),
    path("directory/own/qualifications/<int:pk>/end/", views.qualification_end, name="qualification_end"),
    path("directory/sanctions/", credit_views.sanction_list, name="sanction_list"),
    path("directory/sanctions/<slug:ref>/", credit_views.sanction, name="sanction"),
    path("directory/sanctions/<slug:ref>/reply/", credit_views.sanction_reply, name="sanction_reply"),
    path("directory/sanctions/<slug:ref>/propose/", credit_views.sanction_propose, name="sanction_propose"),
    path("directory/sanctions/<slug:ref>/return/", credit_views.sanction_return, name="sanction_return"),
    path("directory/sanctions/<slug:ref>/decide/", credit_views.sanction_decide, name="sanction_decide"),
    path("directory/sanctions/<slug:ref>/lift/", credit_views.sanction_lift, name="sanction_lift"),
    path("directory/<slug:ref>/", views.intermediary, name="intermediary"),
]
