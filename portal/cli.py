"""The commands of `flask --app wsgi`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click
from flask import Flask, current_app

from portal import rekey
from portal.accounts import passwords
from portal.accounts.service import people
from portal.demo import service as demo
from portal.jobs import registry, runs
from portal.jobs.runner import Runner
from portal.vault import VaultError


def init_app(app: Flask) -> None:
    app.cli.add_command(demo_command)
    app.cli.add_command(create_account)
    app.cli.add_command(jobs_command)
    app.cli.add_command(rotate_secrets)


@click.command("demo")
def demo_command() -> None:
    """Create the demo company with data; again, nothing changes."""
    if demo.exists():
        click.echo("The demo company exists already.")
        return
    password = os.environ.get("PORTAL_DEMO_PASSWORD") or people.new_password()
    demo.set_up(password)
    for _, email, _ in demo.PEOPLE:
        click.echo(f"{email}  {password}")


@click.command("create-account")
@click.argument("name")
@click.option("--admin-email", required=True)
@click.option("--admin-name", default="Administrador", show_default=True)
def create_account(name: str, admin_email: str, admin_name: str) -> None:
    """Create a company with its first admin. The password is asked for, or taken from PORTAL_ADMIN_PASSWORD."""
    password = os.environ.get("PORTAL_ADMIN_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    problem = passwords.problem(password, admin_name, admin_email)
    if problem:
        raise click.ClickException(problem)
    try:
        account = people.create_account(name, admin_name, admin_email, password)
    except people.EmailTaken:
        raise click.ClickException(f"Somebody already logs in with {admin_email}.") from None
    click.echo(f"{account.slug}: created. {admin_email} can log in.")


@click.command("jobs")
@click.option("--once", metavar="NAME", help="Run one job once and end.")
def jobs_command(once: str | None) -> None:
    """Run the jobs on their clock (one leader among all such processes), or one of them once."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        _run_once(app, once)
        return
    runner = Runner(app)

    def stop(number: int, frame: FrameType | None) -> None:
        runner.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"Jobs: {', '.join(registry)}")
    runner.run_forever()


def _run_once(app: Flask, name: str) -> None:
    try:
        ok, result = runs.run_once(app, name)
    except runs.UnknownJob:
        raise click.ClickException(f"No job is called {name}. There are: {', '.join(registry)}") from None
    click.echo(result or "Nothing to do.")
    if not ok:
        sys.exit(1)


@click.command("rotate-secrets")
def rotate_secrets() -> None:
    """Encrypt every stored secret with the first of PORTAL_ENCRYPTION_KEYS; the other keys can be dropped after it."""
    try:
        count = rekey.rotate()
    except VaultError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{count} rows encrypted with the first key. The other keys can be taken out now.")
