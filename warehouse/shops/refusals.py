"""Why a cell or a whole file cannot be taken, in sentences that say what to do."""

from __future__ import annotations

from typing import ClassVar

from warehouse.errors import WarehouseError
from warehouse.text import Text, say

SHOWN = 60


class FileRefused(WarehouseError):
    """A file cannot be read as a whole; nothing of the import was taken."""

    code: ClassVar[str] = "file_refused"
    status: ClassVar[int] = 422

    def __init__(self, file: str, reason: Text) -> None:
        super().__init__(say("{file}: {reason}", file=file[:SHOWN], reason=reason))
        self.file = file
        self.reason = reason


class BadCell(Exception):
    """One cell cannot be taken, and so its row cannot."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


DAMAGED_NUMBER = say(
    "A spreadsheet program has cut the last digits of this number. Export the file again"
    " from the shop and import it without opening and saving it first."
)
DAMAGED_NUMBER_CELL = say(
    "This long number is stored as a number, so its last digits are lost. Export the file again"
    " from the shop and import it as it is, or format the column as text before filling it."
)
MISSING = say("This column must not be empty.")
NOT_A_NUMBER_CODE = say("This is not an order or line number.")
BAD_AMOUNT = say("This is not an amount of money.")
BAD_PIECES = say("This is not a whole number of pieces above zero.")
NOT_PIECES = say("This is not a whole number of pieces, 0 or more.")
BAD_INSTANT = say("This is not a date and time. Write it as 2026-11-11 20:30:00.")
UNREADABLE = say("This cell holds bytes that are no characters. The file may be damaged.")
FORMULA = say("This cell holds a formula. Replace formulas by their values.")
ROW_CUT = say("The row ends early. The file seems to be cut off.")
ROW_LONG = say(
    "The row has more cells than the header. A text with a separator in it may lack quotes."
)
HIDDEN_ROW = say("This row is hidden in the sheet. Show it, or take it out.")
NO_TOKEN_PART = say("This is not one of the words this column may hold.")

EMPTY_FILE = say("The file is empty.")
NOT_A_TABLE = say("This is neither a CSV nor an XLSX file. Export it again from the shop.")
HTML_TABLE = say(
    "This is a web page with the ending of a workbook. Open it in a spreadsheet program and save"
    " it as XLSX."
)
OLD_WORKBOOK = say(
    "This is a workbook in the old XLS form. Open it in a spreadsheet program and save it as XLSX."
)
ENCRYPTED_WORKBOOK = say(
    "This workbook is protected by a password. Open it with the password, remove the password"
    " (File, Info, Protect workbook), save it as XLSX and import that file."
)
ZIP_NOT_WORKBOOK = say(
    "This archive is not an XLSX workbook. Unpack it first, or save the workbook as XLSX."
)
DAMAGED_WORKBOOK = say("The workbook is damaged or was cut off. Download it again.")
UNSAFE_WORKBOOK = say("The workbook holds constructions no spreadsheet program writes.")


def too_long(limit: int, length: int) -> Text:
    """Return the refusal of a text over its column's limit."""
    return say(
        "The text has {length} characters, at most {limit} are taken.", length=length, limit=limit
    )


def open_quote(row: int) -> Text:
    """Return the refusal of a text file whose cell runs on for ever."""
    return say(
        "A quotation mark that opens in row {row} never closes, or a cell is far too long."
        " Export the file again.",
        row=row,
    )


def too_large(limit_mb: int) -> Text:
    """Return the refusal of a file, or of what it would unpack to."""
    return say("The file is larger than {limit} MB.", limit=limit_mb)


def inflates_too_much(limit_mb: int) -> Text:
    """Return the refusal of a workbook that would unpack to far more than an order file."""
    return say(
        "Unpacked, the workbook would be larger than {limit} MB or far larger than its file.",
        limit=limit_mb,
    )


def too_many_rows(limit: int) -> Text:
    """Return the refusal of a table with too many rows."""
    return say("The table has more than {limit} rows. Export shorter periods.", limit=limit)


def too_many_columns(limit: int) -> Text:
    """Return the refusal of a table with too many columns."""
    return say("The table has more than {limit} columns. This is not an order file.", limit=limit)


def unknown_header(header: str) -> Text:
    """Return the refusal of a file without a known header row; shows the first row seen."""
    return say(
        "No row with the column names of an order report (订单报表), an item report (宝贝报表) or"
        " the import layout was found. The first row reads: {header}",
        header=header,
    )


def shown(value: str) -> str:
    """Return a cell's text fit for a list: one line, no control characters, at most 60 long."""
    plain = "".join(c if c.isprintable() else "·" for c in value[: SHOWN + 1])
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"


def too_many_pieces(most: int) -> Text:
    """Return why a number of pieces is no row's."""
    return say("This is more than {most} pieces.", most=most)


def hidden_sheet(sheet: str) -> Text:
    """Return why a sheet with rows that nobody sees is not read."""
    return say("Sheet {sheet} is hidden. Show it and look at it first.", sheet=shown(sheet))
