import datetime as dt

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from . import views
from .exchange import views as exchange
from .forms.days import EARLIEST, LATEST


class RefConverter(StringConverter):
    """Whatever a reference may hold; never the one character a database cannot keep."""

    regex = r"[^/\x00]+"


register_converter(RefConverter, "registry_ref")


class DayConverter:
    """A day as 2026-08-15, within the years periods of law lie in."""

    regex = r"(?:19|20|21)\d{2}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        day = dt.date.fromisoformat(value)
        if not EARLIEST <= day <= LATEST:
            raise ValueError(value)
        return day

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


register_converter(DayConverter, "registry_day")


class ListConverter(StringConverter):
    """A list of one verdict in a region."""

    regex = "mandatory|optional|commissioned|abolished|area_assessed"


class PowersConverter(StringConverter):
    """The one kind of list that is a department's; the department follows the region."""

    regex = "powers"


class FormConverter(StringConverter):
    regex = "xlsx|csv|jsonl"


register_converter(ListConverter, "registry_list")
register_converter(PowersConverter, "registry_powers")
register_converter(FormConverter, "registry_form")


def editions(place: str) -> list[URLPattern]:
    """The lasting addresses of one list and its editions."""
    edition = place + "<int:number>"
    return [
        path(place, views.list_series, name="list_series"),
        path(f"{edition}/", views.edition, name="edition"),
        path(f"{edition}.<registry_form:form>", views.edition_file, name="edition_file"),
        path(f"{edition}/difference/<int:other>/", views.edition_difference, name="edition_difference"),
    ]


PLACE = "requirements/<slug:service>/<slug:region>/<slug:approval>/"

