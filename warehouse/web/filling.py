"""The desk's replenishment: what is to be brought from reserve, by whom, for which orders."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response

from warehouse.counting.queries import not_found
from warehouse.people.rights import Right
from warehouse.replenishing.commands.planning import (
    CancelTask,
    PlanTasks,
    cancel_task,
    plan_tasks,
)
from warehouse.replenishing.models import ReplenishTask, TaskState
from warehouse.replenishing.queries import task_counts, task_list
from warehouse.replenishing.waiting import waiters_of
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import reading
from warehouse.web.desk import act, called, state_chips
from warehouse.web.spreadsheets import Field
from warehouse.web.supply import bp

FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda x: x.code),
    (say("Goods"), lambda x: x.name),
    (say("From"), lambda x: x.source),
    (say("To bin"), lambda x: x.target),
    (say("Pieces"), lambda x: x.pieces),
    (say("Brought"), lambda x: x.moved),
    (say("Urgent"), lambda x: x.is_urgent),
    (say("State"), lambda x: x.state),
    (say("Made"), lambda x: x.created_at),
    (say("Ended"), lambda x: x.ended_at),
    (say("Who"), lambda x: called(x.who)),
)
LISTING = tables.Listing(
    name="replenishment",
    key=ReplenishTask.id,
    sorts={"no": ReplenishTask.id},
    default="-no",
    fields=FIELDS,
)


@bp.get("/filling")
@needs(Right.SEE_DESK, shows_book=True)
def filling() -> str | Response:
    """List the tasks, the newest first."""
    state = tables.one_of("state", TaskState)
    query = task_list()
    if state is not None:
        query = query.where(ReplenishTask.state == state)
    if tables.text("only") == "urgent":
        query = query.where(ReplenishTask.is_urgent)
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        page = tables.page_of(session, query, LISTING)
        return render_template(
            "replenish/index.html",
            page=page,
            unfound=not_found(session),
            chips=state_chips(TaskState, task_counts(session), state),
            waiters=waiters_of(session, [row.id for row in page.rows if row.state == "open"]),
        )


@bp.post("/filling/plan")
@needs(Right.STOCK)
def plan_filling() -> Response:
    """Look now at all pick bins and tasks."""
    return act(plan_tasks, PlanTasks, back=url_for("supply.filling"))


@bp.post("/filling/<int:task_id>/cancel")
@needs(Right.STOCK)
def cancel_filling(task_id: int) -> Response:
    """Take a task back."""
    return act(cancel_task, CancelTask, back=url_for("supply.filling"), task_id=task_id)
