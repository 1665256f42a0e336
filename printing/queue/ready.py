"""Labels carriers have drawn: stored once under their SHA-256, fetched when they are printed."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from printing.documents import Locale, ReadyFormat, ReadyLabel
from printing.errors import DoesNotFit
from printing.models import ReadyFile


def keep_ready(
    session: Session,
    content: bytes,
    form: ReadyFormat,
    *,
    waybill_no: str,
    carrier: str,
    stock: str,
    at: datetime,
    locale: Locale = Locale.ZH,
) -> ReadyLabel:
    """Store a carrier's own label for this stock; return the paper to ask for.

    `form` is what `showing.ready_format` found it to be, for this stock: a stranger's file is
    opened beside us, and never while a transaction is open. The same bytes are stored once,
    whatever number they are kept under.

    Raises:
        DocumentInvalid: it is empty, too large, or for no known stock.
    """
    digest = hashlib.sha256(content).hexdigest()
    label = ReadyLabel(
        locale=locale,
        waybill_no=waybill_no,
        carrier=carrier,
        format=form,
        media=stock,
        sha256=digest,
        size_bytes=len(content),
    )
    known = session.get(ReadyFile, digest)
    if known is None:
        session.add(ReadyFile(sha256=digest, format=form, content=content, stored_at=at))
    else:
        known.stored_at = at  # it is kept as long as if it came today
    session.flush()
    return label


def ready_bytes(session: Session, label: ReadyLabel) -> bytes:
    """Return the bytes of a carrier's label, as they came.

    Raises:
        DoesNotFit: they are not there any more.
    """
    found = session.get(ReadyFile, label.sha256)
    if found is None:
        raise DoesNotFit(f"the carrier's label of {label.waybill_no} is not stored any more")
    return found.content
