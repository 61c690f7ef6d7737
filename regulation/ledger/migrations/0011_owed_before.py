from django.db import migrations

# What was owed before: an effect that has run for one entry of a kind and not for another of it.
OWED = """
INSERT INTO ledger_outstanding (entry_id, effect, tries, error)
SELECT e.id, known.effect, 0, ''
FROM (SELECT DISTINCT d.effect, r.kind FROM ledger_delivery d JOIN ledger_entry r ON r.id = d.entry_id) known
JOIN ledger_entry e ON e.kind = known.kind
WHERE NOT EXISTS (
    SELECT 1 FROM ledger_delivery d WHERE d.entry_id = e.id AND d.effect = known.effect)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0010_outbox'),
    ]

    operations = [
        migrations.RunSQL(OWED, migrations.RunSQL.noop),
    ]
