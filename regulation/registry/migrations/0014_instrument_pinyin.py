from django.db import migrations, models


def fill(apps, schema_editor):
    from regulation.registry import text

    Instrument = apps.get_model("registry", "Instrument")
    laws = list(Instrument.objects.all())
    for law in laws:
        law.pinyin, law.initials = text.pinyin(law.title), text.initials(law.title)
    Instrument.objects.bulk_update(laws, ["pinyin", "initials"], batch_size=500)


class Migration(migrations.Migration):
    """A law is found by the pinyin and initials of its title."""

    dependencies = [("registry", "0013_names_on_staff_screens")]
    operations = [
        migrations.AddField("instrument", "pinyin", models.TextField(blank=True, editable=False)),
        migrations.AddField("instrument", "initials", models.CharField(blank=True, editable=False, max_length=200)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
