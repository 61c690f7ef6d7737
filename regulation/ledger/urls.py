from django.urls import path

from . import views

app_name = "ledger"
machine = (
    [
        path("checkpoint", views.checkpoint, name="checkpoint"),
        path("rotations", views.rotations, name="rotations"),
        path("tile/<str:level>/<path:index>", views.tile, name="tile"),
    ],
    app_name,
)
urlpatterns = [
    path("ledger/", views.about, name="about"),
    path("ledger/alarms/", views.alarm_list, name="alarm_list"),
    path("ledger/alarms/<int:pk>/", views.alarm, name="alarm"),
    path("ledger/erasures/", views.erasure_list, name="erasure_list"),
    path("ledger/erasures/ask/", views.erasure_find, name="erasure_find"),
    path("ledger/erasures/ask/<int:entry>/", views.erasure_ask, name="erasure_ask"),
    path("ledger/erasures/<int:pk>/", views.erasure, name="erasure"),
    path("ledger/erasures/<int:pk>/erase/", views.erasure_confirm, name="erasure_confirm"),
    path("ledger/erasures/<int:pk>/decline/", views.erasure_decline, name="erasure_decline"),
    path("record/<slug:kind>/<str:key>/", views.record_page, name="record"),
    path("record/<slug:kind>/<str:key>/<slug:commitment>/", views.record_proof, name="record_proof"),
    path("receipts/<slug:ref>/", views.receipt, name="receipt"),
    path("receipts/<slug:ref>/file/", views.receipt_download, name="receipt_download"),
    path("verify/", views.verify, name="verify"),
    path("outbox/", views.dead_letter_list, name="dead_letter_list"),
    path("outbox/try-again/", views.letters_try_again, name="letters_try_again"),
    path("outbox/<int:pk>/try-again/", views.letter_try_again, name="letter_try_again"),
]
