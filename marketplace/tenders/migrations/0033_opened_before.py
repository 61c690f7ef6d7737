from django.db import migrations


class Migration(migrations.Migration):
    """Tenders that were opened before this was noted: regulators find the checks of their bidders too."""

    dependencies = [
        ("decoupling", "0020_opened_to_regulators"),
        ("tenders", "0032_public_notices"),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO decoupling_unsealed (of, at)
            SELECT 'tenders.tender/' || ref, opened_at FROM tenders_tender WHERE opened_at IS NOT NULL
            ON CONFLICT DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
    ]
