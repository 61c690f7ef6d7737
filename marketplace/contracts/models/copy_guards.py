"""What the database holds signed copies to."""

import pgtrigger

from . import guards


def _may_bind(person: str) -> str:
    """SQL: whether a person acts today for the party `NEW.entity_id` so that it may bind it as `NEW.side`."""
    return f"""NEW.entity_id = CASE NEW.side WHEN 'buyer' THEN c.buyer_id WHEN 'seller' THEN c.seller_id
                                              WHEN 'payer' THEN c.payer_id END
                AND (NEW.side <> 'payer' OR c.payer_id <> c.buyer_id)
                AND EXISTS (
                    SELECT 1 FROM public.parties_membership m
                    WHERE m.user_id = {person} AND m.entity_id = NEW.entity_id
                      AND m.valid @> (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
                      AND m.role = CASE NEW.side WHEN 'seller' THEN 'agent' ELSE 'owner' END)"""


def copy_by_who_may_bind() -> pgtrigger.Trigger:
    """A copy is of the version in force of a signed contract, given by who may bind a side; a further one
    follows where the one before was taken back or differs."""
    return guards.trigger(
        "by_who_may_bind",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                n integer;
            BEGIN
            SELECT v.number INTO n FROM public.contracts_version v WHERE v.id = NEW.version_id;
            SELECT k.* INTO c FROM public.contracts_contract k
            JOIN public.contracts_version v ON v.contract_id = k.id WHERE v.id = NEW.version_id
            FOR NO KEY UPDATE OF k;
            IF c.signed_at IS NULL OR c.version_no <> n THEN
                {guards.refuse("signed_copy_of_what_is_in_force", "NEW.version_id")}
            END IF;
            IF NOT ({_may_bind("NEW.given_by_id")}) THEN
                {guards.refuse("signed_copy_by_who_may_bind", "NEW.version_id")}
            END IF;
            IF NEW.number < 1 OR NEW.number > 1 AND NOT EXISTS (
                SELECT 1 FROM public.contracts_signedcopy b
                JOIN public.contracts_copyanswer a ON a.copy_id = b.id
                WHERE b.version_id = NEW.version_id AND b.number = NEW.number - 1
                  AND a.said <> 'confirmed') THEN
                {guards.refuse("signed_copy_one_at_a_time", "NEW.version_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


def answer_of_another_side() -> pgtrigger.Trigger:
    """The other sides confirm or say what differs, by another person who may bind them; the side that gave it
    takes it back. Nothing is said once it differs, was taken back, or was confirmed by all."""
    return guards.trigger(
        "of_another_side",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                k public.contracts_signedcopy%ROWTYPE;
                said integer;
            BEGIN
            SELECT * INTO k FROM public.contracts_signedcopy WHERE id = NEW.copy_id;
            SELECT o.* INTO c FROM public.contracts_contract o
            JOIN public.contracts_version v ON v.contract_id = o.id WHERE v.id = k.version_id
            FOR NO KEY UPDATE OF o;
            IF NOT ({_may_bind("NEW.said_by_id")}) THEN
                {guards.refuse("copy_answer_by_who_may_bind", "NEW.copy_id")}
            END IF;
            IF (NEW.side = k.side) <> (NEW.said = 'taken_back')
               OR NEW.side <> k.side AND NEW.said_by_id = k.given_by_id THEN
                {guards.refuse("copy_answer_of_another_side", "NEW.copy_id")}
            END IF;
            SELECT count(*) INTO said FROM public.contracts_copyanswer a
            WHERE a.copy_id = NEW.copy_id AND a.said = 'confirmed';
            IF said >= (CASE WHEN c.payer_id = c.buyer_id THEN 1 ELSE 2 END) OR EXISTS (
                SELECT 1 FROM public.contracts_copyanswer a
                WHERE a.copy_id = NEW.copy_id AND a.said <> 'confirmed') THEN
                {guards.refuse("copy_answer_while_it_waits", "NEW.copy_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )
