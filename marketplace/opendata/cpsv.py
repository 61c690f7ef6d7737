"""The registry in CPSV-AP 3.2 and CCCEV 2.2, as JSON-LD nodes. No ORM queries, no clock, no request.

An approval is a cpsv:PublicService, its department a cv:PublicOrganisation, a ruling a cv:Requirement of it,
a paper a cv:EvidenceType, an article an eli:LegalResource. What the two standards have no term for stands
under `qq:`: who pays, the time limit in its own kind of days, whether the legal basis has ended. Nodes that
several things share (regions, departments, articles, verdicts) are made once a graph. CCCEV knows one
description of a requirement or a framework, a string without a language: the Chinese one, which is what
holds; both languages stand in rdfs:comment.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from regulation.parties.models import Entity, Region
from regulation.registry.models import Approval, Material, Necessity, Provision, Ruling

Node = dict[str, Any]

CONTEXT: Node = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ATU = "http://data.europa.eu/88u/dataset/atu-type"  # the class CPSV-AP 3.2 gives an organisation's region


class Graph:
    """Builds the nodes of a document; `site` is the site's address without a slash at its end."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._made: set[str] = set()

    def address(self, view: str, *arguments: object) -> str:
        with override("zh-hans"):
            return self.site + reverse(view, args=arguments)

    def context(self) -> Node:
        return CONTEXT | {"qq": f"{self.site}/data/terms#"}

    def approval(
        self, approval: Approval, rulings: Iterable[Ruling], papers: Iterable[Material]
    ) -> Iterator[Node]:
        """An approval with its department, its papers, and the rulings that join a service to it."""
        rulings, papers, ident = list(rulings), list(papers), self.address("registry:approval", approval.ref)
        laws = {basis.provision.ref: basis.provision for r in rulings for basis in r.bases.all()}
        yield _full(
            {
                "@id": ident,
                "@type": "cpsv:PublicService",
                "dct:identifier": approval.code or approval.ref,
                "dct:title": said(approval.name, approval.name_en),
                "dct:description": said(
                    approval.main_item or approval.name, "" if approval.main_item else approval.name_en
                ),
                "dct:spatial": self._ref(self._region_id(approval.region)),
                "cv:hasCompetentAuthority": self._ref(self._entity_id(approval.department)),
                "cv:holdsRequirement": [self._ref(self._ruling_id(r)) for r in rulings],
                "cv:hasInputType": [self._ref(f"{ident}#paper-{paper.position}") for paper in papers],
                "cv:hasLegalResource": [self._ref(self._provision_id(law)) for law in laws.values()],
                "qq:committedWorkingDays": approval.committed_days,
                "dct:source": approval.source,
            }
        )
        yield from self._organisation(approval.department, approval.region)
        yield from self._region(approval.region)
        for paper in papers:
            yield self._paper(ident, paper)
        for ruling in rulings:
            yield from self.ruling(ruling)

    def ruling(self, ruling: Ruling) -> Iterator[Node]:
        """A ruling with its verdict, region and articles; both time axes stand on it."""
        period, lapsed = ruling.in_force, ruling.verdict == "lapsed"
        approval = ruling.approval
        yield _full(
            {
                "@id": self._ruling_id(ruling),
                "@type": "cv:Requirement",
                "dct:identifier": ruling.urn,
                "dct:title": said(
                    f"{ruling.service.name}：{_necessity(ruling, 'zh-hans')}",
                    f"{ruling.service.name_en or ruling.service.name}: {_necessity(ruling, 'en')}",
                ),
                "dct:description": ruling.reason,
                "rdfs:comment": said(ruling.reason, ruling.reason_en),
                "dct:type": self._ref(self._verdict_id(ruling.verdict)),
                "dct:spatial": self._ref(self._region_id(ruling.region)),
                "dct:temporal": period_of_time(period.lower, period.upper),
                "@reverse": {
                    "cv:holdsRequirement": self._ref(self.address("registry:approval", approval.ref))
                }
                if approval
                else None,
                "cv:isDerivedFrom": [self._ref(self._provision_id(b.provision)) for b in ruling.bases.all()],
                "prov:generatedAtTime": instant(ruling.published_at),
                "prov:invalidatedAtTime": instant(ruling.recorded.upper),
                "qq:service": self._ref(self.address("registry:service", ruling.service.code)),
                "qq:payer": ruling.payer,
                "qq:timeLimit": ruling.days,
                "qq:timeLimitCounts": ruling.day_kind,
                "qq:condition": said(ruling.condition.question, ruling.condition.question_en)
                if ruling.condition
                else None,
                "qq:basisEnded": True if lapsed else None,
                "dct:source": ruling.source,
            }
        )
        yield from self._verdict(ruling)
        yield from self._region(ruling.region)
        yield from self._service(ruling)
        for basis in ruling.bases.all():
            yield from self._provision(basis.provision)

    def _once(self, node: Node) -> Iterator[Node]:
        if node["@id"] not in self._made:
            self._made.add(node["@id"])
            yield _full(node)

    def _organisation(self, department: Entity, region: Region) -> Iterator[Node]:
        where = department.region or region
        node = {
            "@id": self._entity_id(department),
            "@type": "cv:PublicOrganisation",
            "dct:identifier": department.credit_code,
            "skos:prefLabel": said(department.name, department.name_en),
            "dct:spatial": self._ref(self._region_id(where)),
        }
        yield from self._once(node)
        yield from self._region(where)

    def _region(self, region: Region) -> Iterator[Node]:
        node = {
            "@id": self._region_id(region),
            "@type": ["dct:Location", ATU],
            "dct:identifier": region.code,
            "skos:prefLabel": said(region.name, region.name_en),
        }
        yield from self._once(node)

    def _service(self, ruling: Ruling) -> Iterator[Node]:
        service = ruling.service
        node = {
            "@id": self.address("registry:service", service.code),
            "@type": "skos:Concept",
            "dct:identifier": service.code,
            "skos:prefLabel": said(service.name, service.name_en),
        }
        yield from self._once(node)

    def _provision(self, provision: Provision) -> Iterator[Node]:
        law = provision.instrument
        held = provision.in_force or law.in_force
        node = {
            "@id": self._provision_id(provision),
            "@type": ["eli:LegalResource", "cv:ReferenceFramework"],
            "dct:identifier": provision.ref,
            "dct:title": said(
                f"《{law.title}》{provision.article}",
                f"{law.title_en}, {provision.article}" if law.title_en else "",
            ),
            "dct:description": provision.summary,
            "rdfs:comment": said(provision.summary, provision.summary_en),
            "dct:temporal": period_of_time(held.lower, held.upper) if held else None,
            "qq:level": provision.level,
            "qq:instrumentNumber": law.number,
        }
        yield from self._once(node)

    def _verdict(self, ruling: Ruling) -> Iterator[Node]:
        node = {
            "@id": self._verdict_id(ruling.verdict),
            "@type": "skos:Concept",
            "skos:notation": ruling.verdict,
            "skos:prefLabel": said(_necessity(ruling, "zh-hans"), _necessity(ruling, "en")),
        }
        yield from self._once(node)

    def _paper(self, approval: str, paper: Material) -> Node:
        produced = paper.service
        return _full(
            {
                "@id": f"{approval}#paper-{paper.position}",
                "@type": "cv:EvidenceType",
                "dct:identifier": f"{approval}#paper-{paper.position}",
                "skos:prefLabel": said(paper.name, ""),
                "qq:service": self._ref(self.address("registry:service", produced.code))
                if produced
                else None,
            }
        )

    def _ref(self, address: str) -> Node:
        return {"@id": address}

    def _ruling_id(self, ruling: Ruling) -> str:
        return self.address("registry:ruling", ruling.pk)

    def _entity_id(self, entity: Entity) -> str:
        return self.address("decoupling:entity", entity.pk)

    def _provision_id(self, provision: Provision) -> str:
        return self.address("registry:provision", provision.ref)

    def _region_id(self, region: Region) -> str:
        return f"{self.site}/data/regions#{region.code}"

    def _verdict_id(self, verdict: str) -> str:
        return f"{self.site}/data/terms#{verdict}"


def said(chinese: str, english: str) -> list[Node]:
    """Language-tagged strings (rdf:langString); English only where there is one."""
    found = [{"@language": "zh-Hans", "@value": chinese}]
    return [*found, {"@language": "en", "@value": english}] if english else found


def period_of_time(start: Any, end: Any) -> Node:
    """[start, end) of days as dct:PeriodOfTime; dcat:endDate is the first day no longer in force."""
    node: Node = {"@type": "dct:PeriodOfTime"}
    for name, day in (("dcat:startDate", start), ("dcat:endDate", end)):
        if day is not None:
            node[name] = {"@type": "xsd:date", "@value": day.isoformat()}
    return node


def instant(moment: Any) -> Node | None:
    return {"@type": "xsd:dateTime", "@value": moment.isoformat()} if moment else None


def _necessity(ruling: Ruling, language: str) -> str:
    with override(language):
        return str(Necessity(ruling.necessity).label)


def _full(node: Node) -> Node:
    """The node without what is not known."""
    return {name: value for name, value in node.items() if value not in (None, "", [])}
