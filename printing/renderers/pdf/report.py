"""The daily report: sections of figures, each beside what it was the day before."""

from __future__ import annotations

from printing.documents import DailyReport
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import word

HEAD_ROOM_MM = 26.0  # a section does not begin where only its title fits


def draw(report: DailyReport, media: Media) -> list[Sheet]:
    """Return the pages of a daily report.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(report, media, "Daily report", report.report_no, report.site)
    flow.text(report.day, 13, bold=True, max_lines=1, gap=2)
    titles = [word(report.locale, name) for name in ("Figure", "Value", "Day before", "Note")]
    for section in report.sections:
        flow.keep_together(HEAD_ROOM_MM)
        flow.text(section.title, 11.5, bold=True, max_lines=1)
        share = flow.width / 190
        widths = spread(62 * share, 28 * share, 28 * share, 5, 0, whole=flow.width)
        flow.begin_table(
            [
                Column(title=titles[0], width=widths[0], size_pt=9.5, max_lines=2),
                Column(title=titles[1], width=widths[1], size_pt=11, bold=True, align="right",
                       max_lines=1),
                Column(title=titles[2], width=widths[2], size_pt=9, align="right", max_lines=1),
                Column(title="", width=widths[3]),
                Column(title=titles[3], width=widths[4], size_pt=8.5),
            ]
        )  # fmt: skip
        for figure in section.figures:
            flow.row([figure.name, figure.value, figure.before, "", figure.note], least_mm=6)
        flow.end_table()
        flow.y += 3
    flow.text(report.note, 9.5)
    return office.finish(flow, report)
