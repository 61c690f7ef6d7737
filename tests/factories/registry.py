"""The least valid objects of the registry. Published rulings are made as two people would have."""

import datetime as dt

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.parties.models import Entity, EntityKind, Membership, Region, User
from regulation.registry.models import (
    Approval,
    Instrument,
    Level,
    Material,
    Necessity,
    Provision,
    Ruling,
    RulingBasis,
    Service,
    Stage,
    Zone,
    ZoneAssessment,
)
from regulation.registry.operations import pass_review, submit_draft
from regulation.registry.seed.tables import index_approval

SINCE = DateRange(dt.date(2020, 1, 1), None, "[)")


def region(code="000000"):
    """A region with its parents: six digits, the country for all zeros."""
    depth = 0 if code == "000000" else 1 if code.endswith("0000") else 2 if code.endswith("00") else 3
    parent = {0: None, 1: "000000", 2: code[:2] + "0000", 3: code[:4] + "00"}[depth]
    if parent:
        region(parent)
    fields = {"name": f"区划{code}", "name_en": f"Region {code}", "parent_id": parent, "depth": depth}
    return Region.objects.get_or_create(code=code, defaults=fields)[0]


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"keeper{n}@example.org")
    name = factory.Sequence(lambda n: f"用户{n}")


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Entity

    kind = EntityKind.DEPARTMENT
    name = factory.Sequence(lambda n: f"审批部门{n}")
    region = factory.LazyFunction(lambda: region("511602"))


class ApprovalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Approval

    ref = factory.Sequence(lambda n: f"approval-{n}")
    code = factory.Sequence(lambda n: f"511Z{n:05d}")
    name = factory.Sequence(lambda n: f"建设项目许可{n}")
    department = factory.SubFactory(DepartmentFactory)
    region = factory.LazyAttribute(lambda a: a.department.region)
    source = "测试来源"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        approval = model_class(*args, **kwargs)
        index_approval(approval)
        approval.save()
        return approval


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service

    code = factory.Sequence(lambda n: f"service-{n}")
    name = factory.Sequence(lambda n: f"评估服务{n}")
    category = "评估评价"
    source = "测试来源"


class MaterialFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Material

    approval = factory.SubFactory(ApprovalFactory)
    position = factory.Sequence(lambda n: n + 1)
    name = "评估报告"
    source = "测试来源"


class InstrumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Instrument

    ref = factory.Sequence(lambda n: f"law-{n}")
    title = factory.Sequence(lambda n: f"测试法{n}")
    level = Level.LAW
    region = factory.LazyFunction(region)
    in_force = SINCE
    source = "测试来源"


class ProvisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Provision

    ref = factory.Sequence(lambda n: f"law-{n}-1")
    instrument = factory.SubFactory(InstrumentFactory)
    article = factory.Sequence(lambda n: f"第{n}条")
    level = factory.LazyAttribute(lambda p: p.instrument.level)
    in_force = SINCE
    summary = "条文概要。"
    source = "测试来源"


def reviewed(draft, *, by=None):
    """The draft, once its author has submitted it and a second person has passed it."""
    submit_draft(ruling=draft, by=draft.author)
    passed = pass_review(ruling=draft, by=by or UserFactory(), at=timezone.now())
    for name in ("stage", "legal_reviewer", "reviewed_at"):
        setattr(draft, name, getattr(passed, name))
    return draft


class DraftFactory(factory.django.DjangoModelFactory):
    """A draft that cites one provision of a law, as it left the legal review unless told otherwise."""

    class Meta:
        model = Ruling
        skip_postgeneration_save = True

    service = factory.SubFactory(ServiceFactory)
    region = factory.LazyFunction(region)
    necessity = Necessity.OPTIONAL
    follow_up = "由监管部门抽查"
    reason = "您可以自行编制。"
    in_force = SINCE
    author = factory.SubFactory(UserFactory)
    source = "测试来源"

    @factory.post_generation
    def provisions(self, create, extracted, **kwargs):
        cited = [ProvisionFactory()] if extracted is None else extracted
        for position, provision in enumerate(cited):
            RulingBasis.objects.create(ruling=self, provision=provision, position=position)

    @factory.post_generation
    def review(self, create, extracted, **kwargs):
        if extracted is None and self.published_at is None:
            signed = {"legal_reviewer": UserFactory(), "reviewed_at": timezone.now()}
            Ruling.objects.filter(pk=self.pk).update(stage=Stage.SUBMITTED)
            Ruling.objects.filter(pk=self.pk).update(stage=Stage.REVIEWED, **signed)
            self.refresh_from_db(fields=["stage", *signed])


class RulingFactory(DraftFactory):
    """A published ruling, signed by a second person."""

    reviewer = factory.SubFactory(UserFactory)
    published_at = factory.LazyFunction(timezone.now)


class ZoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Zone

    ref = factory.Sequence(lambda n: f"zone-{n}")
    region = factory.LazyFunction(lambda: region("511602"))
    name = factory.Sequence(lambda n: f"开发区{n}")
    source = "测试来源"


class AssessmentDraftFactory(factory.django.DjangoModelFactory):
    """An assessment of a zone that waits for a second person."""

    class Meta:
        model = ZoneAssessment

    zone = factory.SubFactory(ZoneFactory)
    service = factory.SubFactory(ServiceFactory)
    report = "区域评估报告"
    valid = SINCE
    effect = "waived"
    provision = factory.SubFactory(ProvisionFactory)
    author = factory.SubFactory(UserFactory)
    source = "测试来源"


class AssessmentFactory(AssessmentDraftFactory):
    """One that a second person published."""

    reviewer = factory.SubFactory(UserFactory)
    published_at = factory.LazyFunction(timezone.now)


def acting(client, role, *, entity=None, user=None):
    """Sign a client in as somebody who acts in a role; returns the user."""
    user = user or UserFactory()
    today = timezone.localdate()
    Membership.objects.create(
        user=user,
        entity=entity or DepartmentFactory(),
        role=role,
        valid=DateRange(today - dt.timedelta(days=1), None, "[)"),
    )
    client.force_login(user)
    return user
