"""What a row behind a gate needs at its commit, for any room's trigger: a contract, a payout."""

from django.db import migrations

CLEAR = """
CREATE FUNCTION decoupling_clear(checked bigint, at_gate text, seller bigint, authority bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM decoupling_check c
        WHERE c.id = checked AND c.gate = at_gate AND c.outcome = 'clear'
          AND c.intermediary_id = seller AND c.department_id = authority
          AND c.made_at > clock_timestamp() - interval '1 hour'
          AND (c.reason_code LIKE 'determination/%'
               OR NOT decoupling_affiliated(seller, authority, c."on"))
          AND EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kind = 'decoupling.checked'
                      AND e.subject = 'decoupling.check/' || c.id)
          AND NOT EXISTS (SELECT 1 FROM decoupling_check n
                          WHERE n.intermediary_id = seller AND n.department_id = authority
                            AND n.id > c.id AND n.outcome <> 'clear')
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("decoupling", "0012_read_in_one_step"),
        ("ledger", "0002_initial"),  # the function asks for the entry of a check
    ]

    operations = [migrations.RunSQL(CLEAR, "DROP FUNCTION decoupling_clear(bigint, text, bigint, bigint)")]
