"""A check compares the addresses, contacts and accounts of its day, as known at its moment, not today's."""

from importlib import import_module

from django.db import migrations

before = import_module("regulation.decoupling.migrations.0012_read_in_one_step")

TODAYS = """e.address, e.phone, lower(e.email),
                encode(e.account_digest, 'hex')))
            FROM parties_entity e WHERE e.id = ANY(entities)),"""
OF_THE_DAY = """c.address, c.phone, lower(c.email),
                encode(c.account_digest, 'hex')))
            FROM parties_entity e
            LEFT JOIN parties_contactrecord c ON c.entity_id = e.id AND {c} AND c.held @> day
            WHERE e.id = ANY(entities)),"""
CONTACTS = {"standing": "upper_inf(c.recorded)", "known": "c.recorded @> moment"}


def replacing(template: str) -> list[str]:
    return [
        template.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").format(
            name=name,
            settings=before.SETTINGS,
            i=reading.format(of="i"),
            s=reading.format(of="s"),
            c=CONTACTS[name],
        )
        for name, reading in before.READINGS.items()
    ]


def read_of_the_day() -> str:
    if TODAYS not in before.GATHERED:
        raise ValueError("the reading of a check is not what this migration changes")
    return before.GATHERED.replace(TODAYS, OF_THE_DAY)


class Migration(migrations.Migration):
    dependencies = [
        ("decoupling", "0018_packs_disclosures_and_overdue"),
        ("parties", "0021_contacts_of_earlier_days"),
    ]

    operations = [migrations.RunSQL(replacing(read_of_the_day()), replacing(before.GATHERED))]
