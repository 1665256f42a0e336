"""Changing the rules of the site: who, when and, where a safeguard is switched off, why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput
from warehouse.numbers import read_patterns
from warehouse.people import trail
from warehouse.people.auth import end_sessions_without_tablet
from warehouse.settings import change_settings, load_settings
from warehouse.text import DEFAULT_LOCALE, LOCALES, say

SITE = "site"
SITE_ID = 1
# Switched off, these let a mistake through to the buyer or a stranger in: somebody has to say why.
SAFEGUARDS = (
    "is_check_required",
    "is_weigh_required",
    "is_label_match_required",
    "is_four_eyes",
    "is_tablet_required",
)
LIMITS: Mapping[str, tuple[int, int]] = {
    "tolerance_g": (0, 5_000),
    "tolerance_percent": (0, 50),
    # What waited a quarter of an hour asks whether anybody wants it still.
    "stand_in_after_min": (0, 14),
    "papers_kept_days": (7, 3_650),
    "put_wall_columns": (1, 12),
    # The most that stands beside the shortest prefix.
    "sscc_first": (1, 9_999_999_999),
    "return_days": (0, 365),
    "count_recount_pieces": (0, 9_999),
    "count_recount_percent": (0, 100),
    "count_recount_yuan": (0, 1_000_000),
    "count_limit_pieces": (0, 9_999),
    "count_limit_percent": (0, 100),
    "count_limit_yuan": (0, 1_000_000),
    # In an hour what is counted would never be sure on a busy shelf.
    "count_grace_s": (0, 3_600),
    "hand_hours": (0, 72),
    "sales_weeks": (4, 52),
    "service_percent": (50, 99),
    "review_days": (1, 90),
    "over_cover_days": (7, 3_650),
    "slow_after_days": (7, 3_650),
    "dead_after_days": (7, 3_650),
}
LONGEST_TEXT = 200
_PREFIX = re.compile(r"[0-9]{7,10}")


@dataclass(frozen=True, kw_only=True)
class ChangeSettings(Command):
    """The rules are to be these from now on; waves already made keep theirs."""

    values: Mapping[str, Any]
    reason: str = ""


def change_site_settings(session: Session, command: ChangeSettings) -> Outcome:
    """Write what differs, each with a trail of the value before and the reason.

    Where badges and PINs open tablets only from now on, the sessions they opened elsewhere end.

    Raises:
        InvalidInput: a value out of range, or a safeguard switched off without a reason.
    """
    current = asdict(load_settings(session))
    wanted = {k: v for k, v in command.values.items() if current.get(k) != v}
    _check(wanted)
    _check_sscc({**current, **wanted})
    off = [name for name in SAFEGUARDS if wanted.get(name) is False]
    if off and not command.reason.strip():
        raise InvalidInput(say("Say why this safeguard is switched off."), field="reason")
    changed = change_settings(session, wanted, person_id=command.actor.person_id, at=command.at)
    for name in changed:
        trail.record(
            session, command, SITE, SITE_ID, "setting_changed", name=name,
            old=current[name], new=wanted[name], reason=command.reason.strip()[:LONGEST_TEXT],
        )  # fmt: skip
    if "is_tablet_required" in changed and wanted["is_tablet_required"]:
        end_sessions_without_tablet(session)
    if not changed:
        return Outcome(screen="settings", message=say("Nothing was changed."))
    return Outcome(
        screen="settings",
        message=say("Kept. Waves made from now on go by it."),
        tone=Tone.ATTENTION if off else Tone.OK,
        facts={"changed": changed},
    )


def _check(wanted: Mapping[str, Any]) -> None:
    for name, (least, most) in LIMITS.items():
        if name in wanted and not least <= wanted[name] <= most:
            raise InvalidInput(say("This must be {least} to {most}.", least=least, most=most),
                               field=name)  # fmt: skip
    for name, value in wanted.items():
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or not value.isprintable()):
            raise InvalidInput(say("This is too long, or has signs no label can print."),
                               field=name)  # fmt: skip
    if wanted.get("paper_locale", DEFAULT_LOCALE) not in LOCALES:
        raise InvalidInput(say("Choose a language."), field="paper_locale")
    if "sku_code_patterns" in wanted:
        _check_patterns(wanted["sku_code_patterns"])
    if wanted.get("site_name") == "":
        raise InvalidInput(say("The site needs a name."), field="site_name")


def _check_sscc(rules: Mapping[str, Any]) -> None:
    prefix = rules["gs1_company_prefix"]
    if prefix and not _PREFIX.fullmatch(prefix):
        raise InvalidInput(say("GS1 gives 7 to 10 digits."), field="gs1_company_prefix")
    if rules["is_sscc_on_sealing"] and not prefix:
        raise InvalidInput(
            say("Carton labels need the company prefix of GS1."), field="gs1_company_prefix"
        )


def _check_patterns(text: str) -> None:
    try:
        read_patterns(text)
    except ValueError as error:
        raise InvalidInput(
            say("Write class, prefix and digits: Tops=T-#####, Cups=C-####."),
            field="sku_code_patterns",
        ) from error
