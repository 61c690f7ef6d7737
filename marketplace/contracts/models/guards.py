"""What the database holds contracts and milestones to. The functions it asks are generated from life.py."""

from typing import Any

import pgtrigger

from ..machine import Machine


def refuse(name: str, key: str = "OLD.id") -> str:
    return f"""RAISE EXCEPTION '{name}: %', {key}
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"""


def only(*columns: str) -> str:
    """A condition: nothing but these columns changes."""
    named = ", ".join(f"'{c}'" for c in columns)
    but = f"ARRAY[{named}]::text[]"
    return f"(to_jsonb(NEW) - {but}) IS NOT DISTINCT FROM (to_jsonb(OLD) - {but})"


def resumed(contract: str) -> str:
    """A condition: a contract was resumed in this transaction, so that its clocks get their time back."""
    return f"""EXISTS (
                SELECT 1 FROM public.contracts_contractact r
                WHERE r.contract_id = {contract} AND r.act = 'resume'
                  AND r.made_in = pg_current_xact_id()::text::bigint)"""


def trigger(
    name: str, operation: Any, func: str, *, deferred: bool = False, **more: Any
) -> pgtrigger.Trigger:
    timing: dict[str, Any] = (
        {"when": pgtrigger.After, "timing": pgtrigger.Deferred} if deferred else {"when": pgtrigger.Before}
    )
    return pgtrigger.Trigger(name=name, operation=operation, func=func, **timing, **more)


def goes_where_it_may(machine: Machine, noun: str) -> pgtrigger.Trigger:
    """A change of state is one the table of transitions allows."""
    return trigger(
        "transitions",
        pgtrigger.Update,
        f"""
            DECLARE
                was text := public.{machine.name}_state(OLD, clock_timestamp());
                becomes text := public.{machine.name}_state(NEW, clock_timestamp());
            BEGIN
            IF was <> becomes AND NOT public.{machine.name}_transition('', was, becomes) THEN
                {refuse(f"{noun}_goes_only_where_it_may")}
            END IF;
            RETURN NEW;
            END;
        """,
    )


def told_by_an_act(machine: Machine, noun: str, of: str, *more: str) -> pgtrigger.Trigger:
    """At the commit a change of what states follow from, or of `more`, has its act, made in this transaction.

    `of` is the condition on a row `a` of the acts that it is about this row.
    """
    differ = " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in (*machine.columns, *more))
    return trigger(
        "told_by_an_act",
        pgtrigger.Update,
        f"""
            IF NOT EXISTS (SELECT 1 FROM public.contracts_contractact a
                           WHERE {of} AND a.made_in = pg_current_xact_id()::text::bigint
                             AND a.to_state = public.{machine.name}_state(NEW, a.at)) THEN
                {refuse(f"{noun}_told_by_an_act", "NEW.id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
        condition=pgtrigger.Condition(f"({differ})"),
    )


def act_guard() -> pgtrigger.Trigger:
    """An act is one its table allows, and says where the contract or milestone then stands."""
    return trigger(
        "allowed",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                m public.contracts_milestone%ROWTYPE;
                stands text;
                allowed boolean;
            BEGIN
            IF NEW.milestone_id IS NULL THEN
                SELECT * INTO c FROM public.contracts_contract WHERE id = NEW.contract_id;
                stands := public.contracts_contract_state(c, NEW.at);
                allowed := public.contracts_contract_transition(NEW.act, NEW.from_state, NEW.to_state);
            ELSE
                SELECT * INTO m FROM public.contracts_milestone
                WHERE id = NEW.milestone_id AND contract_id = NEW.contract_id;
                stands := public.contracts_milestone_state(m, NEW.at);
                allowed := public.contracts_milestone_transition(NEW.act, NEW.from_state, NEW.to_state);
            END IF;
            IF NOT allowed OR NEW.to_state IS DISTINCT FROM stands THEN
                {refuse("contract_act_is_allowed", "NEW.act")}
            END IF;
            NEW.made_in := pg_current_xact_id()::text::bigint;
            RETURN NEW;
            END;
        """,
    )


