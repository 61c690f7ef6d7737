"""Who gets what at every address. An address without a row fails test_access.py.

A row: view name, method, arguments (keys of the objects test_access.py makes), answer by role.
302 for a stranger is the way to the sign-in page. POST rows send an empty form.
"""

from typing import Any, NamedTuple

ROLES = (
    "anonymous",
    "memberless",
    "owner",
    "other_owner",
    "agent",
    "other_agent",
    "practitioner",
    "editor",
    "reviewer",
    "regulator",
    "trustee",
    "mediator",
    "admin",
)


class Row(NamedTuple):
    view: str
    method: str
    arguments: tuple[str, ...]
    answers: dict[str, int]


def everyone(status: int = 200, **apart: int) -> dict[str, int]:
    return dict.fromkeys(ROLES, status) | apart


def members(status: int = 200, **apart: int) -> dict[str, int]:
    """Whoever is signed in."""
    return everyone(status) | {"anonymous": 302} | apart


def only(**roles: int) -> dict[str, int]:
    """These roles; others who are signed in are refused."""
    return everyone(403) | {"anonymous": 302} | roles


def _get(view: str, answers: dict[str, int], *arguments: str) -> Row:
    return Row(view, "get", arguments, answers)


def _post(view: str, answers: dict[str, int], *arguments: str) -> Row:
    return Row(view, "post", arguments, answers)


OWNERS = {"owner": 200, "other_owner": 200}
AGENTS = {"agent": 200, "other_agent": 200}

SEEN_BY_STAFF = members(404, owner=403, agent=403, regulator=403, admin=302)


def _sides(status: int = 200, **apart: int) -> dict[str, int]:
    """Both sides of a contract; other buyers and agents do not learn of it, and nobody else may."""
    return only(owner=status, agent=status, other_owner=404, other_agent=404) | apart


