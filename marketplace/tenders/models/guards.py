"""What the database holds a tender's life to. The functions it asks are generated from life.py."""

import pgtrigger

# Facts of the procedure: they are no terms, and each changes by an act of its own.
PROCEDURE = (
    "opens_at",
    "questions_until",
    "closes_at",
    "published_at",
    "publisher_id",
    "submitted_at",
    "reviewed_at",
    "reviewer_id",
    "returned_at",
    "return_reason",
    "opening_at",
    "opened_at",
    "awarded_at",
    "standstill_until",
    "contracted_at",
    "cancelled_at",
    "cancel_reason",
    "failed_at",
    "failure",
    "void_at",
    "void_reason",
    "suspended_at",
    "suspend_reason",
    "postponed_at",
    "postpone_reason",
    "resumes_at",
    "retendered_at",
    "amendment_no",
)
FOREVER = (
    "ref",
    "owner_id",
    "approval_id",
    "service_id",
    "department_id",
    "region_id",
    "ruling_id",
    "created_by_id",
    "created_at",
    "method",
    "direct_ground",
    "invited",
    "invite_ground",
    "price_basis",
    "base_amount",
    "rate_low",
    "rate_high",
    "replaces_id",
    "published_at",
    "publisher_id",
    "submitted_at",
    "reviewed_at",
    "reviewer_id",
    "is_invented",
)
"""What not even an amendment changes once it is published."""
DATES = ("opens_at", "questions_until", "closes_at")


def refuse(name: str, key: str = "OLD.id") -> str:
    return f"""RAISE EXCEPTION '{name}: tender %', {key}
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"""


def _array(*columns: str) -> str:
    return "ARRAY[" + ", ".join(f"'{c}'" for c in columns) + "]"


def _of(row: str, columns: tuple[str, ...]) -> str:
    """The named columns of a row, as JSON."""
    pairs = ", ".join(f"'{c}', {row}.{c}" for c in columns)
    return f"jsonb_build_object({pairs})"


_TERMS_DIFFER = (
    f"(to_jsonb(NEW) - {_array(*PROCEDURE)}) IS DISTINCT FROM (to_jsonb(OLD) - {_array(*PROCEDURE)})"
)
_DATES_DIFFER = f"{_of('NEW', DATES)} IS DISTINCT FROM {_of('OLD', DATES)}"

_TERMS = f"""
    IF {_of("NEW", FOREVER)} IS DISTINCT FROM {_of("OLD", FOREVER)}
       OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
       OR NEW.closes_at < OLD.closes_at THEN
        {refuse("tender_published_terms_stand")}
    END IF;
    IF ({_TERMS_DIFFER}) OR ({_DATES_DIFFER}) THEN
        IF NOT (clock_timestamp() < OLD.closes_at AND (
                    NEW.amendment_no = OLD.amendment_no + 1 AND EXISTS (
                        SELECT 1 FROM public.tenders_amendment a
                        WHERE a.tender_id = NEW.id AND a.number = NEW.amendment_no)
                    OR NOT ({_TERMS_DIFFER}) AND NEW.postponed_at IS DISTINCT FROM OLD.postponed_at)
                OR NOT ({_TERMS_DIFFER}) AND coalesce(OLD.suspended_at < OLD.closes_at, false)
                    AND NEW.suspended_at IS NULL) THEN
            {refuse("tender_published_terms_stand")}
        END IF;
    ELSIF NEW.amendment_no <> OLD.amendment_no AND NOT (
            NEW.amendment_no = OLD.amendment_no + 1 AND clock_timestamp() < OLD.closes_at AND EXISTS (
                SELECT 1 FROM public.tenders_amendment a
                WHERE a.tender_id = NEW.id AND a.number = NEW.amendment_no)) THEN
        {refuse("tender_published_terms_stand")}
    END IF;
    IF OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL AND clock_timestamp() < OLD.closes_at THEN
        {refuse("tender_opens_by_the_database_clock")}
    END IF;
    RETURN NEW;
"""

_DRAFT = f"""
    IF (({_TERMS_DIFFER}) OR ({_DATES_DIFFER}))
       AND public.tenders_state(OLD, clock_timestamp()) IN ('in_review', 'reviewed')
       AND NEW.published_at IS NULL THEN
        {refuse("tender_stands_in_review")}
    END IF;
    IF NEW.published_at IS NOT NULL AND (
        NEW.reviewer_id IS NULL OR NEW.publisher_id IS NULL OR NEW.reviewer_id = NEW.created_by_id
        OR NEW.publisher_id = NEW.created_by_id OR NEW.publisher_id = NEW.reviewer_id) THEN
        {refuse("tender_published_by_a_third_person")}
    END IF;
    IF NEW.reviewed_at IS NOT NULL AND (NEW.reviewer_id IS NULL OR NEW.reviewer_id = NEW.created_by_id) THEN
        {refuse("tender_reviewed_by_a_second_person")}
    END IF;
    RETURN NEW;
"""

