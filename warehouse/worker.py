"""The only loop: print lanes, imports, orders whose goods came, what is old; stops on SIGTERM."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial

from printing.queue import (
    assign_waiting,
    can_assign,
    due,
    idle_printers,
    look_at,
    print_one,
    release_the_dead,
    transports_within,
)
from printing.queue.claiming import LEASE
from printing.queue.drawing_room import DrawingRoom
from printing.queue.making import Given, Made, made_of
from printing.queue.pipe import Limits
from warehouse.commands import Actor
from warehouse.config import Config
from warehouse.counting.calendar import open_due
from warehouse.counting.commands.hands_ended import end_forgotten
from warehouse.counting.settling import settle_due
from warehouse.db import Database, utcnow
from warehouse.gate import DatabaseBusy
from warehouse.lanes import Lanes, Turn
from warehouse.orders.importing import run_waiting_import
from warehouse.orders.restocking import audit_supplied
from warehouse.orders.uploads import sweep_uploads
from warehouse.people.auth import SYSTEM_PERSON_ID
from warehouse.printers.finding import search_waiting
from warehouse.printers.keeping import clear_old_papers
from warehouse.printers.standing_in import relieve
from warehouse.replenishing.watching import plan_if_needed
from warehouse.supplying.flows import add_up
from warehouse.tracing.commands.expiring import expire_promised
from warehouse.tracing.commands.following import follow_blocked

log = logging.getLogger("fahuo.worker")

IDLE_S = 0.25
ASSIGN_EVERY = 40  # rounds
FORSAKEN_EVERY = 20  # the first round is one: who starts anew need not wait for a lease to end
SWEEP_EVERY = 14_400  # rounds: about an hour
LOOK_EVERY = 80  # rounds: about 20 seconds
LOOK_AGAIN_EVERY = 16  # while somebody is expected to put paper in
SEARCH_EVERY = 4
# No printer's.
IMPORT_LANE, STOCK_LANE, SEARCH_LANE, KEEPING_LANE, RELIEF_LANE = range(0, -5, -1)
FLOW_LANE, REPLENISH_LANE = range(-5, -7, -1)
EXPIRY_LANE, HANDS_LANE = -7, -8
RELIEF_EVERY = 80
COUNT_LANE = -20
COUNT_EVERY = 40  # rounds: ten seconds
STOCK_EVERY = 80  # rounds: twenty seconds
FLOW_EVERY = 80
REPLENISH_EVERY = 80
EXPIRY_EVERY = 1_200  # five minutes: a lot's day comes once, at midnight
HANDS_EVERY = 1_200
# A paper longer in hand than its lease is nobody's: its lane goes on without that thread.
HANGS_S = LEASE.total_seconds()
STOP_S = 240.0  # longer than a printer is waited for


class Worker:
    """Runs whatever waits, one job per lane at a time, so that a dead printer stops only itself.

    Every lane has a thread of its own, and papers are drawn in processes: what hangs holds nobody.
    """

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config
        self._transports = transports_within(config.allowed_printers)
        self._stopping = threading.Event()
        self._lanes = Lanes()
        self._room = DrawingRoom(Limits(memory_mb=config.drawing_mb))

    def stop(self) -> None:
        """Finish what is in hand, begin nothing new."""
        self._stopping.set()

    def run(self) -> None:
        """Work until `stop` is called."""
        rounds = 0
        self._room.prepare()
        try:
            while not self._stopping.is_set():
                try:
                    self._look(rounds)
                    self._look_at_printers(rounds)
                except DatabaseBusy:
                    log.warning("database busy")
                except Exception:
                    log.exception("unexpected in the worker's round")
                    self._stopping.wait(2)
                rounds += 1
                self._stopping.wait(IDLE_S)
        finally:
            self._lanes.end(STOP_S)
            self._room.close()

    def _look(self, rounds: int) -> None:
        if rounds % ASSIGN_EVERY == 0:
            self._assign()
        if rounds % SWEEP_EVERY == 0:
            sweep_uploads(self._database, self._config.upload_dir, utcnow())
            self._start(KEEPING_LANE, self._clear_papers)
        if rounds % FORSAKEN_EVERY == 0:
            self._take_over()
        with self._database.reading() as session:
            lanes = due(session, utcnow())
        for printer_id in lanes:
            self._lanes.start(printer_id, partial(self._print, printer_id), longest_s=HANGS_S)
        self._start(IMPORT_LANE, self._import)
        if rounds % SEARCH_EVERY == 0:
            self._start(SEARCH_LANE, self._search)
        self._look_at_stock(rounds)

    def _assign(self) -> None:
        with self._database.reading() as session:
            is_any = can_assign(session)
        if is_any:
            with self._database.transaction() as session:
                assign_waiting(session, at=utcnow())

    def _take_over(self) -> None:
        """Take up what a worker of this machine had in hand when it was killed."""
        if papers := release_the_dead(self._database, utcnow()):
            log.warning("a worker was killed with %d papers in hand", papers)

    def _look_at_stock(self, rounds: int) -> None:
        if rounds % STOCK_EVERY == 0:
            self._start(STOCK_LANE, self._audit_supplied)
        if rounds % FLOW_EVERY == 0:
            self._start(FLOW_LANE, self._add_up)
        if rounds % REPLENISH_EVERY == 0:
            self._start(REPLENISH_LANE, self._replenish)
        if rounds % COUNT_EVERY == 0:
            self._start(COUNT_LANE, self._see_to_counts)
        if rounds % EXPIRY_EVERY == 0:
            self._start(EXPIRY_LANE, self._expire)
        if rounds % HANDS_EVERY == 0:
            self._start(HANDS_LANE, self._end_hands)
        if rounds % RELIEF_EVERY == 0:
            self._start(RELIEF_LANE, self._relieve)

    def _look_at_printers(self, rounds: int) -> None:
        """Ask idle printers how they are: a bench knows that the paper is out before it waits.

        A printer takes one client, so that a look shares the lane's turn.
        """
        if rounds % LOOK_AGAIN_EVERY:
            return
        with self._database.reading() as session:
            idle = idle_printers(session)
        for printer_id, is_waited_for in idle.items():
            if is_waited_for or rounds % LOOK_EVERY == 0:
                self._lanes.start(printer_id, partial(self._ask, printer_id))

    def _ask(self, printer_id: int, _turn: Turn) -> None:
        look_at(self._database, printer_id, clock=utcnow, transports=self._transports)

    def _start(self, lane: int, work: Callable[[], None]) -> None:
        def once(_turn: Turn) -> None:
            work()

        self._lanes.start(lane, once)

    def _print(self, printer_id: int, turn: Turn) -> None:
        while turn.goes_on() and not self._stopping.is_set():
            done = print_one(
                self._database,
                printer_id,
                clock=utcnow,
                transports=self._transports,
                draw=self._draw,
            )
            if done is None:
                return

    def _draw(self, given: Given) -> Made:
        return self._room.do(made_of, given)

    def _import(self) -> None:
        run_waiting_import(self._database, self._config, should_stop=self._stopping.is_set)

    def _audit_supplied(self) -> None:
        actor = Actor(person_id=SYSTEM_PERSON_ID)
        audit_supplied(self._database, actor=actor, at=utcnow(), zone=self._config.time_zone)

    def _add_up(self) -> None:
        add_up(self._database, self._config.time_zone)

    def _replenish(self) -> None:
        plan_if_needed(
            self._database,
            actor=Actor(person_id=SYSTEM_PERSON_ID),
            at=utcnow(),
            zone=self._config.time_zone,
        )

    def _see_to_counts(self) -> None:
        """Ask again what moved while it was counted; open what the calendar asks for."""
        actor, at = Actor(person_id=SYSTEM_PERSON_ID), utcnow()
        settle_due(self._database, actor=actor, at=at)
        open_due(self._database, actor=actor, at=at, zone=self._config.time_zone)

    def _expire(self) -> None:
        actor, zone = Actor(person_id=SYSTEM_PERSON_ID), self._config.time_zone
        expire_promised(self._database, actor=actor, at=utcnow(), zone=zone)
        follow_blocked(self._database, actor=actor, at=utcnow(), zone=zone)

    def _end_hands(self) -> None:
        actor, zone = Actor(person_id=SYSTEM_PERSON_ID), self._config.time_zone
        end_forgotten(self._database, actor=actor, at=utcnow(), zone=zone)

    def _relieve(self) -> None:
        relieve(self._database, actor=Actor(person_id=SYSTEM_PERSON_ID), at=utcnow())

    def _search(self) -> None:
        search_waiting(self._database, self._config.allowed_printers, clock=utcnow)

    def _clear_papers(self) -> None:
        clear_old_papers(self._database, at=utcnow(), should_stop=self._stopping.is_set)


def run(database: Database, config: Config) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    worker = Worker(database, config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
