from django.urls import path

from . import views

app_name = "payments"
urlpatterns = [
    path("payments/", views.charge_list, name="charge_list"),
    path("payments/account/", views.account, name="account"),
    path("payments/account/stripe/", views.stripe_account, name="stripe_account"),
    path("payments/statement/", views.statement, name="statement"),
    path("payments/statement.xlsx", views.statement_file, name="statement_file"),
    path("payments/statement/<int:pk>/", views.statement_of, name="statement_of"),
    path("payments/statement/<int:pk>.xlsx", views.statement_file_of, name="statement_file_of"),
    path("payments/transfers/", views.transfer_list, name="transfer_list"),
    path("payments/transfers/<int:pk>/received/", views.transfer_receive, name="transfer_receive"),
    path("payments/transfers/<int:pk>/confirmed/", views.transfer_confirm, name="transfer_confirm"),
    path("payments/transfers/<int:pk>/refused/", views.transfer_refuse, name="transfer_refuse"),
    path("payments/transfers/<int:pk>/voucher/", views.voucher, name="voucher"),
    path("payments/orders/<int:pk>/transfer/", views.transfer_new, name="transfer_new"),
    path("payments/payouts/", views.payout_list, name="payout_list"),
    path("payments/held/", views.hold_list, name="hold_list"),
    path("payments/held/<int:pk>/end/", views.hold_end, name="hold_end"),
    path("payments/fees/", views.fees, name="fees"),
    path("payments/events/", views.event_list, name="event_list"),
    path("payments/events/<int:pk>/again/", views.event_replay, name="event_replay"),
    path("payments/bank-statements/", views.bank_statement_list, name="bank_statement_list"),
    path("payments/bank-statements/new/", views.bank_statement_new, name="bank_statement_new"),
    path(
        "payments/bank-statements/template.<str:fmt>",
        views.bank_statement_template,
        name="bank_statement_template",
    ),
    path("payments/bank-statements/<slug:ref>/", views.bank_statement, name="bank_statement"),
    path(
        "payments/bank-statements/<slug:ref>/compared.<str:fmt>",
        views.bank_statement_file,
        name="bank_statement_file",
    ),
    path(
        "payments/bank-statements/<slug:ref>/withdraw/",
        views.bank_statement_withdraw,
        name="bank_statement_withdraw",
    ),
    path("payments/<slug:ref>/", views.charge, name="charge"),
    path("payments/<slug:ref>/fund/", views.fund, name="fund"),
]
machine = (
    [path("stripe/webhook/", views.stripe_webhook, name="stripe_webhook")],
    "payments_machine",
)