app_name = "registry"
urlpatterns = [
    path("need/", views.need_check, name="need_check"),
    path("need/found/", views.need_found, name="need_found"),
    path("approvals/", views.approval_list, name="approval_list"),
    path("approvals/<slug:ref>/", views.approval, name="approval"),
    path("approvals/<slug:ref>/elsewhere/", views.elsewhere, name="elsewhere"),
    path("delegations/", views.delegation_list, name="delegation_list"),
    path("standards/", views.standard_list, name="standard_list"),
    path("services/", views.service_list, name="service_list"),
    path("services/<slug:code>/", views.service, name="service"),
    path("services/<slug:code>/regions/", views.service_regions, name="service_regions"),
    path("rulings/<int:pk>/", views.ruling, name="ruling"),
    path("rulings/<int:pk>/against/<int:other>/", views.comparison, name="comparison"),
    path(PLACE, views.requirement, name="requirement"),
    path(PLACE + "<registry_day:on>/", views.requirement, name="requirement_on"),
    path(PLACE + "<registry_day:on>/said/<registry_day:said>/", views.requirement, name="requirement_said"),
    path("rulings/lapsed/", views.lapsed_list, name="lapsed_list"),
    path("rulings/drafts/", views.draft_list, name="draft_list"),
    path("rulings/drafts/new/", views.draft_new, name="draft_new"),
    path("rulings/drafts/find/<slug:kind>/", views.draft_find, name="draft_find"),
    path("rulings/drafts/<int:pk>/", views.draft_review, name="draft_review"),
    path("rulings/drafts/<int:pk>/edit/", views.draft_edit, name="draft_edit"),
    path("rulings/drafts/<int:pk>/return/", views.draft_return, name="draft_return"),
    path("rulings/drafts/<int:pk>/withdraw/", views.draft_withdraw, name="draft_withdraw"),
    path("changes/", views.changes, name="changes"),
    path("changes/atom.xml", views.feed, name="changes_feed"),
    path("changes/<slug:topic>/<registry_ref:key>/", views.changes, name="topic_changes"),
    path("changes/<slug:topic>/<registry_ref:key>/atom.xml", views.feed, name="topic_feed"),
    path("following/", views.following_list, name="following_list"),
    path("following/start/", views.following_start, name="following_start"),
    path("following/<int:pk>/end/", views.following_end, name="following_end"),
    path("following/stop/<str:token>/", views.following_stop, name="following_stop"),
    path("regions/league/", views.league, name="league"),
    path("regions/league.csv", views.league_csv, name="league_csv"),
    path("reported/", views.reported, name="reported"),
    path("measures/drafts/", views.measure_list, name="measure_list"),
    path("measures/drafts/new/", views.measure_new, name="measure_new"),
    path("measures/drafts/<int:pk>/", views.measure_review, name="measure_review"),
    path("measures/drafts/<int:pk>/edit/", views.measure_edit, name="measure_edit"),
    path("measures/drafts/<int:pk>/return/", views.measure_return, name="measure_return"),
    path("measures/drafts/<int:pk>/withdraw/", views.measure_withdraw, name="measure_withdraw"),
    path("rulings/drafts/<int:pk>/submit/", views.draft_submit, name="draft_submit"),
    path("rulings/drafts/<int:pk>/pass/", views.draft_pass, name="draft_pass"),
    path("rulings/drafts/<int:pk>/schedule/", views.draft_schedule, name="draft_schedule"),
    path("rulings/drafts/<int:pk>/unschedule/", views.draft_unschedule, name="draft_unschedule"),
    path("rulings/drafts/<int:pk>/history/", views.draft_history, name="draft_history"),
    path("rulings/drafts/<int:pk>/consult/", views.consultation_new, name="consultation_new"),
    path("consultations/", views.consultation_list, name="consultation_list"),
    path("consultations/<int:pk>/", views.consultation, name="consultation"),
    path("consultations/<int:pk>/answer/", views.consultation_answer, name="consultation_answer"),
    path("consultations/comments/<int:pk>/hide/", views.comment_hide, name="comment_hide"),
    path("<str:kind>/export.<str:fmt>", exchange.export, name="export"),
    path("imports/", exchange.import_list, name="import_list"),
    path("imports/new/", exchange.import_new, name="import_new"),
    path("imports/templates/<str:kind>.<str:fmt>", exchange.template, name="import_template"),
    path("imports/<int:pk>/", exchange.import_detail, name="import"),
    path("imports/<int:pk>/progress/", exchange.import_progress, name="import_progress"),
    path("imports/<int:pk>/faults.csv", exchange.import_faults, name="import_faults"),
    path("imports/<int:pk>/confirm/", exchange.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/cancel/", exchange.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/drafts/", exchange.import_drafts, name="import_drafts"),
    path("laws/", views.instrument_list, name="instrument_list"),
    path("laws/<registry_ref:ref>/", views.instrument, name="instrument"),
    path("laws/<registry_ref:ref>/rulings/", views.instrument_rulings, name="instrument_rulings"),
    path("provisions/<registry_ref:ref>/", views.provision, name="provision"),
    path("area-assessments/", views.area_list, name="area_list"),
    path("lists/", views.list_index, name="list_index"),
    path("lists/drafts/", views.edition_drafts, name="edition_drafts"),
    path("lists/drafts/new/", views.edition_new, name="edition_new"),
    path("lists/drafts/<int:pk>/", views.edition_review, name="edition_review"),
    path("lists/drafts/<int:pk>/withdraw/", views.edition_withdraw, name="edition_withdraw"),
    *editions("lists/<registry_list:kind>/<slug:region>/"),
    *editions("lists/<registry_powers:kind>/<slug:region>/<int:department>/"),
    path("area-assessments/drafts/", views.assessment_list, name="assessment_list"),
    path("area-assessments/drafts/new/", views.assessment_new, name="assessment_new"),
    path("area-assessments/drafts/<int:pk>/", views.assessment_review, name="assessment_review"),
    path("area-assessments/drafts/<int:pk>/edit/", views.assessment_edit, name="assessment_edit"),
    path("area-assessments/drafts/<int:pk>/return/", views.assessment_return, name="assessment_return"),
    path("area-assessments/drafts/<int:pk>/withdraw/", views.assessment_withdraw, name="assessment_withdraw"),
    path("area-assessments/<int:pk>/end/", views.assessment_end, name="assessment_end"),
    path("zones/", views.zone_list, name="zone_list"),
    path("zones/<slug:ref>/", views.zone, name="zone"),
    path("joint-review/", views.joint_review_list, name="joint_review_list"),
    path("joint-review/<slug:ref>/", views.joint_review, name="joint_review"),
    path("joint-review/<slug:ref>/plan/", views.joint_plan, name="joint_plan"),
]
