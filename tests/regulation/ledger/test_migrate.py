"""`migrate` keeps the models that a step does not change; what they say is what Django's own way says."""

import pytest
from django.db import connection, models
from django.db.migrations.operations import AddField, AlterField, CreateModel, RemoveField
from django.db.migrations.state import ProjectState, StateApps

from regulation.ledger.management.commands.migrate import _field_told, _model_told, _told

KEPT = {AddField: _field_told, CreateModel: _model_told}
KEY = ("id", models.BigAutoField(primary_key=True))
STEPS = (
    CreateModel("Firm", [KEY]),
    CreateModel("Bid", [KEY, ("firm", models.ForeignKey("house.Firm", models.CASCADE))]),
    AddField("Bid", "price", models.DecimalField(max_digits=9, decimal_places=2, default=1), False),
    AddField("Firm", "parent", models.ForeignKey("self", models.CASCADE, null=True)),
    AlterField("Bid", "price", models.DecimalField(max_digits=12, decimal_places=2)),
    AddField("Bid", "others", models.ManyToManyField("house.Firm", related_name="+")),
    RemoveField("Firm", "parent"),
    AddField("Bid", "note", models.TextField(db_column="remark", null=True)),
)


def said(apps: StateApps) -> dict[str, object]:
    """Of each model its columns, and who leads to it."""
    return {
        model._meta.label: (
            [(f.name, f.column, f.db_type(connection), f.has_default()) for f in model._meta.local_fields],
            [(f.name, f.remote_field.model._meta.label) for f in model._meta.local_many_to_many],
            sorted(r.related_model._meta.label for r in model._meta.related_objects),
        )
        for model in apps.get_models(include_auto_created=True)
    }


@pytest.mark.parametrize("last", range(1, len(STEPS) + 1))
def test_models_that_stay_say_what_models_made_anew_say(last):
    state = ProjectState()
    assert state.apps
    with _told(KEPT, frozenset({"house"})):
        for step in STEPS[:last]:
            step.state_forwards("house", state)
    assert said(state.apps) == said(StateApps(set(), state.models))


def test_a_model_stays_when_another_gets_a_key_to_it_and_only_in_rooms_that_were_named():
    for rooms, stays in ((frozenset({"house"}), True), (frozenset({"other"}), False)):
        state = ProjectState()
        assert state.apps
        STEPS[0].state_forwards("house", state)
        firm = state.apps.get_model("house.Firm")
        with _told(KEPT, rooms):
            STEPS[1].state_forwards("house", state)
        assert (state.apps.get_model("house.Firm") is firm) is stays
