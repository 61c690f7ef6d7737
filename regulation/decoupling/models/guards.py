"""What the database itself refuses of a check, whoever writes it."""

import pgtrigger


def clear_is_true() -> pgtrigger.Trigger:
    """A clear check cannot be written where the record shows the main bar of 优化营商环境条例 43.

    Followed upward from the intermediary: links that make an arm of their subject, and single holdings above
    half. Shares added up, people and the other rules are judged by the gate alone. An exemption in force, and
    a confirmed determination the check names, let it pass.
    """
    return pgtrigger.Trigger(
        name="clear_is_true",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        condition=pgtrigger.Q(new__outcome="clear"),
        func="""
            IF NEW."on" < DATE '2020-01-01' OR EXISTS (
                SELECT 1 FROM decoupling_exemption x
                WHERE x.intermediary_id = NEW.intermediary_id AND x.department_id = NEW.department_id
                  AND x.confirmed_at IS NOT NULL AND x.revoked_at IS NULL AND x.valid @> NEW."on"
            ) OR EXISTS (
                SELECT 1 FROM decoupling_determination d JOIN decoupling_check c ON c.id = d.check_made_id
                WHERE NEW.reason_code = 'determination/' || d.id AND d.outcome = 'clear'
                  AND d.confirmed_at IS NOT NULL AND c.intermediary_id = NEW.intermediary_id
                  AND c.department_id = NEW.department_id
            ) THEN
                RETURN NEW;
            END IF;
            IF NEW.intermediary_id = NEW.department_id OR EXISTS (
                WITH RECURSIVE above (entity) AS (
                    SELECT NEW.intermediary_id
                    UNION
                    SELECT x.entity FROM above a CROSS JOIN LATERAL (
                        SELECT i.holder_entity_id AS entity FROM parties_interest i
                        WHERE i.subject_id = a.entity AND i.holder_entity_id IS NOT NULL
                          AND upper_inf(i.recorded) AND i.tier <> 'C' AND i.held @> NEW."on"
                          AND (i.kind IN ('affiliation', 'setUp', 'supervision', 'sponsorship',
                                          'otherInfluenceOrControl', 'appointmentOfBoard',
                                          'controlByLegalFramework', 'controlViaCompanyRulesOrArticles')
                               OR (i.kind IN ('shareholding', 'votingRights') AND i.share_min > 50
                                   AND NOT EXISTS (
                                       SELECT 1 FROM parties_interest o
                                       WHERE o.subject_id = i.subject_id
                                         AND o.holder_entity_id = i.holder_entity_id AND o.kind = i.kind
                                         AND upper_inf(o.recorded) AND o.tier <> 'C'
                                         AND o.held @> NEW."on" AND o.source <> i.source
                                         AND coalesce(o.share_min, 0) <= 50)))
                        UNION ALL
                        SELECT s.other_entity_id FROM parties_same s
                        WHERE s.entity_id = a.entity AND upper_inf(s.recorded) AND s.tier <> 'C'
                        UNION ALL
                        SELECT s.entity_id FROM parties_same s
                        WHERE s.other_entity_id = a.entity AND upper_inf(s.recorded) AND s.tier <> 'C'
                    ) x
                )
                SELECT 1 FROM above WHERE entity = NEW.department_id
            ) THEN
                RAISE EXCEPTION 'check_clear_is_true: % and %', NEW.intermediary_id, NEW.department_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_clear_is_true';
            END IF;
            RETURN NEW;
        """,
    )
