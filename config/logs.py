"""Structured logs: one JSON object a line, with the request id that django-structlog binds."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

ABOUT_BIDS = re.compile(r"/tenders/[^/ ]+/bids?\b|/bids/|/trustees/|/deliverables/")


def hush_bids(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave no line of requests about bids: whoever reads the logs would count them before the opening.

    Nor of links to deliverables, which whoever reads the logs could follow.
    """
    if ABOUT_BIDS.search(str(said.get("request", ""))):
        raise structlog.DropEvent
    return said


class HushBids(logging.Filter):
    """The same for the lines Django writes of what was refused ("Conflict: /tenders/…"). Defects stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not ABOUT_BIDS.search(record.getMessage())


def configure(logging_settings: dict[str, Any]) -> None:
    """Give logging and structlog one output; called by Django at start-up."""
    logging.config.dictConfig(logging_settings)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            hush_bids,
            structlog.stdlib.filter_by_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
