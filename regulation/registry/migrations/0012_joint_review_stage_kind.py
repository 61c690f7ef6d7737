from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0011_zone_assessments_by_two"),
    ]

    operations = [
        migrations.AddField(
            model_name='jointreviewstage',
            name='kind',
            field=models.CharField(blank=True, choices=[('acceptance', 'joint acceptance'), ('preparation', 'preparation side by side'), ('review', 'review side by side'), ('approval', 'approval side by side'), ('delivery', 'joint delivery')], max_length=12, verbose_name='what is done'),
        ),
    ]
