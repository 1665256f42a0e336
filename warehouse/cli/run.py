"""`fahuo run`: the web server and the worker, with a demo site on first start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse import migrations
from warehouse.cli import Site
from warehouse.cli.language import Refusal, tell
from warehouse.commands import CommandRow
from warehouse.config import Config
from warehouse.db import Database
from warehouse.loading import loading
from warehouse.people.models import Person
from warehouse.text import say

START_S = 20
STOP_S = 12
ADD_PERSON = "./fahuo people add NAME --login LOGIN --role admin --role supervisor"
ADD_SECRET = "./fahuo people password LOGIN"  # noqa: S105  (a command, no secret)


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="Port."
)
@click.option("--database-url", help="Use this database instead of DATABASE_URL.")
@click.option("--empty", is_flag=True, help="Do not load the demo site on first start.")
@click.option("--reset-demo", is_flag=True, help="Throw the demo data away and load it anew.")
@click.pass_obj
def run_command(
    site: Site, host: str, port: int, database_url: str | None, empty: bool, reset_demo: bool
) -> None:
    """Start the web server and the worker; make the database and a demo site on first start."""
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    config = site.config
    _require_free(host, port)
    if reset_demo:
        _throw_demo_away(config)
    database = Database(config.database_url)
    migrations.upgrade(database)
    if not empty and _is_untouched(database):
        tell(say("First start: making the demo site …"))
        _load_demo(database, config)
    has_demo = _has_demo(database)
    is_new = _is_without_people(database)
    database.dispose()
    signal.signal(signal.SIGTERM, _asked_to_stop)
    children: list[int] = []
    try:
        children.append(_fork_web(config, host, port))
        _wait_until_ready(host, port, children)
        children.append(_fork_worker(config))
        _welcome(host, port, config, has_demo=has_demo, is_new=is_new)
        _watch(children)
    except KeyboardInterrupt:
        click.echo()
        tell(say("Stopping …"))
    finally:
        _stop(children)


@click.command("worker")
@click.pass_obj
def worker_command(site: Site) -> None:
    """Print and import what waits, until stopped."""
    from warehouse import worker

    worker.run(site.database, site.config)


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                say(
                    "Port {port} on {host} cannot be used ({why}). Stop what runs there or choose"
                    " another: {command}",
                    port=port,
                    host=host,
                    why=error.strerror,
                    command=f"./fahuo run --port {port % 65535 + 1}",
                )
            ) from error


def _throw_demo_away(config: Config) -> None:
    database = Database(config.database_url)
    path = database.sqlite_path
    if path is not None and not path.exists():
        return
    if not _has_demo(database):
        raise Refusal(say("This database does not hold the demo site; it is not thrown away."))
    _say_what_is_lost(database)
    database.dispose()
    if path is not None:
        for name in (path, *path.parent.glob(path.name + "-*")):
            name.unlink(missing_ok=True)
    else:
        migrations.downgrade(database, "base")
    shutil.rmtree(config.spool_dir, ignore_errors=True)


def _say_what_is_lost(database: Database) -> None:
    """Say how much was done in the demo; refuse where something was there before it.

    Raises:
        Refusal: the demo was loaded beside a site's own acts.
    """
    from warehouse.demo import acts_of_others

    with database.reading() as session:
        before, since = acts_of_others(session)
    if before:
        raise Refusal(say("This database holds more than the demo site; it is not thrown away."))
    if since:
        tell(say("Lost with the demo: {count} act(s) done in it since.", count=since))


def _is_untouched(database: Database) -> bool:
    """Tell whether nothing ever happened here: nobody was entered and no command came."""
    with database.reading() as session:
        return _people(session) == 1 and session.scalar(sa.select(CommandRow.id).limit(1)) is None


def _is_without_people(database: Database) -> bool:
    """Tell whether nobody but the built-in person was ever entered."""
    with database.reading() as session:
        return _people(session) == 1


def _people(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0


def _has_demo(database: Database) -> bool:
    from warehouse.demo import is_demo

    if migrations.current_revision(database) is None:
        return False
    with database.reading() as session:
        return is_demo(session)


def _load_demo(database: Database, config: Config) -> None:
    from warehouse import demo
    from warehouse.db import utcnow

    started = time.monotonic()
    demo.load(database, at=utcnow(), data_dir=config.data_dir)
    taken = f"{time.monotonic() - started:.1f}"
    tell(say("Demo site ready in {seconds} s.", seconds=taken))


def _asked_to_stop(*_: object) -> None:
    raise KeyboardInterrupt


def _fork_web(config: Config, host: str, port: int) -> int:
    """Fork the web server off; return its process id.

    Nothing but this thread runs yet and no connection is open, so that a fork is safe.
    """
    with loading():
        from warehouse.app import create_app
        from warehouse.serving import Server

        server = Server(create_app(config), host, port)
    return _fork(server.run)


def _fork_worker(config: Config) -> int:
    """Fork the worker off; return its process id. It loads what it needs while people log in."""

    def print_and_import() -> None:
        from warehouse import worker

        worker.run(Database(config.database_url), config)

    return _fork(print_and_import)


def _fork(work: Callable[[], None]) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(status)


def _has_ended(pid: int) -> bool:
    ended, _ = os.waitpid(pid, os.WNOHANG)
    return ended == pid


def _wait_until_ready(host: str, port: int, children: list[int]) -> None:
    address = _address(host, port)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if any(_has_ended(child) for child in children):
            raise Refusal(say("The server stopped while starting; see above."))
        try:
            with urllib.request.urlopen(f"{address}/static/favicon.svg", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise Refusal(say("The server did not answer within {seconds} s.", seconds=START_S))


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    return f"http://{shown}:{port}"


def _welcome(host: str, port: int, config: Config, *, has_demo: bool, is_new: bool) -> None:
    click.echo("")
    tell(say("Fahuo is at {address}   (stop: Ctrl-C)", address=_address(host, port)))
    if has_demo:
        from warehouse.demo import welcome

        for line in welcome(config.data_dir, _address(host, port)):
            tell(line)
    elif is_new:
        tell(say("Make the first person:  {command}", command=ADD_PERSON))
        tell(say("Then give a password:   {command}", command=ADD_SECRET))
        tell(say("Where badges and PINs are to work, log in there and choose: Enrol this tablet"))
    sys.stdout.flush()


def _watch(children: list[int]) -> None:
    """Wait until we are asked to stop or a child dies."""
    while not any(_has_ended(child) for child in children):
        time.sleep(0.5)
    raise Refusal(say("A part of the server died; stopping the rest."))


def _stop(children: list[int]) -> None:
    deadline = time.monotonic() + STOP_S
    for child in children:
        _signal(child, signal.SIGTERM)
    while children and time.monotonic() < deadline:
        children = [child for child in children if not _is_gone(child)]
        time.sleep(0.05)
    for child in children:
        _signal(child, signal.SIGKILL)


def _is_gone(pid: int) -> bool:
    try:
        return _has_ended(pid)
    except ChildProcessError:
        return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
