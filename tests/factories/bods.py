"""BODS 0.4 statements for tests."""

import io
import itertools
import json

count = itertools.count(1)
PUBLICATION = {"publicationDate": "2026-01-01", "bodsVersion": "0.4", "publisher": {"name": "试验登记处"}}


def _statement(record_type, record_id, details, **more):
    return {
        "statementId": f"statement-{next(count):032d}",
        "declarationSubject": record_id,
        "recordId": record_id,
        "recordType": record_type,
        "recordStatus": "new",
        "statementDate": "2026-01-01",
        "publicationDetails": PUBLICATION,
        "source": {"type": ["officialRegister"], "description": "试验登记处"},
        "recordDetails": {"isComponent": False, **details},
    } | more


def entity(record_id, *, name="", code="", details=None, **more):
    identifiers = [{"id": code, "schemeName": "Unified Social Credit Code (GB 32100-2015)"}] if code else []
    body = {"entityType": {"type": "registeredEntity"}, "name": name or record_id, "identifiers": identifiers}
    return _statement("entity", record_id, body | (details or {}), **more)


def person(record_id, *, name="", number="", details=None, **more):
    identifiers = [{"id": number, "scheme": "CHN-IDCARD"}] if number else []
    body = {
        "personType": "knownPerson",
        "names": [{"fullName": name or record_id}],
        "identifiers": identifiers,
    }
    return _statement("person", record_id, body | (details or {}), **more)


def holding(
    record_id, holder, subject, *, share=None, type="shareholding", details=None, interest=None, **more
):
    one = {"type": type, "directOrIndirect": "direct"} | (interest or {})
    if share is not None:
        one["share"] = share if isinstance(share, dict) else {"exact": share}
    body = {"subject": subject, "interestedParty": holder, "interests": [one]}
    return _statement("relationship", record_id, body | (details or {}), **more)


def lines(*statements):
    return io.BytesIO("\n".join(json.dumps(s, ensure_ascii=False) for s in statements).encode())


def array(*statements):
    return io.BytesIO(json.dumps(statements).encode())
