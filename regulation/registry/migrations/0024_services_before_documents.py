from django.db import migrations

# Who publishes a ruling locks its service (not_harder, at commit) and the documents of rulings, shared; who renames
# a service locks its row and then the documents, alone. So the publisher takes the service first, too. Writers of
# provisions take the lock alone at once: an instrument that takes its articles along would have to raise it.
WRITTEN = """
CREATE OR REPLACE FUNCTION registry_document_written() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE ids bigint[];
    BEGIN
        IF TG_OP = 'INSERT' THEN
            SELECT array_agg(id) INTO ids FROM new_rows;
        ELSIF TG_OP = 'DELETE' THEN
            SELECT array_agg(id) INTO ids FROM old_rows;
        ELSE
            SELECT array_agg(id) INTO ids FROM (SELECT id FROM new_rows UNION SELECT id FROM old_rows) both_rows;
        END IF;
        IF ids IS NULL THEN
            RETURN NULL;
        END IF;
        IF TG_ARGV[0] = 'rulings' THEN
            {services}
            PERFORM pg_advisory_xact_lock_shared(hashtext('registry_document'), hashtext('rulings'));
        ELSIF TG_ARGV[0] = 'provisions' THEN
            PERFORM {provisions}(hashtext('registry_document'), hashtext('provisions'));
        END IF;
        PERFORM registry_refresh_documents(TG_ARGV[0], ids);
        RETURN NULL;
    END;
$$;
"""
SERVICES = """
            PERFORM 1 FROM registry_service WHERE id IN (
                SELECT service_id FROM registry_ruling WHERE id IN (SELECT unnest(ids)) AND published_at IS NOT NULL
            ) ORDER BY id FOR NO KEY UPDATE;"""
AFTER = WRITTEN.format(services=SERVICES, provisions="pg_advisory_xact_lock")
BEFORE = WRITTEN.format(services="", provisions="pg_advisory_xact_lock_shared")


class Migration(migrations.Migration):
    dependencies = [("registry", "0023_comments_of_one_person")]
    operations = [migrations.RunSQL(AFTER, BEFORE)]
