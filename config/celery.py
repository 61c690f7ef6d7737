"""Celery: jobs are acknowledged late and restored quickly: a killed worker loses nothing (DESIGN §8)."""

import os

from celery import Celery
from celery.schedules import crontab
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("qinqing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    timezone="UTC",
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 20,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "polling_interval": 1,
    },
    beat_schedule={
        "heartbeat": {"task": "ledger.heartbeat", "schedule": 10.0},
        "sequence": {"task": "ledger.sequence", "schedule": 2.0},
        "collect-cosignatures": {"task": "ledger.collect", "schedule": 5.0},
        "audit": {"task": "ledger.audit", "schedule": crontab(hour=18, minute=10)},  # UTC: night in China
        "redeliver": {"task": "ledger.redeliver", "schedule": 15.0},
        "note-lapsed-rulings": {"task": "registry.note_lapsed", "schedule": 600.0},
        "send-digests": {"task": "registry.send_digests", "schedule": 300.0},
        "follow-measures": {"task": "registry.follow_measures", "schedule": 600.0},
        "publish-due-rulings": {"task": "registry.publish_due", "schedule": 10.0},
        "resume-imports": {"task": "registry.resume_imports", "schedule": 15.0},
        "forget-import-files": {"task": "registry.forget_import_files", "schedule": 3600.0},
        "resume-interest-imports": {"task": "parties.resume_imports", "schedule": 15.0},
        "forget-old-notices": {"task": "parties.forget_notices", "schedule": 3600.0},
        "forget-staged-interests": {"task": "parties.forget_staged", "schedule": 3600.0},
        "compact-search-cells": {"task": "registry.compact_cells", "schedule": 600.0},
        "note-late-declarations": {"task": "parties.note_late_declarations", "schedule": 86400.0},
        "suggest-same-records": {"task": "parties.refresh_suggestions", "schedule": 86400.0},
        "note-overdue-reports": {"task": "oversight.note_overdue", "schedule": 600.0},
        "clear-unfiled-evidence": {"task": "oversight.clear_unfiled", "schedule": 3600.0},
        "sweep-nightly": {"task": "decoupling.sweep_nightly", "schedule": crontab(hour=18, minute=10)},
        "resume-sweeps": {"task": "decoupling.resume_sweeps", "schedule": 60.0},
        "note-overdue-referrals": {"task": "decoupling.note_overdue", "schedule": 300.0},
        "reaudit-nightly": {"task": "tenders.reaudit_nightly", "schedule": crontab(hour=19, minute=10)},
        "resume-reaudits": {"task": "tenders.resume_reaudits", "schedule": 60.0},
        "recheck-live-bids": {"task": "tenders.recheck_live", "schedule": crontab(hour=20, minute=10)},
        "recheck-awards": {"task": "tenders.recheck_awards", "schedule": crontab(hour=20, minute=15)},
        "resume-rechecks": {"task": "tenders.resume_rechecks", "schedule": 10.0},
        "recheck-contracts": {"task": "contracts.recheck_running", "schedule": crontab(hour=20, minute=20)},
        "recheck-offers": {"task": "directory.recheck_offers", "schedule": crontab(hour=20, minute=25)},
        "settle-payments": {"task": "payments.settle", "schedule": 60.0},
        "note-accounts": {"task": "payments.note_accounts", "schedule": crontab(hour=19, minute=25)},
        "lapse-unsigned-contracts": {"task": "contracts.lapse_unsigned", "schedule": 60.0},
        "accept-unanswered-work": {"task": "contracts.accept_silent", "schedule": 60.0},
        "pay-accepted-work": {"task": "contracts.pay_due", "schedule": 300.0},
        "disclose-reviews": {"task": "contracts.disclose_reviews", "schedule": 60.0},
        "reckon-credit": {"task": "contracts.reckon_credit", "schedule": crontab(hour=18, minute=40)},
        "end-suspensions": {"task": "directory.end_suspensions", "schedule": 600.0},
        "dispute-clocks": {"task": "contracts.dispute_clocks", "schedule": 60.0},
        "remind-of-contracts": {"task": "contracts.remind", "schedule": 1800.0},
        "sweep-uploads": {"task": "contracts.sweep_uploads", "schedule": 3600.0},
        "name-mediators": {"task": "contracts.name_mediators", "schedule": crontab(hour=19, minute=40)},
        "reconcile-contracts": {"task": "contracts.reconcile", "schedule": crontab(hour=20, minute=40)},
        "forget-kept-answers": {"task": "opendata.forget_answers", "schedule": 3600.0},
        "forget-sealed-files": {"task": "tenders.forget_files", "schedule": 3600.0},
        "open-due-tenders": {"task": "tenders.open_due", "schedule": 2.0},
        "finish-awards": {"task": "tenders.finish_awards", "schedule": 5.0},
    },
)
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
app.autodiscover_tasks(["regulation.decoupling.sweeping", "marketplace.tenders.auditing"])
