"""A label of the demo shop's own: the standard waybill with a logo and a word of thanks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import BytesIO

import sqlalchemy as sa
from PIL import Image, ImageDraw

from printing.templates import Element, ElementKind, Template, standard
from printing.templates.pictures import Picture, prepared
from warehouse.carriers.models import Carrier
from warehouse.demo.desk import Desk
from warehouse.printers.templates.logos import KeepPicture, keep_picture
from warehouse.printers.templates.uses import UseTemplate, use_template
from warehouse.printers.templates.versions import SaveTemplate, save_template

STOCK = "76x130"
COURIER = "YUNDA"
NAME = "韵达 · 带店标"
THANKS = "感谢惠顾"
LOGO_MM = 6.0


def design_label(desk: Desk) -> None:
    """Keep the logo and the template, and draw one courier's waybills by it."""
    logo = prepared(_logo())
    desk.do(
        partial(keep_picture, picture=logo), KeepPicture, name="店标", key=logo.key,
    )  # fmt: skip
    saved = desk.do(
        save_template, SaveTemplate, name=NAME, definition=_with_logo(logo).to_json(),
        note="备注右侧加店标",
    )  # fmt: skip
    carrier_id = desk.session.scalar(sa.select(Carrier.id).where(Carrier.code == COURIER))
    desk.do(use_template, UseTemplate, template_id=saved.subject_id, carrier_id=carrier_id or 0)


def _with_logo(logo: Picture) -> Template:
    """Return the standard waybill with its remark narrower, the logo and thanks beside it."""
    ours = standard("waybill", STOCK)
    remark = next(e for e in ours.elements if e.value == "remark")
    room = LOGO_MM + 14
    x = remark.x + remark.w - room + 1
    beside = (
        replace(remark, w=round(remark.w - room, 3)),
        Element(
            kind=ElementKind.PICTURE, value=logo.key, x=x, y=remark.y, w=LOGO_MM, h=LOGO_MM
        ),
        Element(
            kind=ElementKind.TEXT, value=THANKS, x=x + LOGO_MM + 1, y=remark.y, w=12, h=LOGO_MM,
            size_pt=8, is_bold=True, lines=1, valign=remark.valign,
        ),
    )  # fmt: skip
    kept = tuple(e for e in ours.elements if e is not remark)
    return replace(ours, elements=kept + beside)


def _logo() -> bytes:
    """Draw a parcel in a ring, black on white."""
    picture = Image.new("L", (200, 200), 255)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 4, 196, 196), outline=0, width=12)
    pen.rectangle((56, 72, 144, 144), outline=0, width=10)
    pen.line((56, 96, 144, 96), fill=0, width=10)
    pen.rectangle((90, 72, 110, 108), fill=0)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
