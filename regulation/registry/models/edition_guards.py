"""What the database holds editions of lists to, as bodies of triggers."""


def _refuse(name: str) -> str:
    refusal = f"RAISE EXCEPTION '{name}: edition %', NEW.id"
    return f"{refusal} USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


NUMBERED_FUNC = f"""
    IF TG_OP = 'UPDATE' AND OLD.published_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM registry_publiclist WHERE id = NEW.of_list_id FOR NO KEY UPDATE;
    SELECT * INTO last FROM registry_edition
    WHERE of_list_id = NEW.of_list_id AND published_at IS NOT NULL ORDER BY number DESC LIMIT 1;
    IF NEW.number IS DISTINCT FROM coalesce(last.number, 0) + 1 THEN
        {_refuse("edition_numbers_are_unbroken")}
    END IF;
    IF NEW.digest = '' OR NEW.digest = last.digest THEN
        {_refuse("edition_says_something_new")}
    END IF;
    IF NEW.as_of < last.as_of THEN
        {_refuse("edition_days_go_forward")}
    END IF;
    RETURN NEW;
"""

# Once compiled only the publication, or the withdrawal, may still be written; after that nothing.
STANDS_FUNC = f"""
    IF OLD.published_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR (OLD.digest <> '' AND
        (to_jsonb(NEW) - ARRAY['number', 'published_at', 'published_by_id', 'withdrawn_at',
                               'added', 'removed', 'changed'])
        IS DISTINCT FROM
        (to_jsonb(OLD) - ARRAY['number', 'published_at', 'published_by_id', 'withdrawn_at',
                               'added', 'removed', 'changed'])) THEN
        {_refuse("edition_stands")}
    END IF;
    RETURN NEW;
"""

WHOLE_FUNC = f"""
    IF NOT EXISTS (
        SELECT 1 FROM registry_edition e WHERE e.id = NEW.id AND e.digest <> ''
          AND e.row_count = (SELECT count(*) FROM registry_editionrow r WHERE r.edition_id = e.id)
    ) THEN
        {_refuse("edition_is_whole")}
    END IF;
    RETURN NULL;
"""

OPEN_FUNC = """
    IF NOT EXISTS (SELECT 1 FROM registry_edition WHERE id = NEW.edition_id AND digest = '') THEN
        RAISE EXCEPTION 'edition_row_comes_with_its_edition: edition %', NEW.edition_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_row_comes_with_its_edition';
    END IF;
    RETURN NEW;
"""
