"""Return labels at the desk: on the order and on its consignment, once the goods have left."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import ReturnLabel
from warehouse.dispatch.returning import (
    PrintReturnLabel,
    print_return_label,
    return_label,
    return_labels_asked,
    returns_desk,
)
from warehouse.errors import NotFound
from warehouse.orders.models import Consignment, ConsignmentState, Order
from warehouse.people.rights import Right
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import config, form_str, may, reading
from warehouse.web.desk import act, back_or
from warehouse.web.drafts import draft, shown
from warehouse.web.orders import bp
from warehouse.web.paper_rights import may_see
from warehouse.web.paper_rows import PaperRow
from warehouse.web.words import document_word


def return_rows(
    session: Session, consignment: Consignment | None, orders: Sequence[Order]
) -> list[PaperRow]:
    """Return a row for each order that has left, none as long as its goods are here."""
    if consignment is None or consignment.state is not ConsignmentState.DISPATCHED:
        return []
    lacks = not returns_desk(load_settings(session)).detail
    asked = return_labels_asked(session, [order.id for order in orders])
    return [
        PaperRow(
            word=document_word(ReturnLabel.kind),
            note=say("{text}", text=order.order_no) if len(orders) > 1 else None,
            action=url_for("orders.print_return", order_id=order.id),
            preview=url_for("orders.return_draft", order_id=order.id)
            if may_see(ReturnLabel.kind)
            else "",
            is_printed=order.id in asked,
            may=may(Right.RELEASE) or may(Right.REPRINT),
            missing=say("The site has no address for returns yet.") if lacks else None,
            where=f"{url_for('settings.index')}#returns" if may(Right.SETTINGS) else "",
        )
        for order in orders
    ]


@bp.get("/<int:order_id>/return.pdf")
@needs(Right.REPRINT, Right.UNMASK, at_desk=True)
def return_draft(order_id: int) -> Response:
    """Show the return label as it would be printed now, a mark across."""
    with reading() as session:
        order = session.get(Order, order_id)
        if order is None:
            raise NotFound(say("order"), order_id)
        paper = draft(session, return_label(session, order, config().time_zone))
    return shown(paper)


@bp.post("/<int:order_id>/return")
@needs(Right.RELEASE, Right.REPRINT, at_desk=True)
def print_return(order_id: int) -> Response:
    """Ask for the return label, once more with a reason."""
    back = back_or(url_for("orders.order", order_id=order_id))
    reason = form_str("reason", "")
    return act(print_return_label, PrintReturnLabel, back=back, order_id=order_id, reason=reason)
