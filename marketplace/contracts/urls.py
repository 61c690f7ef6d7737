from django.urls import path

from . import views
from .views import credit, pleas, reviews

app_name = "contracts"
ONE = "contracts/<slug:ref>"
WORK = f"{ONE}/milestones/<int:position>"
urlpatterns = [
    path("contracts/", views.contract_list, name="contract_list"),
    path("contracts/mine/", views.own_contracts, name="own_contracts"),
    path("contracts/register/", views.deliverable_register, name="register"),
    path("contracts/reconciliations/", views.reconciliation_list, name="reconciliation_list"),
    path("contracts/reconciliations/<int:pk>/", views.reconciliation, name="reconciliation"),
    path("contracts/reviews/", reviews.review_list, name="review_list"),
    path("contracts/reviews/<slug:ref>/reply/", reviews.review_reply, name="review_reply"),
    path("contracts/reviews/<slug:ref>/object/", pleas.review_object, name="review_object"),
    path("contracts/pleas/", pleas.plea_list, name="plea_list"),
    path("contracts/pleas/<slug:ref>/", pleas.plea, name="plea"),
    path("contracts/pleas/<slug:ref>/reply/", pleas.plea_reply, name="plea_reply"),
    path("contracts/pleas/<slug:ref>/propose/", pleas.plea_propose, name="plea_propose"),
    path("contracts/pleas/<slug:ref>/return/", pleas.plea_return, name="plea_return"),
    path("contracts/pleas/<slug:ref>/decide/", pleas.plea_decide, name="plea_decide"),
    path("contracts/of/<slug:ref>/", views.of_tender, name="of_tender"),
    path("contracts/files/<slug:ref>/", views.file, name="file"),
    path("contracts/shares/<int:pk>/end/", views.share_end, name="share_end"),
    path(f"{ONE}/", views.contract, name="contract"),
    path(f"{ONE}/text/<int:number>/", views.version, name="version"),
    path(f"{ONE}/milestones/", views.milestones, name="milestones"),
    path(f"{ONE}/offer/", views.offer, name="offer"),
    path(f"{ONE}/take-back/", views.take_back, name="take_back"),
    path(f"{ONE}/sign/", views.sign, name="sign"),
    path(f"{ONE}/change/", views.change, name="change"),
    path(f"{ONE}/change/agree/", views.change_agree, name="change_agree"),
    path(f"{ONE}/change/decline/", views.change_decline, name="change_decline"),
    path(f"{ONE}/suspend/", views.suspend, name="suspend"),
    path(f"{ONE}/resume/", views.resume, name="resume"),
    path(f"{ONE}/reviews/", reviews.reviews, name="reviews"),
    path(f"{ONE}/reviews/new/", reviews.review_new, name="review_new"),
    path(f"{ONE}/reviews/raise/", reviews.review_raise, name="review_raise"),
    path(f"{ONE}/reviews/mend/", reviews.review_mend, name="review_mend"),
    path(f"{ONE}/complain/", pleas.complain, name="complain"),
    path(f"{WORK}/", views.milestone, name="milestone"),
    path(f"{WORK}/start/", views.start, name="start"),
    path(f"{WORK}/hand-in/", views.hand_in, name="hand_in"),
    path(f"{WORK}/answer/", views.answer, name="answer"),
    path(f"{WORK}/invoice/", views.invoice, name="invoice"),
    path(f"{WORK}/share/", views.share, name="share"),
    path("credit/", credit.credit_method, name="credit_method"),
    path("deliverables/<slug:token>/", views.shared, name="shared"),
    path("deliverables/<slug:token>/<slug:ref>/", views.shared_file, name="shared_file"),
]
