"""What the data files say of projects: conditions, activities, area assessments, joint review."""

from typing import Any

from .. import text
from ..models import (
    Activity,
    ActivityStep,
    Approval,
    AreaAssessmentMatter,
    Condition,
    JointReviewItem,
    JointReviewScheme,
    JointReviewStage,
    Provision,
    Service,
)
from .files import DataFile, day
from .put import Change, put
from .tables import ids


def conditions(file: DataFile) -> Change:
    rows = [
        {
            "code": row["code"],
            "question": row["question_zh"],
            "question_en": row["question_en"],
            "hint": row["hint_zh"],
            "hint_en": row["hint_en"],
            "source": row["source"],
        }
        for row in file.rows()
    ]
    return put(Condition.objects.all(), rows, key=("code",))


def activities(file: DataFile) -> Change:
    found, approval = file.document(), ids(Approval, "ref")
    rows = [
        {
            "ref": one["ref"],
            "region_id": one["region"],
            "name": one["name_zh"],
            "name_en": one["name_en"],
            "source": one["source"],
        }
        for one in found
    ]

    def derive(activity: Activity) -> None:
        activity.pinyin = text.pinyin(activity.name)
        activity.initials = text.initials(activity.name)

    change = put(Activity.objects.all(), rows, key=("ref",), derive=derive, derived=("pinyin", "initials"))
    activity = ids(Activity, "ref")
    steps = [
        {
            "activity_id": activity[one["ref"]],
            "position": step["position"],
            "stage": step["stage_zh"],
            "stage_en": step["stage_en"],
            "approval_id": approval[step["approval"]],
        }
        for one in found
        for step in one["steps"]
    ]
    return change + put(ActivityStep.objects.all(), steps, key=("activity_id", "position"))


def area_assessments(file: DataFile) -> Change:
    provision, service = ids(Provision, "ref"), ids(Service, "code")
    rows = [
        {
            "provision_id": provision[row["provision"]],
            "matter": row["matter"],
            "region_id": row["region"],
            "matter_en": row["matter_en"],
            "service_id": service[row["service"]] if row["service"] else None,
            "payer_note": row["payer_note_zh"],
            "payer_note_en": row["payer_note_en"],
            "source": row["source"],
        }
        for row in file.rows()
    ]
    return put(AreaAssessmentMatter.objects.all(), rows, key=("provision_id", "matter"))


def joint_review(file: DataFile) -> Change:
    found, service = file.document(), ids(Service, "code")
    schemes = [
        {
            "ref": one["ref"],
            "region_id": one["region"],
            "title": one["title_zh"],
            "title_en": one["title_en"],
            "number": one["number"],
            "issued_on": day(one["issued_on"]),
            "source": one["source"],
        }
        for one in found
    ]
    change = put(JointReviewScheme.objects.all(), schemes, key=("ref",))
    scheme = ids(JointReviewScheme, "ref")
    stages = [_stage(scheme[one["ref"]], row) for one in found for row in one["stages"]]
    items = [_item(scheme[one["ref"]], row, service) for one in found for row in one["items"]]
    key = ("scheme_id", "position")
    change += put(JointReviewStage.objects.all(), stages, key=key)
    return change + put(JointReviewItem.objects.all(), items, key=key)


def _stage(scheme: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "scheme_id": scheme,
        "position": row["position"],
        "kind": row["kind"],
        "name": row["name_zh"],
        "name_en": row["name_en"],
        "working_days": row["working_days"],
        "note": row["note_zh"],
        "note_en": row["note_en"],
    }


def _item(scheme: int, row: dict[str, Any], service: dict[str, int]) -> dict[str, Any]:
    return {
        "scheme_id": scheme,
        "position": row["position"],
        "name": row["name_zh"],
        "name_en": row["name_en"],
        "service_id": service[row["service"]] if row["service"] else None,
        "prepared_by": row["prepared_by_zh"],
        "prepared_by_en": row["prepared_by_en"],
        "reviewed_by": row["reviewed_by_zh"],
        "reviewed_by_en": row["reviewed_by_en"],
    }
