"""`/api/v1/days`: what was done on a day, in figures."""

from __future__ import annotations

from flask import Response

from warehouse.api.answers import answer, language
from warehouse.api.door import bp
from warehouse.api.operations import operation
from warehouse.api.schemas import component
from warehouse.api.shapes.days import show_day
from warehouse.people.rights import Right
from warehouse.web.context import config, reading, today


@bp.get("/days/<day>")
@operation(
    summary="Show a day of the site in figures, beside the day before",
    tag="Days",
    rights=(Right.SEE_DESK,),
    answer=component("Day"),
)
def days_show(day: str) -> Response:
    zone = config().time_zone
    with reading() as session:
        return answer(show_day(session, day, today=today(), zone=zone, language=language()))
