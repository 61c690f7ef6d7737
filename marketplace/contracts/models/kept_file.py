"""What every file that goes with a contract says of itself, and where it lies."""

import secrets
from typing import Any

from django.core.files.storage import storages
from django.db import models

from regulation.parties.uploads import SCANS


def private_storage() -> Any:
    """Outside MEDIA: nothing serves it by itself."""
    return storages["evidence"]


def random_place(folder: str) -> str:
    """A place that says nothing of the file."""
    key = secrets.token_hex(20)
    return f"{folder}/{key[:2]}/{key}"


def new_ref() -> str:
    return secrets.token_hex(16)


class KeptFile(models.Model):
    """Name, kind, size in bytes, SHA-256, and what a scanner said of it; the file itself lies in `file`."""

    ref = models.SlugField(max_length=32, unique=True, default=new_ref)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    scan = models.CharField(max_length=12, choices=SCANS)
    file: Any

    class Meta:
        abstract = True
