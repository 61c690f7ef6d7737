"""Loading laws, articles and their text from a file of the operator: all of it or nothing."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from regulation.ledger.operations import record
from regulation.parties.models import Region

from ..errors import DemandsRestOnIt
from ..models import Instrument, Provision
from ..provision_file import ARTICLE, Fault, FileRow, InstrumentRow, ProvisionFile, read

LOCK = 0x1A37  # advisory: two loads at once take turns, and the second finds everything there

Item = Instrument | Provision


@dataclass(slots=True)
class Loaded:
    """What a file did, or would do: rows by their urn, and every fault. With a fault nothing is written."""

    digest: str
    source: str = ""
    faults: list[Fault] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)  # articles that end because their instrument does

    @property
    def urn(self) -> str:
        return f"registry.provision_file/{self.digest[:16]}"

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.ended)


def import_provisions(*, content: bytes, at: dt.datetime, dry_run: bool = False) -> Loaded:
    """Load a file in the form of docs/import-provisions.md: instruments, articles, dates, repeals, texts.

    The whole file is read before anything is written; with one fault nothing is. What the file does not
    name stays. Rulings are not touched: where the file ends a law, the demands resting on it lapse that day.
    A second run finds nothing to do and writes no entry. `dry_run` undoes everything and says the same.
    """
    loaded = Loaded(hashlib.sha256(content).hexdigest())
    file = read(content)
    loaded.faults, loaded.source = file.faults, file.source
    if loaded.faults:
        return loaded
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _Loading(loaded, file, day=timezone.localdate(at)).run()
        if loaded.faults or dry_run:
            transaction.set_rollback(True)
        elif loaded:
            body = {"sha256": loaded.digest, "source": loaded.source}
            written = {"created": loaded.created, "changed": loaded.changed, "ended": loaded.ended}
            record(kind="registry.provisions_imported", subject=loaded, actor=None, body=body | written)
    return loaded


class _Loading:
    """One run over a file. Faults gather in `loaded`; rows are written as they are found to be good."""

    def __init__(self, loaded: Loaded, file: ProvisionFile, *, day: dt.date) -> None:
        self.loaded, self.file, self.day = loaded, file, day
        self.by_ref = {i.ref: i for i in Instrument.objects.select_for_update()}
        self.by_title: dict[str, list[Instrument]] = {}
        for known in self.by_ref.values():
            self.by_title.setdefault(known.title, []).append(known)
        self.regions = set(Region.objects.values_list("pk", flat=True))
        self.refs = set(Provision.objects.values_list("ref", flat=True))
        self.seen: dict[str, str] = {}

    def run(self) -> None:
        found = [(row, self._instrument(row)) for row in self.file.instruments]
        for row, instrument in found:
            if instrument is not None and "repealed_by" in row.values:
                self._repeal(row, instrument)
        for row, instrument in found:
            if instrument is not None and instrument.pk is not None:
                self._articles(row, instrument)

    def _fault(self, row: FileRow, name: str, message: str) -> None:
        self.loaded.faults.append(Fault(row.row, name, message))

    # instruments

    def _instrument(self, row: InstrumentRow) -> Instrument | None:
        known = self._known(row)
        if known is None:
            return None
        if known.ref in self.seen:
            self._fault(row, "ref", _("stands in row %(row)s already") % {"row": self.seen[known.ref]})
            return None
        self.seen[known.ref] = row.row
        skipped = ("repealed_by", "region", "ref", "level")
        values = {k: v for k, v in row.values.items() if k not in skipped and not k.startswith("in_force")}
        if known.pk is None:
            values |= {"level": row.values["level"]}
        elif row.values.get("level", known.level) != known.level:
            self._fault(row, "level", _("of an instrument on record does not change"))
        if "region" in row.values:
            if row.values["region"] not in self.regions:
                self._fault(row, "region", _("is not a region code on record"))
                return None
            values["region_id"] = row.values["region"]
        if not self._period(row, known, values):
            return None
        if known.pk is not None and "in_force" in values and not self._end_articles(row, known, values):
            return None
        try:
            with transaction.atomic():
                self._write(known, values)
        except IntegrityError as refusal:
            if "ruling_not_harder_than_above" not in str(refusal):
                raise
            self._fault(row, "region", str(DemandsRestOnIt()))
            return None
        return known

    def _known(self, row: InstrumentRow) -> Instrument | None:
        """The instrument on record that a row names, or a new one; None with a fault."""
        said = row.values
        if "ref" in said and said["ref"] in self.by_ref:
            return self.by_ref[said["ref"]]
        if "ref" not in said:
            numbers = (said.get("number", ""), "")
            named = [i for i in self.by_title.get(said["title"], []) if i.number in numbers or not numbers[0]]
            if len(named) == 1:
                return named[0]
            which = (
                _("names several instruments; give the ref") if named else _("is not on record; give a ref")
            )
            self._fault(row, "title", which)
            return None
        missing = [name for name in ("title", "level", "region", "source") if name not in said]
        for name in missing:
            self._fault(row, name, _("is missing, and this instrument is not on record"))
        return None if missing else Instrument(ref=said["ref"])

    def _period(self, row: FileRow, item: Item, values: dict[str, Any]) -> bool:
        """Put the period the row asks for into `values`; False with a fault."""
        said, was = row.values, item.in_force
        if "in_force_from" not in said and "in_force_to" not in said:
            return True
        start = said.get("in_force_from", was.lower if was else None)
        end = said.get("in_force_to", was.upper if was else None)
        if start is None:
            self._fault(row, "in_force_from", _("is missing, and not on record"))
        elif end is not None and end <= start:
            self._fault(row, "in_force_to", _("has to lie after in_force_from"))
        else:
            values["in_force"] = DateRange(start, end, "[)")
            return True
        return False

    def _end_articles(self, row: FileRow, known: Instrument, values: dict[str, Any]) -> bool:
        """Note the articles that a new end takes along; False with a fault where one would start outside."""
        period = values["in_force"]
        if known.in_force == period:
            return True
        articles = list(known.provisions.filter(in_force__isnull=False))
        end = period.upper or dt.date.max
        for article in articles:
            if not period.lower <= article.in_force.lower < end:
                said = {"article": article.article, "day": article.in_force.lower}
                self._fault(row, "in_force_from", _("leaves out %(article)s, in force from %(day)s") % said)
                return False
        self.loaded.ended += [a.urn for a in articles if (a.in_force.upper or dt.date.max) > end]
        return True

    def _repeal(self, row: InstrumentRow, instrument: Instrument) -> None:
        ref = row.values["repealed_by"]
        by = self.by_ref.get(ref)
        if ref and (by is None or by.pk is None):
            self._fault(row, "repealed_by", _("is not an instrument on record or in this file"))
        elif by is not None and by.pk == instrument.pk:
            self._fault(row, "repealed_by", _("a law is not repealed by itself"))
        else:
            self._write(instrument, {"repealed_by_id": by.pk if by else None})

    # articles

    def _articles(self, row: InstrumentRow, instrument: Instrument) -> None:
        instrument.refresh_from_db()
        known = {p.article: p for p in instrument.provisions.select_for_update()}
        for article in row.articles:
            self._article(article, instrument, known.get(article.values["article"]))

    def _article(self, row: FileRow, instrument: Instrument, known: Provision | None) -> None:
        known = known or self._new_article(row, instrument)
        if known is None:
            return
        kept = ("summary", "summary_en", "article_order", "source")
        values = {name: row.values[name] for name in kept if name in row.values}
        if known.pk is None:
            values |= {"source": row.values.get("source", self.loaded.source)}
        elif row.values.get("ref", known.ref) != known.ref:
            self._fault(row, "ref", _("of an article on record does not change"))
            return
        if "text" in row.values:
            values |= self._text(row.values["text"], known)
        if self._period(row, known, values) and self._inside(row, instrument, values):
            self._write(known, values)

    def _new_article(self, row: FileRow, instrument: Instrument) -> Provision | None:
        said = row.values
        order = said.get("article_order", 0)
        ref = said.get("ref") or f"{instrument.ref}-{order or said['article']}"
        missing = [name for name in ("summary", "in_force_from") if name not in said]
        for name in missing:
            self._fault(row, name, _("is missing, and this article is not on record"))
        try:
            ARTICLE["ref"](ref)
        except ValueError as wrong:
            self._fault(row, "ref", _("“%(ref)s”: %(why)s") % {"ref": ref, "why": wrong})
            return None
        if ref in self.refs:
            self._fault(row, "ref", _("“%(ref)s” is another article's; give this one its own") % {"ref": ref})
        if missing or ref in self.refs:
            return None
        self.refs.add(ref)
        return Provision(ref=ref, instrument=instrument, article=said["article"], level=instrument.level)

    def _text(self, text: str, known: Provision) -> dict[str, Any]:
        """The text with its source and day; the day it was loaded stays while nothing of it changes."""
        if not text:
            return {"full_text": "", "full_text_source": "", "full_text_on": None}
        if (known.full_text, known.full_text_source) == (text, self.loaded.source):
            return {}
        return {"full_text": text, "full_text_source": self.loaded.source, "full_text_on": self.day}

    def _inside(self, row: FileRow, instrument: Instrument, values: dict[str, Any]) -> bool:
        """Whether an article's period lies within its instrument's; an open end becomes the instrument's."""
        period, law = values.get("in_force"), instrument.in_force
        if period is None or law is None:
            return True
        if law.upper and period.upper is None and row.values.get("in_force_to") is None:
            values["in_force"] = period = DateRange(period.lower, law.upper, "[)")
        end = law.upper or dt.date.max
        if period.lower < law.lower or period.lower >= end or (period.upper or dt.date.min) > end:
            self._fault(row, "in_force_from", _("the article's period leaves that of its instrument"))
            return False
        return True

    def _write(self, item: Item, values: dict[str, Any]) -> None:
        """Store what differs, and note it."""
        new = item.pk is None
        differs = [name for name, value in values.items() if getattr(item, name) != value]
        for name in differs:
            setattr(item, name, values[name])
        if new:
            item.save()
            self.by_ref |= {item.ref: item} if isinstance(item, Instrument) else {}
            self.loaded.created.append(item.urn)
        elif differs:
            item.save(update_fields=_fields(item, differs))
            if item.urn not in (*self.loaded.changed, *self.loaded.created):
                self.loaded.changed.append(item.urn)


def _fields(item: Item, columns: Iterable[str]) -> list[str]:
    return [name.removesuffix("_id") for name in columns]
