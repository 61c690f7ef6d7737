import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """No screen wrote an assessment before this; one without an author would stop the migration."""

    dependencies = [
        ("registry", "0010_import_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='zoneassessment',
            options={'ordering': ['zone', 'service', 'valid', 'pk'], 'verbose_name': 'area assessment of a zone', 'verbose_name_plural': 'area assessments of zones'},
        ),
        migrations.RemoveConstraint(
            model_name='zoneassessment',
            name='zone_assessed_once_at_a_time',
        ),
        migrations.AddField(
            model_name='zoneassessment',
            name='author',
            field=models.ForeignKey(default=None, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='zoneassessment',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddField(
            model_name='zoneassessment',
            name='published_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='zoneassessment',
            name='reviewer',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='zoneassessment',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='zoneassessment',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1a5699bc50a39efefe08a667444f3ba5f340b1ee', operation='DELETE', pgid='pgtrigger_no_delete_ce28f', table='registry_zoneassessment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='zoneassessment',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;", hash='744583d12bc74172820809f6f3c2c44c54c2781b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b9260', table='registry_zoneassessment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='zoneassessment',
            trigger=pgtrigger.compiler.Trigger(name='published_stands', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."published_at" IS NOT NULL)', func="\n    IF (to_jsonb(NEW) - 'valid') IS DISTINCT FROM (to_jsonb(OLD) - 'valid')\n       OR NOT OLD.valid @> NEW.valid OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) THEN\n        RAISE EXCEPTION 'zone_assessment_published_stands: assessment %', OLD.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'zone_assessment_published_stands';\n    END IF;\n    RETURN NEW;\n", hash='543c99dfdbc0b89c9c8b5bc0d08a6aebf114fb87', operation='UPDATE', pgid='pgtrigger_published_stands_fe6d1', table='registry_zoneassessment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='zoneassessment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('published_at__isnull', False)), expressions=[('zone', '='), ('service', '='), ('valid', '&&')], name='zone_assessed_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='zoneassessment',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('reviewer__isnull', False), models.Q(('reviewer', models.F('author')), _negated=True)), _connector='OR'), name='zone_assessment_published_by_second_person'),
        ),
        migrations.AddConstraint(
            model_name='zoneassessment',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='zone_assessment_published_or_withdrawn'),
        ),
    ]
