"""Running a state machine: so many runs of so many steps, the same again for the same seed."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_machine(machine: type[RuleBasedStateMachine], *, by: int, runs: int, steps: int) -> None:
    """Run it; a failure is made as short as it gets and shown with its seed."""
    print(f"seed {by}")  # noqa: T201  (shown with a failure, to run it again)
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
