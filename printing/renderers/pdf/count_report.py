"""The count report: how exact the book was, every difference with its reason, who signs."""

from __future__ import annotations

from printing.documents import CountedLine, CountReport
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import word


def draw(report: CountReport, media: Media) -> list[Sheet]:
    """Return the pages of a count report.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(report, media, "Count report", report.session_no, report.name)
    office.put_facts(flow, report, _facts(report))
    if report.lines:
        flow.begin_table(_columns(report, flow.width))
        for line in report.lines:
            flow.row([line.bin_code, _described(line), str(line.counted), str(line.book),
                      _difference(line), line.value, line.reason],
                     least_mm=6)  # fmt: skip
        flow.end_table()
    elif not report.asked_again and not report.unproven:
        flow.text(word(report.locale, "Book and shelf agree in every line."), 11, bold=True)
    if report.left_out:
        text = word(
            report.locale, "{n} more differences stand in the file only.", n=report.left_out
        )
        flow.text(text, 9.5)
    office.signatures(flow, report, ("Counted by", "Reviewed by", "Approved by"))
    return office.finish(flow, report)


def _facts(report: CountReport) -> list[tuple[str, str]]:
    return [
        ("Begun", report.begun_at),
        ("Ended", report.ended_at or report.state),
        ("Counter", report.counters),
        ("Bins counted", report.bins),
        ("Lines that agree", report.agreed),
        ("Lines still asked again", report.asked_again),
        ("Lines not proven", report.unproven),
        ("Exact by bin", report.by_bin),
        ("Exact by line", report.by_line),
        ("Exact by piece", report.by_piece),
        ("Exact by value", report.by_value),
        ("Missing", report.missing),
        ("Found", report.found),
        ("Value of differences", report.net_value),
    ]


def _columns(report: CountReport, width: float) -> list[Column]:
    titles = [word(report.locale, name) for name in
              ("Bin", "Item", "Counted", "Book", "Difference", "Worth", "Reason")]  # fmt: skip
    share = width / 190
    widths = spread(26 * share, 0, 16 * share, 16 * share, 19 * share, 24 * share, 32 * share,
                    whole=width)  # fmt: skip
    return [
        Column(title=titles[0], width=widths[0], size_pt=9.5, floor_pt=5, bold=True, max_lines=2),
        Column(title=titles[1], width=widths[1], size_pt=8.5, max_lines=4),
        Column(title=titles[2], width=widths[2], size_pt=10, align="right", max_lines=1),
        Column(title=titles[3], width=widths[3], size_pt=10, align="right", max_lines=1),
        Column(title=titles[4], width=widths[4], size_pt=11, bold=True, align="right",
               max_lines=1),
        Column(title=titles[5], width=widths[5], size_pt=8.5, floor_pt=4, align="right",
               max_lines=2),
        Column(title=titles[6], width=widths[6], size_pt=8, floor_pt=4, max_lines=3),
    ]  # fmt: skip


def _difference(line: CountedLine) -> str:
    if line.missing and line.found:
        return f"-{line.missing} +{line.found}"
    return f"{line.counted - line.book:+d}"


def _described(line: CountedLine) -> str:
    return f"{line.name}\n{'  '.join(part for part in (line.properties, line.sku_code) if part)}"