FOREVER = (
    "ref",
    "award_id",
    "buyer_id",
    "seller_id",
    "payer_id",
    "department_id",
    "service_id",
    "approval_id",
    "region_id",
    "ruling_id",
    "rule_id",
    "wording_id",
    "bid_price",
    "created_at",
    "is_invented",
)


def of_a_final_award() -> pgtrigger.Trigger:
    """A contract is made of a final award: its parties and price are the award's, and where the ruling relied
    on says that the department commissions the service, the department pays (优化营商环境条例 43)."""
    return trigger(
        "of_a_final_award",
        pgtrigger.Insert,
        f"""
            IF NOT EXISTS (
                SELECT 1 FROM public.tenders_award a
                JOIN public.tenders_bid b ON b.id = a.bid_id
                JOIN public.tenders_tender t ON t.id = a.tender_id
                LEFT JOIN public.registry_ruling r ON r.id = t.ruling_id
                WHERE a.id = NEW.award_id AND a.final_at IS NOT NULL AND a.ended_at IS NULL
                  AND NEW.seller_id = b.tenderer_id AND NEW.buyer_id = t.owner_id
                  AND NEW.department_id = t.department_id AND NEW.service_id = t.service_id
                  AND NEW.approval_id = t.approval_id AND NEW.region_id = t.region_id
                  AND NEW.ruling_id IS NOT DISTINCT FROM t.ruling_id
                  AND NEW.price = a.price AND NEW.bid_price = a.price
                  AND NEW.payer_id = CASE WHEN r.necessity = 'commissioned' THEN t.department_id
                                          ELSE t.owner_id END) THEN
                {refuse("contract_of_a_final_award", "NEW.award_id")}
            END IF;
            IF public.contracts_contract_state(NEW, clock_timestamp()) <> 'draft' OR NEW.version_no <> 0 THEN
                {refuse("contract_begins_as_a_draft", "NEW.award_id")}
            END IF;
            RETURN NEW;
        """,
    )


_AWARD_ENDED = """EXISTS (
                SELECT 1 FROM public.tenders_award a WHERE a.id = NEW.award_id AND a.ended_at IS NOT NULL)"""


def terms_stand() -> pgtrigger.Trigger:
    """What it was made of never changes; price, days and text change with the next version alone, before the
    last day of signing by the database's clock. That day moves only to give back the time of a suspension.
    Nothing is signed once the award ended; an unsigned contract then lapses before its day."""
    named = ", ".join(f"'{c}', {{row}}.{c}" for c in FOREVER)
    same = " IS NOT DISTINCT FROM ".join(
        f"jsonb_build_object({named.format(row=row)})" for row in ("NEW", "OLD")
    )
    return trigger(
        "terms_stand",
        pgtrigger.Update,
        f"""
            IF NOT ({same}) THEN
                {refuse("contract_terms_stand")}
            END IF;
            IF (NEW.price, NEW.days) IS DISTINCT FROM (OLD.price, OLD.days)
               AND NEW.version_no <= OLD.version_no THEN
                {refuse("contract_terms_stand")}
            END IF;
            IF NEW.version_no <> OLD.version_no AND (NEW.version_no < OLD.version_no OR NOT EXISTS (
                SELECT 1 FROM public.contracts_version v
                WHERE v.contract_id = NEW.id AND v.number = NEW.version_no)) THEN
                {refuse("contract_terms_stand")}
            END IF;
            IF OLD.signed_at IS NOT NULL AND NEW.signed_at IS DISTINCT FROM OLD.signed_at THEN
                {refuse("contract_terms_stand")}
            END IF;
            IF NEW.sign_by < OLD.sign_by OR (NEW.sign_by > OLD.sign_by AND NOT {resumed("NEW.id")}) THEN
                {refuse("contract_sign_by_stands")}
            END IF;
            IF OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL AND clock_timestamp() >= OLD.sign_by THEN
                {refuse("contract_signed_in_time")}
            END IF;
            IF OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL AND {_AWARD_ENDED} THEN
                {refuse("contract_of_a_final_award", "NEW.award_id")}
            END IF;
            IF OLD.lapsed_at IS NULL AND NEW.lapsed_at IS NOT NULL AND (
                NEW.signed_at IS NOT NULL
                OR (clock_timestamp() < OLD.sign_by OR OLD.suspended_at IS NOT NULL)
                    AND NOT {_AWARD_ENDED}) THEN
                {refuse("contract_lapses_only_after_its_day")}
            END IF;
            RETURN NEW;
        """,
    )


