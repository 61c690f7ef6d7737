from django.db import migrations

# The one way to destroy the content of an entry. It runs as the owner, whoever calls it, and takes nobody's
# word: the erasure must be open and asked by somebody else, the entry that says so must have been recorded by
# this transaction, the entry must stand in the tree, and nothing that follows from it may still be owed.
ERASE = """
CREATE FUNCTION public.ledger_erase(erasure bigint, said bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked public.ledger_erasure%ROWTYPE;
    told public.ledger_entry%ROWTYPE;
    refused text;
BEGIN
    SELECT * INTO asked FROM public.ledger_erasure e WHERE e.id = erasure FOR UPDATE;
    SELECT * INTO told FROM public.ledger_entry e WHERE e.id = said;
    refused := CASE
        WHEN coalesce(current_setting('pgtrigger.ignore', true), '') <> '' THEN 'erasure_with_its_triggers'
        WHEN asked.id IS NULL OR asked.outcome <> '' THEN 'erasure_waits'
        WHEN told.id IS NULL OR told.kind <> 'ledger.erased' OR told.actor_id IS NULL
             OR told.subject <> 'ledger.entry/' || asked.entry_id
             OR told.recorded_at < transaction_timestamp() THEN 'erasure_is_told'
        WHEN told.actor_id = asked.asked_by_id THEN 'erasure_takes_two_people'
        WHEN NOT EXISTS (SELECT FROM public.ledger_leaf l WHERE l.entry_id = asked.entry_id)
             THEN 'erasure_after_the_leaf'
        WHEN EXISTS (SELECT FROM public.ledger_outstanding o WHERE o.entry_id = asked.entry_id)
             THEN 'erasure_after_the_effects'
    END;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION '%: erasure %', refused, erasure
            USING ERRCODE = 'check_violation', CONSTRAINT = refused;
    END IF;
    UPDATE public.ledger_entry SET salt = NULL, body = NULL WHERE id = asked.entry_id;
    UPDATE public.ledger_erasure
    SET outcome = 'erased', decided_by_id = told.actor_id, said_id = told.id
    WHERE id = asked.id;
END
$$;
REVOKE ALL ON FUNCTION public.ledger_erase(bigint, bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0014_erasure'),
    ]

    operations = [
        migrations.RunSQL(ERASE, "DROP FUNCTION public.ledger_erase(bigint, bigint)"),
    ]
