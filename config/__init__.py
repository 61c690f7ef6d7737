"""The house's wiring: settings, addresses, jobs."""

from .celery import app as celery_app

__all__ = ["celery_app"]
