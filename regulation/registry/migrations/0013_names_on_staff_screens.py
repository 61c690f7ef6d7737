import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0012_joint_review_stage_kind"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='areaassessmentmatter',
            options={'ordering': ['region', 'pk'], 'verbose_name': 'area-assessment matter', 'verbose_name_plural': 'area-assessment matters'},
        ),
        migrations.AlterModelOptions(
            name='jointreviewscheme',
            options={'verbose_name': 'joint review scheme', 'verbose_name_plural': 'joint review schemes'},
        ),
        migrations.AlterField(
            model_name='activity',
            name='name',
            field=models.CharField(max_length=200, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='name_en',
            field=models.CharField(blank=True, max_length=300, verbose_name='name, in English'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.region', verbose_name='region'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='source',
            field=models.CharField(max_length=400, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='activitystep',
            name='approval',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.approval', verbose_name='approval'),
        ),
        migrations.AlterField(
            model_name='activitystep',
            name='position',
            field=models.PositiveSmallIntegerField(verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='activitystep',
            name='stage',
            field=models.CharField(max_length=60, verbose_name='stage'),
        ),
        migrations.AlterField(
            model_name='activitystep',
            name='stage_en',
            field=models.CharField(blank=True, max_length=80, verbose_name='stage, in English'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='matter',
            field=models.CharField(max_length=120, verbose_name='matter'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='matter_en',
            field=models.CharField(blank=True, max_length=200, verbose_name='matter, in English'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='payer_note',
            field=models.TextField(blank=True, verbose_name='who pays'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='payer_note_en',
            field=models.TextField(blank=True, verbose_name='who pays, in English'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='provision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='area_matters', to='registry.provision', verbose_name='provision'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.region', verbose_name='region'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='service',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='area_matters', to='registry.service', verbose_name='service'),
        ),
        migrations.AlterField(
            model_name='areaassessmentmatter',
            name='source',
            field=models.CharField(max_length=300, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='name_en',
            field=models.CharField(blank=True, max_length=200, verbose_name='name, in English'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='position',
            field=models.PositiveSmallIntegerField(verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='prepared_by',
            field=models.TextField(blank=True, verbose_name='prepared by'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='prepared_by_en',
            field=models.TextField(blank=True, verbose_name='prepared by, in English'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='reviewed_by',
            field=models.TextField(blank=True, verbose_name='reviewed by'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='reviewed_by_en',
            field=models.TextField(blank=True, verbose_name='reviewed by, in English'),
        ),
        migrations.AlterField(
            model_name='jointreviewitem',
            name='service',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.service', verbose_name='service'),
        ),
        migrations.AlterField(
            model_name='jointreviewscheme',
            name='issued_on',
            field=models.DateField(blank=True, null=True, verbose_name='issued on'),
        ),
        migrations.AlterField(
            model_name='jointreviewscheme',
            name='number',
            field=models.CharField(blank=True, max_length=120, verbose_name='number of the document'),
        ),
        migrations.AlterField(
            model_name='jointreviewscheme',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.region', verbose_name='region'),
        ),
        migrations.AlterField(
            model_name='jointreviewscheme',
            name='source',
            field=models.CharField(max_length=300, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='jointreviewscheme',
            name='title',
            field=models.CharField(max_length=200, verbose_name='title'),
        ),
        migrations.AlterField(
            model_name='jointreviewscheme',
            name='title_en',
            field=models.CharField(blank=True, max_length=300, verbose_name='title, in English'),
        ),
        migrations.AlterField(
            model_name='jointreviewstage',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='jointreviewstage',
            name='name_en',
            field=models.CharField(blank=True, max_length=200, verbose_name='name, in English'),
        ),
        migrations.AlterField(
            model_name='jointreviewstage',
            name='note',
            field=models.TextField(blank=True, verbose_name='note'),
        ),
        migrations.AlterField(
            model_name='jointreviewstage',
            name='note_en',
            field=models.TextField(blank=True, verbose_name='note, in English'),
        ),
        migrations.AlterField(
            model_name='jointreviewstage',
            name='position',
            field=models.PositiveSmallIntegerField(verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='jointreviewstage',
            name='working_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='working days'),
        ),
        migrations.AlterField(
            model_name='zone',
            name='is_invented',
            field=models.BooleanField(default=False, verbose_name='invented, for the demo'),
        ),
        migrations.AlterField(
            model_name='zone',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zones', to='parties.region', verbose_name='region'),
        ),
        migrations.AlterField(
            model_name='zoneassessment',
            name='provision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zone_assessments', to='registry.provision', verbose_name='provision'),
        ),
        migrations.AlterField(
            model_name='zoneassessment',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zone_assessments', to='registry.service', verbose_name='service'),
        ),
        migrations.AlterField(
            model_name='zoneassessment',
            name='zone',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='registry.zone', verbose_name='zone'),
        ),
    ]
