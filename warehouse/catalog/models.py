"""What the warehouse knows before any order comes: goods, places, boxes, stations."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import (
    Base,
    Code,
    Grams,
    Id,
    Millimetres,
    Name,
    Pieces,
    Ref,
    Word,
    one_of,
    text_of,
)


class BinKind(StrEnum):
    """What sort of place a bin is. The virtual ones may go below zero: they are the outside."""

    SHELF = "shelf"
    RESERVE = "reserve"  # stock behind the shelves: it fills them, nobody picks from it
    DOCK = "dock"  # received, not put away yet
    TOTE = "tote"
    PARCEL = "parcel"
    SET_ASIDE = "set_aside"
    QUARANTINE = "quarantine"
    COURIER = "courier"
    SUPPLIER = "supplier"
    COUNT_DIFFERENCE = "count_difference"
    OPENING = "opening"
    SCRAP = "scrap"
    KITTING = "kitting"  # where pieces become kits and kits pieces


VIRTUAL_KINDS = frozenset(
    {
        BinKind.COURIER,
        BinKind.SUPPLIER,
        BinKind.COUNT_DIFFERENCE,
        BinKind.OPENING,
        BinKind.SCRAP,
        BinKind.KITTING,
    }
)
IN_WORK_KINDS = frozenset({BinKind.TOTE, BinKind.PARCEL})  # what stands in them is on its way out
PICKABLE_KINDS = frozenset({BinKind.SHELF, BinKind.SET_ASIDE})


class BarcodeKind(StrEnum):
    OWN = "own"
    EAN = "ean"
    PACK = "pack"


class StationKind(StrEnum):
    PICK = "pick"
    CHECK = "check"
    PACK = "pack"
    WEIGH = "weigh"
    SHIP = "ship"
    RECEIVE = "receive"
    STOCK = "stock"
    COUNT = "count"
    DESK = "desk"


class Sku(Base):
    """One sellable thing: a product in one colour and size. The code never changes."""

    __tablename__ = "sku"
    __table_args__ = (
        sa.CheckConstraint("weight_g > 0", name="weight_positive"),
        sa.CheckConstraint("is_lot_tracked OR NOT is_expiry_tracked", name="expiry_by_lot"),
        sa.CheckConstraint("days_before_expiry >= 0", name="days_before_expiry_not_negative"),
        sa.CheckConstraint("shelf_most > 0", name="shelf_most_positive"),
        sa.UniqueConstraint("code"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    properties: Mapped[Name] = mapped_column(default="")
    weight_g: Mapped[Grams | None]  # None: never weighed
    length_mm: Mapped[Millimetres | None]
    width_mm: Mapped[Millimetres | None]
    height_mm: Mapped[Millimetres | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_lot_tracked: Mapped[bool] = mapped_column(default=False)
    is_expiry_tracked: Mapped[bool] = mapped_column(default=False)  # each lot has a best-before
    is_serial_tracked: Mapped[bool] = mapped_column(default=False)
    # Lots are promised to nobody when fewer days than this are left.
    days_before_expiry: Mapped[int] = mapped_column(default=0)
    storage_class: Mapped[Code] = mapped_column(default="")  # where it may stand: A, cold, fragile
    shelf_most: Mapped[Pieces | None]  # pieces wanted on shelves; what is more goes to reserve


class SkuPicture(Base):
    """The picture of a SKU as PNG bytes."""

    __tablename__ = "sku_picture"

    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    png: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Barcode(Base):
    """A code on goods: what it stands for, and how many pieces one scan of it is worth."""

    __tablename__ = "barcode"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        one_of("kind", BarcodeKind),
        sa.Index("ix_barcode_sku_id", "sku_id"),
    )

    code: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces] = mapped_column(default=1)
    kind: Mapped[BarcodeKind] = mapped_column(Word(BarcodeKind))


class Zone(Base):
    """A part of the building with bins that are walked together."""

    __tablename__ = "zone"
    __table_args__ = (sa.UniqueConstraint("code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    sequence: Mapped[int]
    storage_class: Mapped[Code] = mapped_column(default="")  # of all its bins that have none


class Bin(Base):
    """Any place where stock stands: shelves, totes, parcels, the courier, the supplier.

    What it holds is not known where size, weight or pieces are None; then nothing is refused.
    """

    __tablename__ = "bin"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        one_of("kind", BinKind),
        sa.CheckConstraint(
            "length_mm > 0 AND width_mm > 0 AND height_mm > 0", name="inner_size_positive"
        ),
        sa.CheckConstraint("most_weight_g > 0", name="most_weight_positive"),
        sa.CheckConstraint("most_pieces > 0", name="most_pieces_positive"),
        sa.Index("ix_bin_kind_walk_order", "kind", "walk_order"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    kind: Mapped[BinKind] = mapped_column(Word(BinKind))
    zone_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("zone.id"))
    walk_order: Mapped[int] = mapped_column(default=0)
    x_mm: Mapped[Millimetres | None]
    y_mm: Mapped[Millimetres | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    storage_class: Mapped[Code] = mapped_column(default="")  # "": its zone's
    is_one_sku: Mapped[bool] = mapped_column(default=False)  # nothing else beside its goods
    is_put_closed: Mapped[bool] = mapped_column(default=False)  # nothing more is put in
    is_pick_closed: Mapped[bool] = mapped_column(default=False)  # nothing more is promised of it
    length_mm: Mapped[Millimetres | None]  # inside
    width_mm: Mapped[Millimetres | None]
    height_mm: Mapped[Millimetres | None]
    most_weight_g: Mapped[Grams | None]
    most_pieces: Mapped[Pieces | None]

    @property
    def is_virtual(self) -> bool:
        """Whether the bin stands for the outside and may go below zero."""
        return self.kind in VIRTUAL_KINDS


class CartonType(Base):
    """A type of box: inner size, own weight, and the barcode on its rack."""

    __tablename__ = "carton_type"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("tare_g >= 0", name="tare_not_negative"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    length_mm: Mapped[Millimetres]
    width_mm: Mapped[Millimetres]
    height_mm: Mapped[Millimetres]
    tare_g: Mapped[Grams]
    is_active: Mapped[bool] = mapped_column(default=True)


class Station(Base):
    """A place of work with its tablet and printers."""

    __tablename__ = "station"
    __table_args__ = (sa.UniqueConstraint("code"), one_of("kind", StationKind))

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    kind: Mapped[StationKind] = mapped_column(Word(StationKind))
    is_active: Mapped[bool] = mapped_column(default=True)
