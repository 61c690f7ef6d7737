from django.urls import URLPattern

app_name = "decoupling"
urlpatterns: list[URLPattern] = []
