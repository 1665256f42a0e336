"""Taking a bin or a SKU out of use while nothing of it is anywhere, and using it again.

What is out of use keeps its page and its history; nothing is booked there, or of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.commands import Command, Outcome
from warehouse.counting.closing import refresh
from warehouse.counting.models import CountSession
from warehouse.errors import NotFound, RuleViolation
from warehouse.people import trail
from warehouse.retiring.bins import before_bin, live_count_of
from warehouse.retiring.skus import before_sku
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class RetireBin(Command):
    """Take a bin out of use."""

    bin_id: int


@dataclass(frozen=True, kw_only=True)
class ReuseBin(Command):
    """Use a bin again that was taken out of use."""

    bin_id: int


@dataclass(frozen=True, kw_only=True)
class RetireSku(Command):
    """Take a SKU out of use."""

    sku_id: int


@dataclass(frozen=True, kw_only=True)
class ReuseSku(Command):
    """Use a SKU again that was taken out of use."""

    sku_id: int


def retire_bin(session: Session, command: RetireBin) -> Outcome:
    """Take the bin out of use; a count that has not come to it goes on without it.

    Whoever books goods into the bin meanwhile is waited for, or refused.

    Raises:
        NotFound: no such bin. RuleViolation: it is out of use, stands for the outside, or
        something is in the way; the sentence says what, and where to look.
    """
    live_count_of(session, command.bin_id)  # counters hold it before the bin itself
    place = _bin(session, command.bin_id)
    if place.kind in VIRTUAL_KINDS or place.kind is BinKind.PARCEL:
        raise RuleViolation(say("{bin} is no place of the house.", bin=place.code))
    if not place.is_active:
        raise RuleViolation(say("{code} is out of use already.", code=place.code))
    _require_none(before_bin(session, place))
    return _bin_used(session, command, place, is_active=False)


def reuse_bin(session: Session, command: ReuseBin) -> Outcome:
    """Use the bin again.

    Raises:
        NotFound: no such bin. RuleViolation: it is in use.
    """
    place = _bin(session, command.bin_id)
    if place.is_active:
        raise RuleViolation(say("{code} is in use.", code=place.code))
    return _bin_used(session, command, place, is_active=True)


def retire_sku(session: Session, command: RetireSku) -> Outcome:
    """Take the SKU out of use.

    Whoever books pieces of it meanwhile is waited for, or refused.

    Raises:
        NotFound: no such SKU. RuleViolation: it is out of use, or something is in the way; the
        sentence says what, and where to look.
    """
    sku = _sku(session, command.sku_id)
    if not sku.is_active:
        raise RuleViolation(say("{code} is out of use already.", code=sku.code))
    _require_none(before_sku(session, sku))
    return _sku_used(session, command, sku, is_active=False)


def reuse_sku(session: Session, command: ReuseSku) -> Outcome:
    """Use the SKU again.

    Raises:
        NotFound: no such SKU. RuleViolation: it is in use.
    """
    sku = _sku(session, command.sku_id)
    if sku.is_active:
        raise RuleViolation(say("{code} is in use.", code=sku.code))
    return _sku_used(session, command, sku, is_active=True)


def _bin(session: Session, bin_id: int) -> Bin:
    query = sa.select(Bin).where(Bin.id == bin_id).with_for_update()
    place = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if place is None:
        raise NotFound(say("bin"), bin_id)
    return place


def _sku(session: Session, sku_id: int) -> Sku:
    query = sa.select(Sku).where(Sku.id == sku_id).with_for_update()
    sku = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if sku is None:
        raise NotFound(say("SKU"), sku_id)
    return sku


def _require_none(found: Iterator[Text]) -> None:
    reason = next(found, None)
    if reason is not None:
        raise RuleViolation(reason)


def _bin_used(session: Session, command: Command, place: Bin, *, is_active: bool) -> Outcome:
    place.is_active = is_active
    event = "used_again" if is_active else "out_of_use"
    trail.record(session, command, "bin", place.id, event)
    live = live_count_of(session, place.id)
    if live is not None:
        refresh(session, command, session.get_one(CountSession, live.session_id))
    return Outcome(screen="bin", subject_id=place.id, message=_said(place.code, is_active))


def _sku_used(session: Session, command: Command, sku: Sku, *, is_active: bool) -> Outcome:
    sku.is_active = is_active
    event = "used_again" if is_active else "out_of_use"
    trail.record(session, command, "sku", sku.id, event)
    return Outcome(screen="sku", subject_id=sku.id, message=_said(sku.code, is_active))


def _said(code: str, is_active: bool) -> Text:
    if is_active:
        return say("{code} is used again.", code=code)
    return say("{code} is out of use. At its page it can be used again.", code=code)
