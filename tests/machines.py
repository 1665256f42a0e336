"""Running a state machine: so many runs of so many steps, the same again for the same seed."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from warehouse.db import Database


class Walk(RuleBasedStateMachine):
    """A machine that at each step does one of the acts that can be done now.

    It is drawn among those that were done least in this run, so that each has its turn. Rules of
    their own would be left out of whole runs at random, and what needs another seldom reached.
    """

    done: Counter[str]  # over all runs

    def __init__(self) -> None:
        super().__init__()
        self.turns: Counter[str] = Counter()

    def acts(self) -> Mapping[str, int]:
        """Return the names of the methods that can be called now, and how often each has a turn."""
        raise NotImplementedError

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        rounds = {act: self.turns[act] // often for act, often in self.acts().items()}
        least = min(rounds.values())
        act = data.draw(st.sampled_from([act for act in rounds if rounds[act] == least]))
        getattr(self, act)(data)
        self.turns[act] += 1
        self.done[act] += 1


def seed_for(variable: str, database: Database) -> int:
    """Return the seed of a database, other than that of the others: as the environment says."""
    given = os.environ.get(variable)
    by = random.randrange(2**32) if given is None else int(given)
    print(f"{variable}={by}")  # noqa: T201  (shown with a failure, to run it again)
    return by if database.is_sqlite else by ^ 0x5EED


def run_machine(
    machine: type[Walk], *, by: int, runs: int, steps: int, least: Mapping[str, int]
) -> None:
    """Run it; a failure is made as short as it gets. Hold that each act was done so many times."""
    machine.done = Counter()
    run_state_machine_as_test(
        seed(by)(machine),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    short = {act: machine.done[act] for act in least if machine.done[act] < least[act]}
    assert short == {}, dict(machine.done)
