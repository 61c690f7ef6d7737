from django.urls import path

from . import views
from .auditing import views as auditing

app_name = "tenders"
DRAW = "tenders/<slug:ref>/draws/<int:number>"
DRAW_ACTS = ("freeze", "value", "hold", "end", "commit", "open", "enter", "confirm")
CHALLENGE_ACTS = ("answer", "complain", "take-up", "propose", "decide")
choosing = [
    path("tenders/<slug:ref>/choosing/", views.choosing, name="choosing"),
    path("tenders/<slug:ref>/award/decide/", views.award_decide, name="award_decide"),
    path("tenders/<slug:ref>/evaluators/", views.evaluator_name, name="evaluator_name"),
    path("tenders/<slug:ref>/score/", views.score, name="score"),
    path("tenders/<slug:ref>/draws/new/", views.draw_new, name="draw_new"),
    path(f"{DRAW}/", views.draw, name="draw"),
    path(f"{DRAW}/draw.py", views.draw_script, name="draw_script"),
    path(f"{DRAW}/inputs.json", views.draw_inputs, name="draw_inputs"),
    *(path(f"{DRAW}/{act}/", views.draw_act, {"act": act}, name=f"draw_{act}") for act in DRAW_ACTS),
    path("tenders/<slug:ref>/auction/", views.auction, name="auction"),
    path("tenders/<slug:ref>/auction/live/", views.auction_live, name="auction_live"),
    path("tenders/<slug:ref>/auction/start/", views.auction_start, name="auction_start"),
    path("tenders/<slug:ref>/auction/price/", views.auction_price, name="auction_price"),
    path("tenders/<slug:ref>/challenge/", views.challenge_new, name="challenge_new"),
    path("bids/<int:pk>/exclude/", views.bid_exclude, name="bid_exclude"),
    path("bids/<int:pk>/step-back/", views.bid_step_back, name="bid_step_back"),
    path("exclusions/<int:pk>/decide/", views.exclusion_decide, name="exclusion_decide"),
    path("low-prices/<int:pk>/justify/", views.low_price_justify, name="low_price_justify"),
    path("low-prices/<int:pk>/decide/", views.low_price_decide, name="low_price_decide"),
    path("evaluators/<int:pk>/recuse/", views.evaluator_recuse, name="evaluator_recuse"),
    path("challenges/", views.challenge_list, name="challenge_list"),
    path("challenges/<int:pk>/", views.challenge, name="challenge"),
    *(
        path(f"challenges/<int:pk>/{act}/", views.challenge_act, {"act": act}, name=f"challenge_{act}")
        for act in CHALLENGE_ACTS
    ),
]
urlpatterns = [
    path("tenders/", views.tender_list, name="tender_list"),
    path("tenders/methods/", views.methods, name="methods"),
    path("tenders/atom.xml", views.tender_feed, name="tender_feed"),
    path("tenders/calendar.ics", views.tender_calendar, name="tender_calendar"),
    path("tenders/mine/", views.own_tenders, name="own_tenders"),
    path("bids/mine/", views.own_bids, name="own_bids"),
    path("bids/<uuid:ref>/confirm/", views.bid_confirm, name="bid_confirm"),
    path("questions/<int:pk>/answer/", views.question_answer, name="question_answer"),
    path("tenders/<slug:ref>/notice/<slug:kind>/", views.notice, name="notice"),
    path("tenders/<slug:ref>/ask/", views.question_ask, name="question_ask"),
    path("tenders/<slug:ref>/amend/", views.tender_amend, name="tender_amend"),
    path("tenders/<slug:ref>/postpone/", views.tender_postpone, name="tender_postpone"),
    path("tenders/<slug:ref>/copy/", views.tender_copy, name="tender_copy"),
    path("tenders/new/", views.tender_new, name="tender_new"),
    path("tenders/<slug:ref>/", views.tender, name="tender"),
    path("tenders/<slug:ref>/edit/", views.tender_edit, name="tender_edit"),
    path("tenders/<slug:ref>/submit/", views.tender_submit, name="tender_submit"),
    path("tenders/<slug:ref>/take-back/", views.tender_take_back, name="tender_take_back"),
    path("tenders/<slug:ref>/return/", views.tender_return, name="tender_return"),
    path("tenders/<slug:ref>/pass/", views.tender_pass, name="tender_pass"),
    path("tenders/<slug:ref>/suspend/", views.tender_suspend, name="tender_suspend"),
    path("tenders/<slug:ref>/resume/", views.tender_resume, name="tender_resume"),
    path("tenders/<slug:ref>/annul/", views.tender_annul, name="tender_annul"),
    path("tenders/<slug:ref>/publish/", views.tender_publish, name="tender_publish"),
    path("tenders/<slug:ref>/cancel/", views.tender_cancel, name="tender_cancel"),
    path("tenders/<slug:ref>/award/", views.award, name="award"),
    *choosing,
    path("tenders/<slug:ref>/bid/", views.bid_new, name="bid_new"),
    path("tenders/<slug:ref>/bid/card.json", views.bid_card, name="bid_card"),
    path("tenders/<slug:ref>/bid/parts/", views.bid_part, name="bid_part"),
    path("bids/<uuid:ref>/files/<slug:file>/", views.bid_file, name="bid_file"),
    path("trustees/", views.trustee_desk, name="trustee_desk"),
    path("trustees/waiting.json", views.trustee_file, name="trustee_file"),
    path("trustees/answer/", views.trustee_answer, name="trustee_answer"),
    path("trustees/<slug:ref>/waiting/", views.trustee_waiting, name="trustee_waiting"),
    path("trustees/<slug:ref>/keys/", views.trustee_keys, name="trustee_keys"),
    path("trustees/<slug:ref>/shares/", views.trustee_shares, name="trustee_shares"),
    path("bids/<uuid:ref>/", views.bid_receipt, name="bid_receipt"),
    path("bids/<uuid:ref>/withdraw/", views.bid_withdraw, name="bid_withdraw"),
    path("audits/", auditing.reaudit_list, name="reaudit_list"),
    path("audits/start/", auditing.reaudit_start, name="reaudit_start"),
    path("audits/<int:pk>/", auditing.reaudit, name="reaudit"),
    path("audits/<int:pk>/progress/", auditing.reaudit_progress, name="reaudit_progress"),
    path("audits/<int:pk>/awards.csv", auditing.reaudit_csv, name="reaudit_csv"),
    path("audits/<int:pk>/leads/", auditing.lead_list, name="designation_leads"),
]
