"""Site settings: rules that the site may switch, each change with a who and a when."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from warehouse.db import Base, Id, Instant, Json, Ref, text_of
from warehouse.text import DEFAULT_LOCALE


class SettingChange(Base):
    """One change of one setting; the newest of a name is in force. Never changed."""

    __tablename__ = "setting_change"
    __table_args__ = (sa.Index("ix_setting_change_name_id", "name", "id"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(text_of(64))
    value: Mapped[Json]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Instant]


@dataclass(frozen=True, kw_only=True)
class SiteSettings:
    """The rules of the site. Waves keep the ones they were made under."""

    site_name: str = "发货"
    sender_name: str = ""
    sender_phone: str = ""
    sender_address: str = ""
    paper_locale: str = DEFAULT_LOCALE
    is_check_required: bool = True
    is_weigh_required: bool = True
    is_label_match_required: bool = True
    is_four_eyes: bool = True
    is_tablet_required: bool = True
    tolerance_g: int = 30
    tolerance_percent: int = 5
    default_carrier_code: str = ""
    hold_remarks: bool = True
    hold_merge_candidates: bool = True
    stand_in_after_min: int = 0
    separates_orders: bool = False
    papers_kept_days: int = 90
    put_wall_columns: int = 4
    # Numbers of logistic units: without the prefix GS1 has given the house there are none.
    gs1_company_prefix: str = ""
    sscc_first: int = 1
    is_sscc_on_sealing: bool = False
    return_name: str = ""
    return_phone: str = ""
    return_address: str = ""
    return_days: int = 0
    count_recount_pieces: int = 0
    count_recount_percent: int = 0
    count_recount_yuan: int = 0
    count_limit_pieces: int = 10
    count_limit_percent: int = 0
    count_limit_yuan: int = 500
    count_grace_s: int = 60
    # A shift: goods longer in a hand untouched stand where the book has them; 0: never.
    hand_hours: int = 8
    asks_if_empty: bool = False
    sku_code_patterns: str = "N-######"
    # How the site buys, and from when on stock is too much (`supplying`).
    is_dock_sellable: bool = False
    sales_weeks: int = 8
    service_percent: int = 95
    review_days: int = 7
    over_cover_days: int = 90
    slow_after_days: int = 60
    dead_after_days: int = 180


def load_settings(session: Session) -> SiteSettings:
    """Return the settings in force; unknown or missing names keep their default."""
    newest = sa.select(sa.func.max(SettingChange.id)).group_by(SettingChange.name)
    rows = session.execute(
        sa.select(SettingChange.name, SettingChange.value).where(SettingChange.id.in_(newest))
    )
    known = {f.name for f in fields(SiteSettings)}
    return replace(SiteSettings(), **{name: value for name, value in rows if name in known})


def change_settings(
    session: Session, wanted: dict[str, Any], *, person_id: int, at: datetime
) -> list[str]:
    """Write a change row for each setting whose value differs; return their names, sorted.

    Raises:
        KeyError: a name that is no setting. TypeError: a value of another type.
    """
    current = asdict(load_settings(session))
    changed = []
    for name, value in sorted(wanted.items()):
        if type(value) is not type(current[name]):
            raise TypeError(f"{name} must be {type(current[name]).__name__}")
        if value != current[name]:
            session.add(SettingChange(name=name, value=value, person_id=person_id, at=at))
            changed.append(name)
    session.flush()
    return changed
