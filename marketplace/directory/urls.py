from django.urls import path

from . import views

app_name = "directory"
urlpatterns = [
    path("directory/", views.intermediary_list, name="intermediary_list"),
    path("directory/own/", views.own_profile, name="own_profile"),
    path("directory/own/offers/new/", views.offer_new, name="offer_new"),
    path("directory/own/offers/<int:pk>/end/", views.offer_end, name="offer_end"),
    path("directory/own/qualifications/new/", views.qualification_new, name="qualification_new"),
    path("directory/own/qualifications/<int:pk>/end/", views.qualification_end, name="qualification_end"),
    path("directory/<slug:ref>/", views.intermediary, name="intermediary"),
]
