"""A desk of django-helpdesk's, as small as it installs. Its own Python runs it in an environment of its own.

What ours has it has too: the same SQLite engine and WAL, connections that are kept, compiled templates, no debugging.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import pysqlite3.dbapi2

sys.modules["sqlite3"], sys.modules["sqlite3.dbapi2"] = pysqlite3, pysqlite3.dbapi2

import django  # noqa: E402
from django.conf import settings  # noqa: E402

FOLDER = Path(os.environ["DESK_FOLDER"])
CONTRIB = "auth contenttypes sessions sites messages humanize admin staticfiles".split()

settings.configure(
    SECRET_KEY="only for a measurement",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="their_desk",
    USE_TZ=True,
    STATIC_URL="/static/",
    MEDIA_ROOT=FOLDER / "media",
    SITE_ID=1,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[*(f"django.contrib.{name}" for name in CONTRIB), "rest_framework", "helpdesk"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "desk.db",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "init_command": "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "transaction_mode": "DEFERRED",
            },
        }
    },
    HELPDESK_TEAMS_MODE_ENABLED=False,
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls", namespace="helpdesk"))]
app = get_wsgi_application()


def lay_out() -> None:
    """Make the database, and in it what stands in `told.jsonl`: a ticket a line. Prints a staff member's session key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from helpdesk.models import FollowUp, Queue, Ticket

    call_command("migrate", verbosity=0)
    made = get_user_model().objects.create_user
    staff = [made(name.lower(), f"{name.lower()}@example.org", first_name=name, is_staff=True) for name in ("Robin", "Ida")]
    queues: dict[str, Queue] = {}
    tickets, messages = [], []
    for number, line in enumerate((FOLDER / "told.jsonl").read_text().splitlines(), 1):
        told = json.loads(line)
        slug = told["slug"]
        if slug not in queues:
            queues[slug] = Queue.objects.create(title=told["group"], slug=slug)
        times = [datetime.fromisoformat(one["at"]) for one in told["said"]]
        tickets.append(
            Ticket(
                id=number,
                title=told["gist"],
                queue=queues[slug],
                created=times[0],
                submitter_email=f"{told['by'].lower()}@example.org",
                assigned_to=staff[number % len(staff)],
                description=told["gist"],
                due_date=datetime.fromisoformat(told["due"]),
            )
        )
        messages += [
            FollowUp(
                ticket_id=number,
                date=at,
                title="Comment",
                comment=one["words"],
                public=True,
                user=staff[number % len(staff)] if one["by_host"] else None,
            )
            for one, at in zip(told["said"], times, strict=True)
        ]
    Ticket.objects.bulk_create(tickets, batch_size=500)
    FollowUp.objects.bulk_create(messages, batch_size=500)
    session = SessionStore()
    session[SESSION_KEY] = str(staff[0].pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = staff[0].get_session_auth_hash()
    session.save()
    print(session.session_key)
