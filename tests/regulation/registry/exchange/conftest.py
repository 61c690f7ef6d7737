import io

import openpyxl
import pytest
from django.utils import timezone

from regulation.registry.exchange.operations import run_import, upload_import
from regulation.registry.models import Import
from tests.factories.registry import UserFactory


def csv_of(*rows):
    """Rows of cells as a CSV in UTF-8."""
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()


def xlsx_of(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def checked():
    """Uploads a file, has it checked and returns the import."""

    def check(kind, content, *, by=None):
        job = upload_import(kind=kind, name="表.csv", content=content, by=by or UserFactory())
        run_import(pk=job.pk, at=timezone.now())
        return Import.objects.get(pk=job.pk)

    return check


@pytest.fixture
def written(checked):
    """The same, confirmed and written."""
    from regulation.registry.exchange.operations import confirm_import

    def write(kind, content, *, by=None):
        job = checked(kind, content, by=by)
        assert not job.faults_found, [(f.row, f.column, f.code) for f in job.faults.all()]
        confirm_import(job=job, by=job.by)
        run_import(pk=job.pk, at=timezone.now())
        return Import.objects.get(pk=job.pk)

    return write
