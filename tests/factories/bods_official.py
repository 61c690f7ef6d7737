"""The official JSON Schema of BODS 0.4 over whole files: tests/data/bods-0.4."""

import datetime as dt
import json
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[1] / "data" / "bods-0.4"
formats = FormatChecker(formats=())


@formats.checks("date", raises=ValueError)
def _day(value):
    return not isinstance(value, str) or (len(value) == 10 and bool(dt.date.fromisoformat(value)))


@formats.checks("date-time", raises=ValueError)
def _moment(value):
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


@formats.checks("uri", raises=ValueError)
def _address(value):
    return not isinstance(value, str) or (value.isascii() and bool(urlsplit(value).scheme))


@cache
def validator():
    """Its parts name each other by URN."""
    read = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]
    registry = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in read)
    return Draft202012Validator(registry.contents("urn:statement"), registry=registry, format_checker=formats)


def official_faults(statements):
    """A line for each place where an array of statements breaks the schema."""
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in validator().iter_errors(statements)]
