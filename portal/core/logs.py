"""Structured logs: one JSON line per event, with the request's id. Never a path, a name or words people typed."""

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, g, has_request_context, request

OURS = {"job", "name_of_job", "endpoint", "method", "status", "ms", "setting", "faults"}


class Line(logging.Formatter):
    """A log record as one line of JSON with known fields only."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.msg if isinstance(record.msg, str) else str(record.msg),
        }
        if has_request_context():
            line["request"] = request_id()
        line |= {key: value for key, value in record.__dict__.items() if key in OURS}
        if record.exc_info:
            line["error"] = record.exc_info[0].__name__ if record.exc_info[0] else None
            line["where"] = self._where(record.exc_info[2])
        return json.dumps(line, default=str)

    @staticmethod
    def _where(trace) -> list[str]:
        """File and line of our own frames and of the last ones: enough to find the fault, and no value anyone typed."""
        ours, all_of_them = [], []
        while trace:
            file = trace.tb_frame.f_code.co_filename
            all_of_them.append(f"{'/'.join(file.rsplit('/', 2)[-2:])}:{trace.tb_lineno}")
            if "/site-packages/" not in file:
                ours.append(all_of_them[-1])
            trace = trace.tb_next
        return list(dict.fromkeys(ours[-10:] + all_of_them[-2:]))


def request_id() -> str:
    """A short reference for this request, shown on error pages and in every log line."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4).upper()
    return g.request_id


def init_app(app: Flask) -> None:
    level = app.config["SETTINGS"].PORTAL_LOG_LEVEL.upper()
    ours = logging.getLogger("portal")
    if not ours.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Line())
        ours.addHandler(handler)
        ours.propagate = False
    ours.setLevel(level)
    log = logging.getLogger("portal.web")

    @app.before_request
    def start():
        g.started = time.perf_counter()

    @app.after_request
    def end(answer):
        took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
        facts = {"endpoint": request.endpoint, "method": request.method, "status": answer.status_code, "ms": took}
        log.info("answered", extra=facts)
        answer.headers["X-Request-Id"] = request_id()
        return answer
