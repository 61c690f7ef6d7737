from django.db import migrations

# The same pairs as regulation.registry.text.terms: neighbours within a run, and the last character of a run.
BIGRAMS = """
CREATE FUNCTION registry_bigrams(names text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_to_tsvector(array_agg(DISTINCT substr(run[1], i, 2))), ''::tsvector)
    FROM regexp_matches(lower(names || E'\\n' || body), '[0-9a-z\\u3400-\\u9fff]+', 'g') run,
         LATERAL generate_series(1, length(run[1])) i
$$;
"""


class Migration(migrations.Migration):
    """The pairs of neighbouring characters of a text, in the database."""

    dependencies = [("registry", "0014_instrument_pinyin")]
    operations = [migrations.RunSQL(BIGRAMS, "DROP FUNCTION registry_bigrams(text, text)")]