TABLE: list[Row] = [
    # The house
    _get("healthz", everyone(503)),
    _get("metrics", everyone()),
    _get("robots", everyone()),
    _get("sitemap", everyone()),
    _get("sitemap_section", everyone(), "section"),
    _get("search", everyone()),
    _get("qr_code", everyone()),
    _get("desk", members()),
    _get("styleguide", everyone(302, admin=200)),
    # parties
    _get("parties:profile", members()),
    _get("parties:switch", members()),
    _post("parties:switch", members(400)),
    _get("parties:second_factor", members()),
    _post("parties:declare", only(agent=302, other_agent=302)),
    # tokens of programs; who makes one proves anew who they are
    _get("parties:mail", members()),
    _post("parties:mail", members(302)),
    _get("parties:mail_stop", everyone(), "mail_token"),
    _post("parties:mail_stop", everyone(), "mail_token"),
    _get("parties:mail_stop", everyone(404), "file"),
    _get("parties:token_list", members()),
    _get("parties:inbox", members()),
    _post("parties:inbox_read", members(302)),
    _get("parties:notice_open", members(404, owner=302), "own_notice"),
    _post("parties:notice_mark", members(404, owner=302), "own_notice"),
    _get("parties:token_new", members(302, memberless=403, admin=403)),
    _post("parties:token_new", members(302, memberless=403, admin=403)),
    _post("parties:token_revoke", members(404, owner=302), "token"),
    # payments: both sides of one, regulators, and the staff who keep the money
    _get("payments:charge_list", only(**OWNERS, **AGENTS, regulator=200, admin=200)),
    _get("payments:charge", members(404, owner=200, agent=200, regulator=200, admin=200), "charge"),
    _get("payments:voucher", members(404), "transfer"),
    _get("payments:account", only(**AGENTS)),
    _post("payments:account", only(agent=422, other_agent=422)),
    _post("payments:stripe_account", only(agent=404, other_agent=404)),
    _get("payments:statement", only(**OWNERS, **AGENTS)),
    _get("payments:statement_file", only(**OWNERS, **AGENTS)),
    _get("payments:transfer_list", only(admin=200)),
    _get("payments:statement_of", only(regulator=200, admin=200), "payer_entity"),
    _get("payments:statement_file_of", only(regulator=200, admin=200), "payer_entity"),
    _get("payments:fees", everyone(200)),
    _get("payments:payout_list", only(admin=200)),
    _get("payments:hold_list", only(admin=200)),
    _post("payments:hold_end", only(admin=302), "payment_hold"),
    _get("payments:bank_statement_list", only(**OWNERS, **AGENTS, regulator=200, admin=200)),
    _get("payments:bank_statement_new", only(**OWNERS, **AGENTS, admin=200)),
    _post(
        "payments:bank_statement_new",
        only(owner=422, other_owner=422, agent=422, other_agent=422, admin=422),
    ),
    _get("payments:bank_statement_template", members(200), "table_format"),
    _get("payments:bank_statement", members(404, owner=200, regulator=200, admin=200), "bank_statement"),
    _get(
        "payments:bank_statement_file",
        members(404, owner=200, regulator=200, admin=200),
        "bank_statement",
        "table_format",
    ),
    _post(
        "payments:bank_statement_withdraw",
        members(404, owner=302, regulator=403, admin=403),
        "bank_statement",
    ),
    _get("payments:event_list", only(admin=200)),
    _post("payments:event_replay", only(admin=404), "provider_event"),
    _post("payments:fund", members(404, owner=302, agent=403, regulator=403, admin=403), "charge"),
    _post("payments:transfer_new", members(404, owner=302, agent=403, regulator=403, admin=403), "order"),
    _post(
        "payments:transfer_receive", members(404, owner=403, agent=403, regulator=403, admin=302), "transfer"
    ),
    _post(
        "payments:transfer_confirm", members(404, owner=403, agent=403, regulator=403, admin=302), "transfer"
    ),
    _post(
        "payments:transfer_refuse", members(404, owner=403, agent=403, regulator=403, admin=302), "transfer"
    ),
    _post("payments_machine:stripe_webhook", everyone(404)),
    # contracts: the signed ones are public; terms and files are for the sides, regulators and staff
    _get("contracts:contract_list", everyone()),
    _get("contracts:register", everyone()),
    _get("contracts:own_contracts", only(**OWNERS, **AGENTS)),
    _get("contracts:contract", everyone(), "contract"),
    _get(
        "contracts:contract", everyone(404, owner=200, agent=200, regulator=200, admin=200), "draft_contract"
    ),
    _get("contracts:reconciliation_list", only(regulator=200, admin=200)),
    _get("contracts:reconciliation", only(regulator=200, admin=200), "reconciliation"),
    _get("contracts:of_tender", everyone(302), "contracted"),
    _get("contracts:of_tender", everyone(404), "tender"),
    _get("contracts:version", _sides(regulator=200, mediator=404), "contract", "first"),
    _get("contracts:milestones", members(403, owner=200, other_owner=404), "draft_contract"),
    _post("contracts:milestones", members(403, owner=422, other_owner=404), "draft_contract"),
    _post("contracts:offer", members(403, owner=302, other_owner=404), "draft_contract"),
    _post("contracts:take_back", _sides(302, regulator=403), "draft_contract"),
    _get("contracts:sign", _sides(302, regulator=403), "contract"),
    _post("contracts:sign", _sides(302, regulator=403), "contract"),
    _get("contracts:change", _sides(regulator=403), "contract"),
    _post("contracts:change", _sides(422, regulator=403), "contract"),
    _get("contracts:change_agree", _sides(302, regulator=403), "contract"),
    _post("contracts:change_agree", _sides(302, regulator=403), "contract"),
    _post("contracts:change_decline", _sides(302, regulator=403), "contract"),
    _post("contracts:suspend", only(regulator=302), "contract"),
    _post("contracts:resume", only(regulator=302), "contract"),
    _get("contracts:copy_new", _sides(302, regulator=403), "contract"),
    _post("contracts:copy_new", _sides(302, regulator=403), "contract"),
    _get("contracts:copy_answer", _sides(302, regulator=403), "contract"),
    _post("contracts:copy_answer", _sides(302, regulator=403), "contract"),
    _get("contracts:copy_file", _sides(regulator=200, mediator=404), "copy_file"),
    _get("contracts:for_department", _sides(agent=403, regulator=403), "contract"),
    _post("contracts:department_open", _sides(302, agent=403, regulator=403), "contract"),
    _post("contracts:department_close", _sides(302, agent=403, regulator=403), "grant"),
    _post("contracts:share_whole", _sides(302, agent=403, regulator=403), "contract"),
    _get("contracts:department_list", only()),  # the owners here act for no department
    _get("contracts:department_work", only(), "contract", "first"),
    _get("contracts:department_file", only(), "deliverable"),
    _get("contracts:wording_list", everyone()),
    _get("contracts:wording", everyone(), "wording"),
    _get("contracts:wording_of", everyone(302), "ruled_service"),
    _get("contracts:milestone", _sides(regulator=200, mediator=404), "contract", "first"),
    _get("contracts:more_days", _sides(regulator=403), "contract", "second"),
    _post("contracts:more_days", _sides(422, regulator=403), "contract", "second"),
    # disputes: what came of them is public; the rest is for the sides, regulators, and a mediator that sits
    _get("contracts:dispute_list", everyone()),
    _get("contracts:dispute_new", _sides(regulator=403), "contract", "first"),
    _post("contracts:dispute_new", _sides(422, regulator=403), "contract", "first"),
    _get("contracts:dispute", _sides(regulator=200, mediator=404), "dispute"),
    _get("contracts:dispute_file", _sides(regulator=200, mediator=404), "dispute_file"),
    _post("contracts:dispute_evidence", _sides(302, regulator=403), "dispute"),
    _post("contracts:dispute_propose", _sides(302, regulator=403), "dispute"),
    _post("contracts:dispute_agree", _sides(302, regulator=403), "dispute"),
    _post("contracts:dispute_withdraw", _sides(302, regulator=403), "dispute"),
    _post("contracts:dispute_ask", _sides(302, regulator=403), "dispute"),
    _post("contracts:dispute_object", _sides(404, regulator=403), "dispute"),
    _post("contracts:seat_accept", only(mediator=404), "dispute"),
    _post("contracts:seat_decline", only(mediator=404), "dispute"),
    _post("contracts:dispute_decide", only(mediator=404), "dispute"),
    _post("contracts:dispute_suggest", only(mediator=404), "dispute"),
    _get("contracts:mediator_list", everyone()),
    _post("contracts:mediator_list", everyone(403, regulator=422)),
    _post("contracts:mediator_end", only(regulator=302), "listed_mediator"),
    _get("contracts:mediator_desk", only(mediator=200)),
    _get("contracts:calendar", only(**OWNERS, **AGENTS, mediator=200)),
    _post("contracts:calendar_new", only(**dict.fromkeys((*OWNERS, *AGENTS, "mediator"), 302))),
    _post("contracts:calendar_end", only(**dict.fromkeys((*OWNERS, *AGENTS, "mediator"), 302))),
    _get("contracts:calendar_feed", everyone(), "calendar_token"),
    _post("contracts:upload_new", _sides(422, regulator=403), "contract"),
    _get("contracts:upload", only(owner=404, agent=200, other_owner=404, other_agent=404), "begun"),
    _post(
        "contracts:upload_part",
        only(owner=404, agent=422, other_owner=404, other_agent=404),
        "begun",
        "begun_part",
    ),
    _post("contracts:upload_drop", only(owner=404, agent=302, other_owner=404, other_agent=404), "begun"),
    _get("contracts:invoice_file", _sides(regulator=200, mediator=404), "invoice"),
    # the early end of a contract
    _get("contracts:end", _sides(regulator=403), "contract"),
    _post("contracts:end", _sides(422, regulator=403), "contract"),
    _get("contracts:end_sign", _sides(302, regulator=403), "contract"),
    _post("contracts:end_sign", _sides(302, regulator=403), "contract"),
    _post("contracts:end_decline", _sides(302, regulator=403), "contract"),
    _post("contracts:end_demand", _sides(302, regulator=403), "contract", "first"),
    _post("contracts:end_by_right", _sides(302, regulator=403), "contract"),
    _post("contracts:start", _sides(403, agent=302, regulator=403), "contract", "first"),
    _post("contracts:hand_in", _sides(403, agent=302, regulator=403), "contract", "first"),
    _post("contracts:answer", _sides(302, agent=403, regulator=403), "contract", "first"),
    _post("contracts:invoice", _sides(403, agent=302, regulator=403), "contract", "first"),
    _post("contracts:share", _sides(302, agent=403, regulator=403), "contract", "first"),
    _post("contracts:share_end", _sides(302, agent=403, regulator=403), "share"),
    _get("contracts:file", _sides(regulator=200, mediator=404), "deliverable"),
    _get("contracts:shared", everyone(), "share_token"),
    _get("contracts:shared_file", everyone(), "share_token", "deliverable"),
    # reviews: sealed, then public; who reviewed, who was reviewed, and the operating centre (staff)
    _get("contracts:credit_method", everyone()),
    _get("contracts:review_list", everyone()),
    _get("contracts:reviews", everyone(), "reviewed"),
    _get("contracts:reviews", everyone(404), "contract"),
    _get("contracts:review_new", members(403, owner=200, agent=200, admin=200), "in_review"),
    _post("contracts:review_new", members(403, owner=422, agent=422, admin=422), "in_review"),
    _get("contracts:review_raise", only(owner=302), "reviewed"),
    _post("contracts:review_raise", only(owner=302), "reviewed"),
    _post("contracts:review_mend", only(agent=302), "reviewed"),
    _post("contracts:review_reply", only(agent=302), "review"),
    _get("contracts:review_object", only(agent=200), "review"),
    _post("contracts:review_object", only(agent=422), "review"),
    _get("contracts:complain", only(owner=200), "reviewed"),
    _post("contracts:complain", only(owner=422), "reviewed"),
    _get("contracts:plea_list", only(regulator=200, admin=200)),
    _get("contracts:plea", everyone(404, owner=200, agent=200, regulator=200, admin=200), "plea"),
    _post("contracts:plea_reply", members(404, owner=403, agent=302, regulator=403, admin=403), "plea"),
    *(
        _post(f"contracts:plea_{act}", members(404, owner=403, agent=403, regulator=403, admin=302), "plea")
        for act in ("propose", "return", "decide")
    ),
    _get("directory:sanction_list", everyone()),
    _get("directory:sanction", everyone(404, agent=200, regulator=200, admin=200), "sanction"),
    _post("directory:sanction_reply", members(404, agent=302, regulator=403, admin=403), "sanction"),
    *(
        _post(f"directory:sanction_{act}", members(404, agent=403, regulator=403, admin=302), "sanction")
        for act in ("propose", "return", "decide", "lift")
    ),
    # ledger: what was given up is for the site's staff
    _get("ledger:dead_letter_list", only(admin=200)),
    _post("ledger:letters_try_again", only(admin=302)),
    _post("ledger:letter_try_again", only(admin=302), "dead_letter"),
    # the record: open to all; what its audit found is for staff and regulators
    _get("ledger:about", everyone()),
    _get("ledger:alarm_list", only(admin=200, regulator=200)),
    _get("ledger:alarm", only(admin=200, regulator=200), "alarm"),
    _post("ledger:alarm", only(admin=422, regulator=422), "alarm"),
    # erasures: seen by staff and regulators, asked and decided by regulators alone
    _get("ledger:erasure_list", only(admin=200, regulator=200)),
    _get("ledger:erasure", only(admin=200, regulator=200), "erasure"),
    _get("ledger:erasure_find", only(regulator=200)),
    _get("ledger:erasure_ask", only(regulator=200), "erasable"),
    _post("ledger:erasure_ask", only(regulator=422), "erasable"),
    _post("ledger:erasure_confirm", only(regulator=422), "erasure"),
    _post("ledger:erasure_decline", only(regulator=422), "erasure"),
    # the tree for machines: nothing is published yet, so there is nothing
    _get("ledger_machine:checkpoint", everyone(404)),
    _get("ledger_machine:rotations", everyone()),
    _get("ledger_machine:tile", everyone(404), "tile_level", "tile_path"),
    # receipts: for whoever has the reference; verifying is open
    _get("ledger:receipt", everyone(), "receipt_ref"),
    _get("ledger:receipt", everyone(404), "section"),
    _get("ledger:receipt_download", everyone(404), "receipt_ref"),  # not integrated, so there is no file
    _get("ledger:verify", everyone()),
    _post("ledger:verify", everyone(422)),
    # the record of a subject: what is disclosed for everyone, all of it for its parties and regulators
    _get("ledger:record", everyone(), "tender_noun", "tender"),
    _get("ledger:record", everyone(404, owner=200), "tender_noun", "draft"),
    _get("ledger:record", everyone(), "ruling_noun", "ruling"),
    _get("ledger:record", everyone(404, editor=200, reviewer=200), "ruling_noun", "draft_ruling"),
    _get("ledger:record", everyone(), "consultation_noun", "consultation"),
    _get("ledger:record", everyone(404, owner=200, regulator=200), "report_noun", "open_report"),
    _get("ledger:record", everyone(404, agent=200, regulator=200), "check_noun", "check"),
    _get("ledger:record", everyone(), "intermediary_noun", "intermediary"),
    _get("ledger:record", everyone(), "contract_noun", "contract"),
    _get(
        "ledger:record",
        everyone(404, owner=200, agent=200, regulator=200, admin=200),
        "contract_noun",
        "draft_contract",
    ),
    _get("ledger:record", everyone(404), "section", "nothing"),
    # the proof of one entry: of a bid before the opening its bidder's own, and not published yet
    _get("ledger:record_proof", everyone(404, agent=302), "tender_noun", "tender", "bid_commitment"),
    # declarations are their agents' own, replies an entity's own, and who is who the regulators'
    _get("parties:declaration_draft", only(**AGENTS)),
    _get("parties:declaration_check", only(**AGENTS)),
    _post("parties:declaration_check", only(agent=302, other_agent=409)),
    _post("parties:declaration_drop", only(agent=302, other_agent=302)),
    _get("parties:row_new", only(**AGENTS), "row_sort"),
    _post("parties:row_new", only(agent=422, other_agent=422), "row_sort"),
    _get("parties:row_edit", only(agent=200, other_agent=404), "draft_row"),
    _post("parties:row_drop", only(agent=302, other_agent=302), "draft_row"),
    _post("parties:row_agree", only(agent=302, other_agent=302), "nothing"),
    _get("parties:declaration_end", only(agent=200, other_agent=404), "declared"),
    _get("parties:declaration", only(agent=200, other_agent=404, owner=404, other_owner=404), "declaration"),
    _get("parties:own_interests", only(**AGENTS, **OWNERS)),
    _get("parties:contest_new", only(agent=200, other_agent=404, owner=404, other_owner=404), "declared"),
    _post("parties:contest_new", only(agent=422, other_agent=404, owner=404, other_owner=404), "declared"),
    _get("parties:own_contest", only(agent=200, other_agent=404, owner=404, other_owner=404), "contest"),
    _get("parties:contest_list", only(regulator=200)),
    _get("parties:contest", only(regulator=200), "contest"),
    _post("parties:contest_answer", only(regulator=422), "contest"),
    _post("parties:contest_decide", only(regulator=404), "contest"),
    _get(
        "parties:contest_file",
        only(agent=200, other_agent=404, owner=404, other_owner=404, regulator=200),
        "contest",
        "contest_file",
    ),
    _get("parties:discrepancy_list", only(regulator=200)),
    _get("parties:suggestion_list", only(regulator=200)),
    _get("parties:suggestion", only(regulator=200), "suggestion"),
    _post("parties:suggestion", only(regulator=422), "suggestion"),
    _get("parties:merge_list", only(regulator=200)),
    _get("parties:merge_split", only(regulator=200), "merge"),
    _post("parties:merge_split", only(regulator=422), "merge"),
    _get("parties:person", only(regulator=200), "a_person"),
    # registry: reading is open, writing takes two
    _get("registry:need_check", everyone()),
    _get("registry:need_found", everyone()),
    _get("registry:approval_list", everyone()),
    _get("registry:approval", everyone(), "approval"),
    _get("registry:elsewhere", everyone(), "approval"),
    _get("registry:standard_list", everyone()),
    _get("registry:delegation_list", everyone()),
    _get("registry:service_list", everyone()),
    _get("registry:service", everyone(), "service"),
    _get("registry:service_regions", everyone(), "service"),
    _get("registry:ruling", everyone(), "ruling"),
    _get("registry:ruling", everyone(404), "draft_ruling"),
    _get("registry:comparison", everyone(), "ruling", "other_ruling"),
    _get("registry:comparison", everyone(404), "ruling", "draft_ruling"),
    _get("registry:requirement", everyone(), "ruled_service", "ruled_region", "every_approval"),
    _get("registry:requirement_on", everyone(), "ruled_service", "ruled_region", "every_approval", "a_day"),
    _get(
        "registry:requirement_said",
        everyone(),
        "ruled_service",
        "ruled_region",
        "every_approval",
        "a_day",
        "a_later_day",
    ),
    _get("registry:lapsed_list", everyone()),
    _get("registry:changes", everyone()),
    _get("registry:changes_feed", everyone()),
    _get("registry:topic_changes", everyone(), "service_topic", "service"),
    _get("registry:topic_feed", everyone(), "service_topic", "service"),
    _get("registry:following_list", members()),
    _post("registry:following_start", members(302)),
    _post("registry:following_end", members(404), "nothing"),
    _get("registry:following_stop", everyone(404), "file"),
    _get("registry:instrument_list", everyone()),
    _get("registry:instrument", everyone(), "instrument"),
    _get("registry:instrument_rulings", everyone(), "instrument"),
    _get("registry:provision", everyone(), "provision"),
    _get("registry:area_list", everyone()),
    _get("registry:reported", everyone()),
    _get("registry:zone_list", everyone()),
    _get("registry:zone", everyone(), "zone"),
    _get("registry:assessment_list", only(editor=200, reviewer=200)),
    _get("registry:assessment_new", only(editor=200)),
    _get("registry:assessment_review", only(editor=200, reviewer=200), "draft_assessment"),
    _post("registry:assessment_review", only(reviewer=302), "draft_assessment"),
    _get("registry:assessment_edit", only(editor=200), "draft_assessment"),
    _post("registry:assessment_return", only(reviewer=422), "draft_assessment"),
    _post("registry:assessment_withdraw", only(editor=302), "draft_assessment"),
    _get("registry:assessment_end", only(reviewer=200), "assessment"),
    _post("registry:assessment_end", only(reviewer=422), "assessment"),
    _get("registry:assessment_end", only(reviewer=404), "draft_assessment"),
    _get("registry:joint_review_list", everyone()),
    _get("registry:joint_review", everyone(), "scheme"),
    _get("registry:joint_plan", everyone(), "scheme"),
    _get("registry:draft_list", only(editor=200, reviewer=200)),
    _get("registry:draft_new", only(editor=200)),
    _get("registry:draft_find", only(editor=200), "a_field"),
    _get("registry:draft_review", only(editor=200, reviewer=200), "draft_ruling"),
    _post("registry:draft_review", only(reviewer=302), "draft_ruling"),
    _get("registry:draft_edit", only(editor=200), "draft_ruling"),
    _post("registry:draft_return", only(reviewer=422), "draft_ruling"),
    _post("registry:draft_withdraw", only(editor=302), "draft_ruling"),
    # lists: published editions are open, drafts wait at the desk for a second person
    _get("registry:list_index", everyone()),
    _get("registry:list_series", everyone(), "a_list", "ruled_region"),
    _get("registry:list_series", everyone(), "powers", "list_region", "list_department"),
    _get("registry:edition", everyone(), "a_list", "ruled_region", "second"),
    _get("registry:edition", everyone(404), "a_list", "ruled_region", "nothing"),
    _get("registry:edition", everyone(), "powers", "list_region", "list_department", "first"),
    _get("registry:edition_difference", everyone(), "a_list", "ruled_region", "second", "first"),
    _get("registry:edition_file", everyone(), "a_list", "ruled_region", "second", "csv"),
    _get("registry:edition_file", everyone(), "a_list", "ruled_region", "second", "xlsx"),
    _get("registry:edition_drafts", only(editor=200, reviewer=200)),
    _get("registry:edition_new", only(editor=200)),
    _post("registry:edition_new", only(editor=422)),
    _get("registry:edition_review", only(editor=200, reviewer=200), "draft_edition"),
    _post("registry:edition_review", only(reviewer=302), "draft_edition"),
    _post("registry:edition_withdraw", only(editor=302), "draft_edition"),
    _get("registry:league", everyone()),
    _get("registry:league_csv", everyone()),
    _get("registry:measure_list", only(editor=200, reviewer=200)),
    _get("registry:measure_new", only(editor=200)),
    _get("registry:measure_review", only(editor=200, reviewer=200), "draft_measure"),
    _post("registry:measure_review", only(reviewer=302), "draft_measure"),
    _get("registry:measure_edit", only(editor=200), "draft_measure"),
    _post("registry:measure_return", only(reviewer=422), "draft_measure"),
    _post("registry:measure_withdraw", only(editor=302), "draft_measure"),
    _post("registry:draft_submit", only(editor=409), "draft_ruling"),
    _post("registry:draft_submit", only(editor=302), "written_ruling"),
    _post("registry:draft_pass", only(reviewer=409), "draft_ruling"),
    _post("registry:draft_pass", only(reviewer=409), "written_ruling"),
    _post("registry:draft_schedule", only(reviewer=422), "draft_ruling"),
    _post("registry:draft_unschedule", only(reviewer=409), "draft_ruling"),
    _get("registry:draft_history", only(editor=200, reviewer=200), "draft_ruling"),
    # consultations: reading is open, whoever is signed in comments, those who keep the registry answer
    _get("registry:consultation_list", everyone()),
    _get("registry:consultation", everyone(), "consultation"),
    _post("registry:consultation", members(422), "consultation"),
    _get("registry:consultation_new", only(editor=200, reviewer=200), "draft_ruling"),
    _get("registry:consultation_answer", only(editor=200, reviewer=200), "consultation"),
    _post("registry:consultation_answer", only(editor=422, reviewer=422), "consultation"),
    _get("registry:comment_hide", only(reviewer=200), "comment"),
    _post("registry:comment_hide", only(reviewer=422), "comment"),
    # registry as tables: exports and templates are open, imports are the editors' own
    _get("registry:export", everyone(), "rows_kind", "table_format"),
    _get("registry:export", everyone(404), "section", "table_format"),
    _get("registry:import_template", everyone(), "rows_kind", "table_format"),
    _get("registry:import_list", only(editor=200, reviewer=200)),
    _get("registry:import_new", only(editor=200)),
    _post("registry:import_new", only(editor=422)),
    _get("registry:import", only(editor=200, reviewer=200), "import"),
    _get("registry:import_progress", only(editor=200, reviewer=200), "import"),
    _get("registry:import_faults", only(editor=200, reviewer=200), "import"),
    _get("registry:import_drafts", only(editor=200, reviewer=200), "import"),
    _post("registry:import_drafts", only(reviewer=422, editor=403), "import"),
    _post("registry:import_confirm", only(editor=409), "import"),
    _post("registry:import_cancel", only(editor=302), "import"),
    # interests in and out are the regulators' own
    _get("interests:import_list", only(regulator=200)),
    _get("interests:import_new", only(regulator=200)),
    _post("interests:import_new", only(regulator=422)),
    _get("interests:import", only(regulator=200), "interest_import"),
    _get("interests:import_progress", only(regulator=200), "interest_import"),
    _post("interests:import_confirm", only(regulator=409), "interest_import"),
    _post("interests:import_cancel", only(regulator=302), "interest_import"),
    _get("interests:import_template", only(regulator=200), "all_kinds", "workbook_format"),
    _post("interests:export", only(regulator=200)),
    # decoupling
    _get("decoupling:entity", everyone(), "intermediary_entity"),
    _get("decoupling:explorer", only(regulator=200)),
    _get("decoupling:explore", only(regulator=200), "explored_sort", "intermediary_entity"),
    _get("decoupling:explore_drawing", only(regulator=200), "explored_sort", "intermediary_entity"),
    _get("decoupling:explore_evidence", only(regulator=200), "explored_sort", "intermediary_entity"),
    _get("decoupling:check_list", only(regulator=200)),
    _get("decoupling:own_checks", only(**AGENTS)),
    _get("decoupling:inquire", only(regulator=200)),
    _get("decoupling:check", only(regulator=200, agent=200, other_agent=404), "check"),
    _get("decoupling:exemption_list", everyone()),
    _get("decoupling:exemption_new", only(regulator=200)),
    _get("decoupling:exemption", everyone(), "exemption"),
    _post("decoupling:exemption_decide", only(regulator=404), "nothing"),
    _post("decoupling:exemption_revoke", only(regulator=404), "nothing"),
    _post("decoupling:determine", only(regulator=422), "check"),
    _post("decoupling:decide", only(regulator=404), "nothing"),
    _get("decoupling:rules", everyone()),
    _get("decoupling:public_check", everyone(), "public_check"),
    _get("decoupling:history", everyone()),
    _get("decoupling:pack_file", everyone(), "rule_pack"),
    _get("decoupling:pack_changes", everyone(404), "rule_pack"),
    _get("decoupling:pack_list", only(regulator=200)),
    _get("decoupling:pack_new", only(regulator=200)),
    _get("decoupling:pack", only(regulator=200), "rule_pack"),
    _post("decoupling:pack_publish", only(regulator=422), "rule_pack"),
    _post("decoupling:pack_reject", only(regulator=422), "rule_pack"),
    _get("decoupling:sweep_list", only(regulator=200)),
    _post("decoupling:sweep_start", only(regulator=302)),
    _get("decoupling:sweep", only(regulator=200), "sweep"),
    _get("decoupling:sweep_progress", only(regulator=200), "sweep"),
    _get("decoupling:sweep_csv", only(regulator=200), "sweep"),
    # findings
    _get("oversight:finding_list", only(regulator=200)),
    _get("oversight:finding_csv", only(regulator=200)),
    _get("oversight:own_findings", only(**AGENTS)),
    _get("oversight:finding", only(regulator=200, agent=200, other_agent=404), "finding"),
    _post("oversight:finding_reply", only(agent=422, other_agent=404), "finding"),
    _post("oversight:finding_act", only(regulator=409), "finding"),
    # audits of awards
    _get("tenders:reaudit_list", only(regulator=200)),
    _post("tenders:reaudit_start", only(regulator=302)),
    _get("tenders:reaudit", only(regulator=200), "reaudit"),
    _get("tenders:reaudit_progress", only(regulator=200), "reaudit"),
    _get("tenders:reaudit_csv", only(regulator=200), "reaudit"),
    _get("tenders:designation_leads", only(regulator=200), "reaudit"),
    # oversight: filing is open to anyone, a report to who filed it and to regulators, an answer to all
    _get("oversight:report_list", everyone()),
    _get("oversight:statistics", everyone()),
    _get("oversight:report_new", everyone()),
    _get("oversight:report_what", everyone(302)),
    _get("oversight:report_account", everyone(302)),
    _get("oversight:report_check", everyone(302)),
    _get("oversight:report_filed", everyone(302)),
    _get("oversight:follow", everyone()),
    _get("oversight:report", everyone(404), "open_report"),
    _get("oversight:report", everyone(), "answered_report"),
    _get("oversight:status", everyone(404, owner=200), "open_report"),
    _post("oversight:keep", everyone(404, owner=302), "open_report"),
    _post("oversight:withdraw", everyone(404, owner=302), "open_report"),
    _post("oversight:review", everyone(404, owner=422), "open_report"),
    _get("oversight:evidence", everyone(404, owner=200, regulator=200), "open_report", "evidence"),
    _get("oversight:queue", only(regulator=200)),
    _get("oversight:handle", only(regulator=200), "open_report"),
    _post("oversight:report_act", only(regulator=409), "open_report"),
    _get("oversight:look_list", only(regulator=200)),
    _get("oversight:lead_list", only(editor=200, reviewer=200)),
    _post("oversight:lead_close", only(editor=404), "open_report"),
    # directory
    _get("directory:intermediary_list", everyone()),
    _get("directory:intermediary", everyone(), "intermediary"),
    _get("directory:own_profile", only(**AGENTS)),
    _get("directory:offer_new", only(**AGENTS)),
    _get("directory:qualification_new", only(**AGENTS)),
    _post("directory:qualification_end", only(agent=302, other_agent=404), "qualification"),
    _post("directory:offer_end", only(agent=302, other_agent=404), "offer"),
    # tenders: a draft is its owner's alone, and nobody else learns that it is there
    _get("tenders:tender_list", everyone()),
    _get("tenders:methods", everyone()),
    _get("tenders:tender_map", everyone()),
    _get("tenders:tender", everyone(), "tender"),
    _get("tenders:tender", everyone(404, owner=200), "draft"),
    _get("tenders:tender_feed", everyone()),
    _get("tenders:notice_list", everyone()),
    _get("tenders:notice_feed", everyone()),
    _get("tenders:notice", everyone(), "tender", "notice_kind"),
    _get("tenders:notice", everyone(404), "draft", "notice_kind"),
    *(
        row
        for view in ("tenders:opening", "tenders:opening_live")
        for row in (_get(view, everyone(), "tender"), _get(view, everyone(404), "draft"))
    ),
    _get("tenders:tender_calendar", everyone()),
    _get("tenders:own_tenders", only(**OWNERS)),
    _get("tenders:review_list", only(**OWNERS, reviewer=200)),
    _get("tenders:own_bids", only(**AGENTS)),
    _get("tenders:template_list", only(**OWNERS, reviewer=200)),
    _post("tenders:template_keep", only(owner=302, other_owner=403, reviewer=302), "tender"),
    _post("tenders:template_end", only(owner=404, other_owner=404, reviewer=404), "nothing"),
    _get("tenders:search_list", members()),
    _post("tenders:search_save", members(302)),
    _post("tenders:search_end", members(404), "nothing"),
    _get("tenders:search_stop", everyone(404), "file"),
    _post("tenders:bid_confirm", only(agent=302, other_agent=404), "bid"),
    _post("tenders:question_answer", only(owner=404, other_owner=404), "nothing"),
    _post("tenders:question_ask", only(agent=302, other_agent=302), "tender"),
    _get("tenders:tender_amend", only(owner=200, other_owner=403), "tender"),
    _get("tenders:tender_postpone", only(owner=200, other_owner=403), "tender"),
    _post("tenders:tender_copy", only(owner=302, other_owner=403), "tender"),
    _get("tenders:tender_new", only(**OWNERS)),
    _get("tenders:tender_edit", only(owner=200, other_owner=404), "draft"),
    _get("tenders:tender_edit", only(owner=200, other_owner=403), "tender"),
    _get("tenders:tender_documents", only(owner=200, other_owner=404), "draft"),
    _get("tenders:tender_documents", only(owner=302, other_owner=403), "tender"),
    _get("tenders:document", everyone(404, owner=200), "draft", "document"),
    _get("tenders:document", everyone(404), "tender", "document"),
    *(
        _post(f"tenders:document_{act}", only(owner=302, other_owner=404), "draft", "document")
        for act in ("rename", "replace", "move", "remove")
    ),
    _post("tenders:tender_submit", only(owner=302, other_owner=404), "draft"),
    _post("tenders:tender_take_back", only(owner=302, other_owner=404), "draft"),
    _post("tenders:tender_return", only(owner=302, other_owner=404, reviewer=404), "draft"),
    _post("tenders:tender_pass", only(owner=302, other_owner=404, reviewer=404), "draft"),
    _post("tenders:tender_publish", only(owner=302, other_owner=404, reviewer=404), "draft"),
    _post("tenders:tender_publish", only(owner=302, other_owner=403, reviewer=302), "tender"),
    _post("tenders:tender_suspend", only(regulator=302), "tender"),
    _post("tenders:tender_resume", only(regulator=302), "tender"),
    _post("tenders:tender_annul", only(regulator=302), "tender"),
    _post("tenders:tender_cancel", only(owner=302, other_owner=403), "tender"),
    _post("tenders:award", only(owner=302, other_owner=403), "tender"),
    _post("tenders:award_decide", only(owner=302, other_owner=403), "tender"),
    _get("tenders:choosing", everyone(), "chosen"),
    _get("tenders:choosing", everyone(404, owner=200), "draft"),
    _post("tenders:evaluator_name", only(owner=302, other_owner=403), "tender"),
    _post("tenders:evaluator_recuse", members(403, owner=302), "evaluator"),
    _get("tenders:score", members(403), "chosen"),
    _get("tenders:draw_new", only(owner=200, other_owner=403), "tender"),
    _get("tenders:draw", everyone(), "drawn", "draw_number"),
    _get("tenders:draw_script", everyone(), "drawn", "draw_number"),
    _get("tenders:draw_inputs", everyone(), "drawn", "draw_number"),
    *(
        _post(f"tenders:draw_{act}", members(403, owner=302), "drawn", "draw_number")
        for act in ("freeze", "value", "hold", "end")
    ),
    *(
        _post(f"tenders:draw_{act}", members(403, trustee=302), "drawn", "draw_number")
        for act in ("commit", "open")
    ),
    *(_post(f"tenders:draw_{act}", members(403), "drawn", "draw_number") for act in ("enter", "confirm")),
    _get("tenders:auction", everyone(), "auctioned"),
    _get("tenders:auction_live", everyone(), "auctioned"),
    _post("tenders:auction_start", only(owner=302, other_owner=403), "tender"),
    _post("tenders:auction_price", only(agent=302, other_agent=302), "auctioned"),
    _get("tenders:challenge_new", only(**AGENTS), "chosen"),
    _post("tenders:bid_exclude", only(owner=302, other_owner=403), "opened_bid"),
    _post("tenders:bid_step_back", only(agent=302, other_agent=403), "opened_bid"),
    _post("tenders:exclusion_decide", only(owner=302, other_owner=403), "exclusion"),
    _post("tenders:low_price_justify", only(agent=302, other_agent=403), "low_price"),
    _post("tenders:low_price_decide", only(owner=302, other_owner=403), "low_price"),
    _get("tenders:challenge_list", everyone()),
    _get("tenders:challenge", everyone(), "challenge"),
    _post("tenders:challenge_answer", members(403, owner=302), "challenge"),
    _post("tenders:challenge_complain", members(403, agent=302), "challenge"),
    *(
        _post(f"tenders:challenge_{act}", members(403, regulator=302), "challenge")
        for act in ("take-up", "propose", "decide")
    ),
    _get("tenders:bid_new", only(**AGENTS), "tender"),
    _get("tenders:bid_new", only(agent=404, other_agent=404), "draft"),
    _get("tenders:bid_card", only(**AGENTS), "tender"),
    _get("tenders:bid_card", only(agent=404, other_agent=404), "draft"),
    _post("tenders:bid_part", only(agent=422, other_agent=422), "tender"),
    _get("tenders:bid_file", members(404), "bid", "nothing"),
    # trustees: people at their desk; programs sign what they send, a session counts for nothing there
    _get("tenders:trustee_desk", only(trustee=200)),
    _get("tenders:trustee_file", only(trustee=200)),
    _post("tenders:trustee_answer", only(trustee=302)),
    _post("tenders:trustee_waiting", everyone(403), "trustee_ref"),
    _post("tenders:trustee_keys", everyone(403), "trustee_ref"),
    _post("tenders:trustee_shares", everyone(403), "trustee_ref"),
    _post("tenders:trustee_draws", everyone(403), "trustee_ref"),
    _get("tenders:bid_receipt", only(agent=200, other_agent=404), "bid"),
    _post("tenders:bid_withdraw", only(agent=302, other_agent=404), "bid"),
    # open data
    _get("opendata:about", everyone()),
    _get("opendata:api", everyone()),
    _get("opendata_machine:registry", everyone()),
    _get("opendata_machine:bods", everyone(), "bods_format"),
    _get("opendata_machine:approval", everyone(), "approval"),
    _get("opendata_machine:ruling", everyone(), "ruling"),
    _get("opendata_machine:ruling", everyone(404), "draft_ruling"),
    # the interface for programs: a session counts for nothing there, whoever is signed in. What tokens of
    # each role are answered stands in tests/marketplace/opendata/test_api_access.py.
    _get("api:openapi", everyone()),
    _get("api:nothing", everyone(404)),
    *(
        _get(f"api:{view}", everyone())
        for view in (
            "approvals",
            "services",
            "intermediaries",
            "tenders",
            "challenges",
            "contracts",
        )
    ),
    _get("api:requirement", everyone(422)),
    _get("api:need", everyone(422)),
    _get("api:checkpoint", everyone(404)),
    _get("api:approval", everyone(), "approval"),
    _get("api:service_rulings", everyone(), "service"),
    _get("api:ruling", everyone(), "ruling"),
    _get("api:ruling", everyone(404), "draft_ruling"),
    _get("api:intermediary", everyone(), "intermediary"),
    *(
        row
        for view in (
            *("tender", "questions", "opening", "award", "notices"),
            *("documents", "draws", "exclusions", "low_prices"),
        )
        for row in (_get(f"api:{view}", everyone(), "tender"), _get(f"api:{view}", everyone(404), "draft"))
    ),
    _get("api:draw", everyone(), "drawn", "draw_number"),
    _get("api:auction", everyone(), "auctioned"),
    _get("api:auction", everyone(404), "tender"),
    _get("api:document", everyone(404), "draft", "document"),
    _get("api:challenge", everyone(), "challenge"),
    _get("api:contract", everyone(), "contract"),
    _get("api:contract", everyone(404), "draft_contract"),
    *(
        _get(f"api:{view}", everyone(401))
        for view in ("me", "own_tenders", "own_bids", "own_contracts", "own_notices")
    ),
    _post("api:notices_read", everyone(401)),
    *(_post(f"api:notice_{act}", everyone(401), "own_notice") for act in ("read", "unread")),
    *(_get(f"api:{view}", everyone(401), "tender") for view in ("sealing_card", "scores", "auction_seat")),
    _get("api:bid", everyone(401), "bid"),
    _post("api:tender_create", everyone(401)),
    Row("api:tender_revise", "put", ("draft",), everyone(401)),
    Row("api:scores_save", "put", ("tender",), everyone(401)),
    *(
        _post(f"api:{view}", everyone(401), "tender")
        for view in (
            *(f"tender_{act}" for act in ("copy", "amend", "postpone", "submit", "take_back", "return")),
            *(f"tender_{act}" for act in ("pass", "publish", "cancel", "suspend", "resume", "annul")),
            "bid_submit",
            "bid_part",
            "question_ask",
            "challenge_file",
            "evaluator_name",
            "scores_hand_in",
            *(f"award_{act}" for act in ("propose", "approve", "decline")),
            *("document_add", "draw_name", "auction_start", "auction_price"),
        )
    ),
    *(
        _post(f"api:bid_{act}", everyone(401), "bid")
        for act in ("withdraw", "confirm", "exclude", "step_back")
    ),
    *(_post(f"api:exclusion_{act}", everyone(401), "exclusion") for act in ("confirm", "decline")),
    *(_post(f"api:low_price_{act}", everyone(401), "low_price") for act in ("justify", "accept", "reject")),
    Row("api:document_replace", "put", ("draft", "document"), everyone(401)),
    *(
        _post(f"api:document_{act}", everyone(401), "draft", "document")
        for act in ("rename", "move", "remove")
    ),
    *(
        _post(f"api:draw_{act}", everyone(401), "drawn", "draw_number")
        for act in ("commit", "freeze", "value", "enter", "open", "hold", "confirm", "end")
    ),
    _post("api:question_answer", everyone(401), "nothing"),
    _post("api:evaluator_recuse", everyone(401), "evaluator"),
    *(
        _post(f"api:challenge_{act}", everyone(401), "challenge")
        for act in ("answer", "complain", "take_up", "propose", "decide")
    ),
    # pages and documents
    # pages and documents; an editor speaks for the region of the body acted for
    _get("wagtail_serve", everyone(), "page"),
    _get("wagtail_serve", everyone(), "practice_page"),
    _get("practice_adopt", only(editor=200), "practice"),
    _post("practice_adopt", only(editor=422), "practice"),
    _post("practice_take_back", only(editor=302), "practice"),
    _get("practice_adopt", only(editor=403), "own_practice"),
    _post("practice_take_back", only(editor=403), "own_practice"),
    _get("wagtaildocs_serve", everyone(404), "nothing", "file"),
    # accounts
    _get("account_login", everyone(302, anonymous=200)),
    _get("account_signup", everyone(302, anonymous=200)),
    _get("account_reset_password", everyone()),
    _get("account_logout", everyone(200, anonymous=302)),
    _get("account_email", members()),
    _get("account_change_password", members()),
    _get("mfa_index", members()),
    _get("mfa_activate_totp", members(302)),
    # back offices
    _get("wagtailadmin_home", everyone(302, admin=200, editor=200, reviewer=200)),
    _get("wagtailadmin_explore_root", everyone(302, admin=200)),
    _get("admin:index", everyone(302, admin=200)),
    _get("admin:parties_user_changelist", everyone(302, admin=200)),
]

# Other people's apps, by the first part of the address: each is held by rows of its own above.
PREFIXES: dict[str, Any] = {
    "cms/": "wagtailadmin_home",
    "django-admin/": "admin:index",
    "documents/": "wagtaildocs_serve",
    "accounts/": "account_login",
    "_util/": "wagtail_serve",
}
