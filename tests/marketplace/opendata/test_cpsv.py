"""The registry as JSON-LD: valid against the shapes, found at the pages' own addresses."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pyshacl import validate
from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef

from regulation.registry.models import Approval, Ruling
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    MaterialFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
SHAPES = Path(__file__).with_name("shapes.ttl")
CV, CPSV = Namespace("http://data.europa.eu/m8g/"), Namespace("http://purl.org/vocab/cpsv#")


def parsed(response) -> Graph:
    assert response["Content-Type"] == "application/ld+json"
    body = response.content if not response.streaming else b"".join(response.streaming_content)
    return Graph().parse(data=body, format="json-ld")


def faults(graph: Graph) -> str:
    conforms, _graph, text = validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    return "" if conforms else text


def an_approval():
    approval = ApprovalFactory(ref="a")
    RulingFactory(approval=approval, necessity="mandatory", days=10, day_kind="working")
    MaterialFactory(approval=approval, service=ServiceFactory())
    return approval


def test_an_approval_is_a_public_service_with_its_requirements(client):
    approval = an_approval()
    graph = parsed(client.get("/data/approvals/a.jsonld"))
    assert faults(graph) == ""
    (service,) = graph.subjects(RDF.type, CPSV.PublicService)
    assert str(service).endswith("/approvals/a/")
    assert [str(code) for code in graph.objects(service, DCTERMS.identifier)] == [approval.code]
    (requirement,) = graph.objects(service, CV.holdsRequirement)
    assert str(requirement).endswith(f"/rulings/{Ruling.objects.get().pk}/")
    assert len(list(graph.objects(service, CV.hasInputType))) == 1


def test_the_shapes_find_what_is_missing(client):
    an_approval()
    graph = parsed(client.get("/data/approvals/a.jsonld"))
    (service,) = graph.subjects(RDF.type, CPSV.PublicService)
    graph.remove((service, CV.hasCompetentAuthority, None))
    assert "hasCompetentAuthority" in faults(graph)


@pytest.mark.parametrize(
    "wrong",
    [
        (DCTERMS.description, Literal("理由", lang="zh-Hans")),  # CCCEV: a string without a language
        (CV.isRequirementOf, URIRef("urn:a")),  # CCCEV: of another requirement
        (DCTERMS.title, Literal("名称")),  # CPSV-AP: with its language
    ],
    ids=["description", "requirement", "title"],
)
def test_the_shapes_are_those_of_both_standards(wrong, client):
    ruling = RulingFactory()
    graph = parsed(client.get(f"/data/rulings/{ruling.pk}.jsonld"))
    (requirement,) = graph.subjects(RDF.type, CV.Requirement)
    graph.add((requirement, *wrong))
    assert str(wrong[0]).rsplit("/", 1)[1] in faults(graph)


def test_a_ruling_tells_both_axes_and_its_law(client):
    ruling = RulingFactory(approval=ApprovalFactory())
    graph = parsed(client.get(f"/data/rulings/{ruling.pk}.jsonld"))
    assert faults(graph) == ""
    (requirement,) = graph.subjects(RDF.type, CV.Requirement)
    (law,) = graph.objects(requirement, CV.isDerivedFrom)
    assert str(graph.value(predicate=CV.holdsRequirement, object=requirement)).endswith(
        ruling.approval.get_absolute_url()
    )
    assert ruling.bases.get().provision.get_absolute_url() in str(law)
    start = graph.value(
        graph.value(requirement, DCTERMS.temporal), URIRef("http://www.w3.org/ns/dcat#startDate")
    )
    assert str(start) == "2020-01-01"
    assert graph.value(requirement, URIRef("http://www.w3.org/ns/prov#generatedAtTime")) is not None


def test_a_draft_is_not_published(client):
    assert client.get(f"/data/rulings/{DraftFactory().pk}.jsonld").status_code == 404


def test_the_whole_registry_is_one_valid_document(client):
    call_command("load_seed", verbosity=0)
    response = client.get("/data/registry.jsonld")
    assert response.streaming
    graph = parsed(response)
    assert len(set(graph.subjects(RDF.type, CPSV.PublicService))) == Approval.objects.count()
    assert faults(graph) == ""


@pytest.mark.parametrize("approvals", [1, 20])
def test_the_whole_takes_a_fixed_number_of_queries(approvals, client, django_assert_num_queries):
    for n in range(approvals):
        approval = ApprovalFactory()
        RulingFactory(approval=approval, provisions=[ProvisionFactory()])
        RulingFactory()
        MaterialFactory(approval=approval, position=n)
    with django_assert_num_queries(6):
        body = b"".join(client.get("/data/registry.jsonld").streaming_content)
    assert len(json.loads(body)["@graph"]) >= approvals * 4


@pytest.mark.parametrize(
    ("accept", "machine"),
    [
        ("application/ld+json", True),
        ("application/ld+json, text/html;q=0.5", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("text/html, application/ld+json;q=0.9", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_page_answers_machines_at_its_own_address(accept, machine, client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"))
    for page, data in (
        ("/approvals/a/", "/data/approvals/a.jsonld"),
        ("/en/approvals/a/", "/data/approvals/a.jsonld"),
        (ruling.get_absolute_url(), f"/data/rulings/{ruling.pk}.jsonld"),
    ):
        response = client.get(page, headers={"Accept": accept} if accept else {})
        assert "Accept" in response["Vary"]
        if machine:
            assert (response.status_code, response.url) == (303, data)
        else:
            assert response.status_code == 200
            assert f'<{data}>; rel="alternate"' in response["Link"]
            assert f'href="{data}"' in response.content.decode()


def test_a_kept_page_is_not_given_to_a_machine(client, settings):
    settings.PAGE_CACHE_SECONDS = 60
    ApprovalFactory(ref="a")
    assert client.get("/approvals/a/").status_code == 200
    assert client.get("/approvals/a/", headers={"Accept": "application/ld+json"}).status_code == 303
    assert client.get("/approvals/a/").status_code == 200
