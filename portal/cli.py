"""The `portal` command: run, serve, work, mail, setup, demo, check, log, ledger, migrate, settings."""

import os
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request

import click

from portal import config, processes

pause = threading.Event()


def _app(settings: config.Settings | None = None):
    try:
        return processes.load(settings or _checked_settings())
    except (config.UnsafeSettings, RuntimeError) as problem:
        raise click.ClickException(str(problem)) from None


@click.group()
def main():
    """Trellis, the hosted-projects portal."""


@main.command()
@click.option("--markdown", is_flag=True, help="As a page, for docs/settings.md.")
def settings(markdown):
    """List every setting with its default and what it is for."""
    if markdown:
        from portal.checks import settings_page

        return click.echo(settings_page(), nl=False)
    for setting in config.SETTINGS:
        click.echo(f"{setting.name} [{setting.default or 'empty'}]\n    {setting.sentence}")


@main.command()
def migrate():
    """Bring the database to the newest schema."""
    from portal.core import migrate as schema

    with _app().app_context():
        schema.upgrade()


@main.command()
def serve():
    """Run the web server."""
    settings = _checked_settings()
    port = _port(settings)
    processes.serve(_app(settings), port)


@main.command()
def work():
    """Run the worker that does background jobs and, where PORTAL_MAIL_PORT is set, takes mail in."""
    processes.work(_app())


@main.group()
def mail():
    """Replies by email: take them in."""


@mail.command()
def listen():
    """Take mail in on PORTAL_MAIL_PORT, without doing jobs (the worker does both)."""
    from portal.core import mail_server

    app = _app()
    if not app.config["SETTINGS"].PORTAL_MAIL_PORT:
        raise click.ClickException("PORTAL_MAIL_PORT isn't set, so there is nowhere to listen.")
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_stop, lambda *_: pause.set())
    try:
        with mail_server.listening(app):
            pause.wait()
    except OSError as problem:
        raise click.ClickException(f"Nobody can be heard on that port: {problem.strerror}") from None


@mail.command()
@click.argument("recipient", required=False)
@click.option("--sender", help="The envelope's sender, where the mail server tells it: empty for a bounce.")
def receive(recipient, sender):
    """Take in one email from standard input, to RECIPIENT or to whom its own lines say.

    The exit code is what mail servers expect: 0 kept, 75 try again later, 65 too big, 67 nobody here by that name.
    """
    from portal.core import mail_in, mail_server

    raw = sys.stdin.buffer.read(mail_in.MAX_BYTES + 1)
    try:
        app = _app()
    except click.ClickException as problem:
        problem.show()
        raise SystemExit(mail_server.Answer.LATER.code) from None
    named = [recipient] if recipient else mail_in.recipients(raw)
    address = next((one for one in named if mail_server.knows(app, one)), "")
    answer = mail_server.hand_over(app, raw, address, null_sender=sender is not None and mail_server.is_nobody(sender))
    raise SystemExit(answer.code)


@main.command()
def setup():
    """Print a one-time code with which the first coordinator signs in. There is no default account."""
    import secrets

    from portal.autonomy.door import Mistake
    from portal.core import migrate as schema
    from portal.people.roles import SYSTEM
    from portal.signin import actions

    app = _app()
    email, name = click.prompt("The first coordinator's email"), click.prompt("Their name")
    code = secrets.token_urlsafe(18)
    with app.app_context():
        schema.upgrade()
        try:
            actions.name_first_coordinator(SYSTEM, email=email, name=name, code=code)
        except Mistake as mistake:
            raise click.ClickException(str(mistake)) from None
    click.echo(f"Within 10 minutes, open {app.config['SETTINGS'].url}/set-up and type:\n{code}")


@main.command()
@click.option("--if-empty", is_flag=True, help="Only where there is nothing yet.")
def demo(if_empty):
    """Lay out the invented host, Hearthrow Commons, afresh."""
    from portal.core import migrate as schema
    from portal.demo import seed

    app = _app()
    with app.app_context():
        schema.upgrade()
        try:
            seed.lay_out(if_empty=if_empty)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None