def signed_by_all_and_clear() -> pgtrigger.Trigger:
    """At the commit a contract that was signed, or changed since, has every side's signature under its
    present version and a clear check of the contract gate made within the hour (`decoupling_clear`)."""
    return trigger(
        "signed_by_all_and_clear",
        pgtrigger.Update,
        f"""
            IF EXISTS (
                SELECT 1 FROM unnest(CASE WHEN NEW.payer_id = NEW.buyer_id THEN ARRAY['buyer', 'seller']
                                          ELSE ARRAY['buyer', 'seller', 'payer'] END) AS wanted(side)
                WHERE NOT EXISTS (
                    SELECT 1 FROM public.contracts_signature s
                    JOIN public.contracts_version v ON v.id = s.version_id
                    WHERE v.contract_id = NEW.id AND v.number = NEW.version_no AND s.side = wanted.side)) THEN
                {refuse("contract_signed_by_all", "NEW.id")}
            END IF;
            IF NEW.gate_id IS NULL OR NOT public.decoupling_clear(
                NEW.gate_id, 'contract', NEW.seller_id, NEW.department_id) THEN
                {refuse("contract_signed_when_clear", "NEW.id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
        condition=pgtrigger.Condition(
            "NEW.signed_at IS NOT NULL AND (OLD.signed_at IS NULL OR OLD.version_no <> NEW.version_no)"
        ),
    )


def adds_up() -> pgtrigger.Trigger:
    """At the commit the milestones of a version add up to its price, those settled for less included."""
    return trigger(
        "adds_up",
        pgtrigger.Update,
        f"""
            IF (SELECT coalesce(sum(m.fen), 0) FROM public.contracts_milestone m
                WHERE m.contract_id = NEW.id) <> NEW.price * 100 THEN
                {refuse("contract_adds_up", "NEW.id")}
            END IF;
            RETURN NULL;
        """,
        deferred=True,
        condition=pgtrigger.Condition("OLD.version_no <> NEW.version_no"),
    )


def signature_guard() -> pgtrigger.Trigger:
    """Whoever signs acts for that side on that day, under the version that lies before all, before the last
    moment of signing by the database's clock. Nobody signs for two sides."""
    return trigger(
        "by_who_may_bind",
        pgtrigger.Insert,
        f"""
            DECLARE
                c public.contracts_contract%ROWTYPE;
                n integer;
                party bigint;
                today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
            BEGIN
            SELECT number, contract_id INTO n, party FROM public.contracts_version WHERE id = NEW.version_id;
            SELECT * INTO c FROM public.contracts_contract WHERE id = party;
            IF c.id IS NULL OR NOT (
                   c.version_no = n AND clock_timestamp() < c.sign_by
                   AND public.contracts_contract_state(c, clock_timestamp()) = 'offered'
                   OR public.contracts_contract_state(c, clock_timestamp()) = 'in_force' AND EXISTS (
                       SELECT 1 FROM public.contracts_change h WHERE h.version_id = NEW.version_id
                          AND h.agreed_at IS NULL AND h.declined_at IS NULL)) THEN
                {refuse("signature_under_what_is_offered", "NEW.version_id")}
            END IF;
            party := CASE NEW.side WHEN 'buyer' THEN c.buyer_id WHEN 'seller' THEN c.seller_id
                                   ELSE c.payer_id END;
            IF NEW.entity_id <> party OR NOT EXISTS (
                SELECT 1 FROM public.parties_membership m
                WHERE m.user_id = NEW.signed_by_id AND m.entity_id = party AND m.valid @> today
                  AND m.role = CASE NEW.side WHEN 'seller' THEN 'agent' ELSE 'owner' END) THEN
                {refuse("signature_by_who_may_bind", "NEW.version_id")}
            END IF;
            RETURN NEW;
            END;
        """,
    )
