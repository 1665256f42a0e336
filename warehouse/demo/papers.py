"""The sheets one cuts out before the first scan: badges and command cards."""

from __future__ import annotations

from pathlib import Path

from printing.documents import Badge, BadgeSheet, CardSheet
from printing.media import media
from printing.renderers.pdf import render
from warehouse.demo.people import PIN, ROLE_WORDS, STAFF


def write_sheets(folder: Path) -> tuple[Path, Path]:
    """Write badges.pdf and cards.pdf into the folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    badges = BadgeSheet(
        sheet_no="demo",
        site="发货 演示仓",
        badges=tuple(
            Badge(
                content=staff.badge,
                name=staff.name,
                roles=tuple(ROLE_WORDS[role] for role in staff.roles),
                hint=f"{staff.login} · PIN {PIN}",
            )
            for staff in STAFF
        ),
    )
    paths = folder / "badges.pdf", folder / "cards.pdf"
    for path, sheet in zip(paths, (badges, CardSheet()), strict=True):
        path.write_bytes(render(sheet, media("A4")))
    return paths