@main.group()
def log():
    """A group's log: check it, or take it out."""


@log.command()
@click.argument("group", required=False)
@click.option("--fingerprint", multiple=True, help="An older fingerprint of this group's, like 142:3f2a…")
def verify(group, fingerprint):
    """Check the log of GROUP, or of every group: that nothing was changed, taken out or slipped in."""
    from portal.activity import chain

    if fingerprint and not group:
        raise click.ClickException("A fingerprint is one group's. Name the group.")
    from portal.core.db import reading

    bad = False
    with _app().app_context(), reading():
        for slug, group_id in _groups(group):
            found = list(chain.faults(group_id, fingerprint))
            bad = bad or bool(found)
            for sentence in found:
                click.echo(f"{slug}: {sentence}", err=True)
            if not found:
                click.echo(f"{slug}: it holds. {chain.fingerprint(group_id)}")
    if bad:
        raise SystemExit(1)


@log.command()
@click.argument("group")
def export(group):
    """Write GROUP's log to standard output, for check_log.py."""
    from portal.activity import chain, check_log
    from portal.core.db import reading

    with _app().app_context(), reading():
        for _, group_id in _groups(group):
            for entry in chain.exported(group_id):
                click.echo(check_log.canonical(entry))


@main.group()
def ledger():
    """The books: check that they add up."""


@ledger.command("verify")
def verify_ledger():
    """Check that every entry balances and every running balance is the sum of its postings."""
    from portal.core.db import one_moment, reading
    from portal.ledger import queries

    with _app().app_context(), reading():
        one_moment()
        found = list(queries.faults())
        for sentence in found:
            click.echo(sentence, err=True)
    if found:
        raise SystemExit(1)
    click.echo("The books add up.")


def _groups(slug: str | None) -> list[tuple[str, int]]:
    import sqlalchemy as sa

    from portal.core.db import db
    from portal.people.models import Group

    query = sa.select(Group.slug, Group.id).order_by(Group.slug)
    found = [(name, number) for name, number in db.session.execute(query.where(Group.slug == slug) if slug else query)]
    if slug and not found:
        raise click.ClickException(f"There is no group {slug}.")
    return found


@main.command()
def check():
    """Check floors, routes and settings, and tell what is good to know."""
    from portal import checks

    app = _app()
    found = list(checks.complaints(app))
    for complaint in found:
        click.echo(complaint, err=True)
    for note in checks.notes(app):
        click.echo(note)
    if found:
        raise SystemExit(1)
    click.echo("All is in order.")


@main.command()
def run():
    """Everything at once: schema, the demo where it is on and empty, web server and worker. Ctrl-C stops all of it."""
    os.environ.setdefault("PORTAL_LOG_LEVEL", "warning")
    settings = _checked_settings()
    port = _port(settings)
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):  # said anew: whoever started us may have had one ignored
        signal.signal(told_to_stop, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        app = _app(settings)
        with processes.Family() as family:
            if not family.do(processes.prepare, app):
                raise click.ClickException("The database couldn’t be made ready.")
            family.begin("The web server", processes.serve, app, port)
            port.close()
            family.begin("The worker", processes.work, app)
            while not (ended := family.ended(within=0.05)) and not _is_up(settings):
                pass
            if not ended:
                click.echo(f"Trellis is at http://127.0.0.1:{settings.PORT}")
                ended = family.ended()
        raise click.ClickException(f"{ended} ended by itself, so everything was stopped.")
    except KeyboardInterrupt:
        click.echo("")


def _is_up(settings: config.Settings) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/readyz", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _port(settings: config.Settings) -> socket.socket:
    try:
        return processes.bound(settings)
    except processes.PortTaken as problem:
        raise click.ClickException(str(problem)) from None


def _checked_settings() -> config.Settings:
    try:
        return config.read()
    except config.UnsafeSettings as problem:
        raise click.ClickException(str(problem)) from None