_TRANSITION = """
    DECLARE
        was text := public.tenders_state(OLD, clock_timestamp());
        becomes text := public.tenders_state(NEW, clock_timestamp());
    BEGIN
    IF was <> becomes AND NOT public.tenders_transition('', was, becomes) THEN
        RAISE EXCEPTION 'tender_goes_only_where_it_may: tender %, from % to %', OLD.id, was, becomes
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tender_goes_only_where_it_may';
    END IF;
    RETURN NEW;
    END;
"""

_ACTED = (
    "submitted_at",
    "returned_at",
    "reviewed_at",
    "opening_at",
    "opened_at",
    "awarded_at",
    "contracted_at",
    "failed_at",
    "cancelled_at",
    "void_at",
    "suspended_at",
    "postponed_at",
    "retendered_at",
    "amendment_no",
)
_BY_AN_ACT = " OR ".join(
    ["(OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)"]
    + [f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in _ACTED]
)


def _told_by_an_act() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="told_by_an_act",
        operation=pgtrigger.Update,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Condition(f"({_BY_AN_ACT})"),
        func=f"""
                IF NOT EXISTS (SELECT 1 FROM public.tenders_tenderact a
                               WHERE a.tender_id = NEW.id
                                 AND a.made_in = pg_current_xact_id()::text::bigint
                                 AND a.to_state = public.tenders_state(NEW, a.at)) THEN
                    {refuse("tender_told_by_an_act", "NEW.id")}
                END IF;
                RETURN NULL;
            """,
    )


def tender_guards() -> list[pgtrigger.Trigger]:
    """A tender begins as a draft, goes only where life.TRANSITIONS lets it, each time by an act on record;
    it is written, reviewed and published by three people; terms in review and published terms stand, but for
    an amendment on record before the deadline, which never comes earlier."""
    return [
        pgtrigger.Trigger(
            name="begins_as_a_draft",
            operation=pgtrigger.Insert,
            when=pgtrigger.Before,
            func=f"""
                IF public.tenders_state(NEW, clock_timestamp()) <> 'draft' OR NEW.amendment_no <> 0 THEN
                    {refuse("tender_begins_as_a_draft", "NEW.id")}
                END IF;
                RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="drafted_by_three",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Q(old__published_at__isnull=True),
            func=_DRAFT,
        ),
        pgtrigger.Trigger(
            name="published_terms_stand",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Q(old__published_at__isnull=False),
            func=_TERMS,
        ),
        pgtrigger.Trigger(
            name="transitions", operation=pgtrigger.Update, when=pgtrigger.Before, func=_TRANSITION
        ),
        _told_by_an_act(),
    ]


def act_guard() -> pgtrigger.Trigger:
    """An act is one the table allows, and says where the tender then stands; the database notes in which
    transaction it was done."""
    return pgtrigger.Trigger(
        name="allowed",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func="""
            DECLARE
                held public.tenders_tender%ROWTYPE;
            BEGIN
            SELECT * INTO held FROM public.tenders_tender WHERE id = NEW.tender_id;
            IF NOT public.tenders_transition(NEW.act, NEW.from_state, NEW.to_state)
               OR NEW.to_state <> public.tenders_state(held, NEW.at) THEN
                RAISE EXCEPTION 'act_is_allowed: % from % to %', NEW.act, NEW.from_state, NEW.to_state
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'act_is_allowed';
            END IF;
            NEW.made_in := pg_current_xact_id()::text::bigint;
            RETURN NEW;
            END;
        """,
    )


ANNOUNCED = ("publish", "amend", "postpone", "suspend", "resume", "award", "evaluate_again")
ENDS = ("cancel", "fail", "lapse", "annul")


def announced_guard() -> pgtrigger.Trigger:
    """At the commit an act that is news to the public has its notice, with what it says."""
    acts = ", ".join(f"'{act}'" for act in (*ANNOUNCED, *ENDS))
    return pgtrigger.Trigger(
        name="announced",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func=f"""
            IF (NEW.act IN ({acts}) OR NEW.act = 'open' AND NEW.to_state = 'failed')
               AND NOT EXISTS (SELECT 1 FROM public.tenders_publicnotice n
                               WHERE n.act_id = NEW.id AND n.tender_id = NEW.tender_id) THEN
                {refuse("act_is_announced", "NEW.tender_id")}
            END IF;
            RETURN NULL;
        """,
    )
