import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0022_standards"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='not_too_often', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM 1 FROM parties_user WHERE id = NEW.author_id FOR NO KEY UPDATE;\n                    IF (\n                        SELECT count(*) FROM registry_comment\n                        WHERE consultation_id = NEW.consultation_id AND author_id = NEW.author_id\n                    ) >= 5 THEN\n                        RAISE EXCEPTION 'comment_not_too_often: consultation %', NEW.consultation_id\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'comment_not_too_often';\n                    END IF;\n                    RETURN NEW;\n                ", hash='26e2d37ec25760a533419a97be77fface28a7816', operation='INSERT', pgid='pgtrigger_not_too_often_fed8c', table='registry_comment', when='BEFORE')),
        ),
    ]
