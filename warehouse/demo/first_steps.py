"""What one is told who tries the demo: who works here, and one order's way to the courier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from warehouse.demo.people import PASSWORD, PIN, ROLE_WORDS, STAFF, Staff
from warehouse.text import Text, say

IMPORT = "./fahuo orders import FILE..."
SAMPLE = "docs/examples/orders-en.csv"
OK = "CMD-OK"
STATION = "ST-PICK-1"
# Nobody's at the start; the steps below are walked by a test, as they stand.
TOTES = ("TOTE-038", "TOTE-039", "TOTE-040")
PICKER, CHECKER, PACKER = "BDG-DEMO-ZHANG", "BDG-DEMO-WANG", "BDG-DEMO-LIU"


def welcome(data_dir: Path, address: str) -> Iterator[Text]:
    """Yield the lines: badges and secrets, an order's whole way step by step, where things are."""
    yield say("Badges to type or scan (to print: {file}), or logins with PIN {pin}:",
              file=data_dir / "badges.pdf", pin=PIN)  # fmt: skip
    for staff in STAFF:
        yield say(
            "{text}", text=f"  {staff.badge:<16} {staff.name}  {staff.login:<6} {_roles(staff)}"
        )
    yield say(
        "Password at the desk: {password}, e.g. {supervisor} (supervisor), {service} (customer"
        " service).",
        password=PASSWORD, supervisor="huang", service="zhou",
    )  # fmt: skip
    yield say("Here a badge opens any browser; on a site of your own only enrolled tablets.")
    yield say("{text}", text="")
    yield say("Bring an order to the courier. A scanner types a code and Enter; so can you:")
    for number, step in enumerate(_steps(address), start=1):
        yield say("  {number}  {step}", number=number, step=step)
    yield say("{text}", text="")
    yield say("Then, at the desk: release the clean orders and make a wave of them.")
    yield say("What was printed: {folder}", folder=data_dir / "spool")
    yield say("Orders of your own: {command}   (a sample: {file})", command=IMPORT, file=SAMPLE)


def _steps(address: str) -> tuple[Text, ...]:
    return (
        say("open {address} and type {badge}", address=address, badge=PICKER),
        say("on the home page type {station}: this screen stands there now", station=STATION),
        say("Pick: take the wave nobody has begun; type an empty tote for each slot: {totes}",
            totes=", ".join(TOTES)),
        say("the screen turns red, as the shop changed an order: type {ok}", ok=OK),
        say("type the bin the screen shows, then the code under the picture for each piece;"
            " at the end {ok}", ok=OK),
        say("type {badge}, then Check: type {tote}, then the code of each piece",
            badge=CHECKER, tote=TOTES[0]),
        say("type {badge}, then Pack: type {tote}, tap a carton, type {ok}; keep the"
            " parcel's number",
            badge=PACKER, tote=TOTES[0], ok=OK),
        say("home, then Weigh: type the parcel's number, key in the weight expected, type the"
            " waybill's number"),
        say("home, then Ship: tap the courier, type the waybill's number, then {ok} twice", ok=OK),
    )  # fmt: skip


def _roles(staff: Staff) -> str:
    return " ".join(ROLE_WORDS[role] for role in staff.roles)
