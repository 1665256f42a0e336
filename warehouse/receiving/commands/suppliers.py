"""Suppliers: made, changed, no longer used."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.rules import code_problem, scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, NotFound, RuleViolation, UnknownName
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.receiving.models import Supplier
from warehouse.receiving.rules import LONGEST_LEAD_DAYS, length_problem
from warehouse.text import say

LONGEST_CODE = 20
LONGEST_NAME = 40  # as long as it stands on paper
LONGEST_CONTACT = 200
LONGEST_NOTE = 1_000


@dataclass(frozen=True, kw_only=True)
class SaveSupplier(Command):
    """Make a supplier, or change the one with this id."""

    supplier_id: int | None = None
    code: str = ""
    name: str
    contact: str = ""
    lead_days: int = 0
    terms: str = ""
    is_active: bool = True


_CHANGEABLE = ("name", "contact", "lead_days", "terms", "is_active")


def save_supplier(session: Session, command: SaveSupplier) -> Outcome:
    """Make or change one supplier; the code is scannable and stays.

    Raises:
        InvalidInput: a code no scanner can read or another's, no name, a lead time nobody has.
        NotFound: no supplier has this id.
    """
    told = Gathered()
    _check(command, told)
    code = command.code
    if command.supplier_id is None:
        code = told.take("code", lambda: _new_code(session, command.code)) or ""
    told.refuse()
    values = {name: getattr(command, name) for name in _CHANGEABLE}
    values |= {name: values[name].strip() for name in ("name", "contact", "terms")}
    if command.supplier_id is None:
        supplier = Supplier(code=code, created_at=command.at, **values)
        session.add(supplier)
        session.flush()
        trail.record(session, command, "supplier", supplier.id, "added")
        text = say("Supplier {name} is saved.", name=supplier.name)
        return Outcome(screen="supplier", subject_id=supplier.id, message=text)
    supplier = supplier_by_id(session, command.supplier_id)
    changed = [name for name, value in values.items() if getattr(supplier, name) != value]
    for name in changed:
        setattr(supplier, name, values[name])
    if changed:
        session.flush()
        trail.record(session, command, "supplier", supplier.id, "changed", fields=changed)
    text = say("Supplier {name} is saved.", name=supplier.name)
    return Outcome(screen="supplier", subject_id=supplier.id, message=text)


def supplier_by_id(session: Session, supplier_id: int) -> Supplier:
    """Return the supplier. Raises NotFound: there is none."""
    found = session.get(Supplier, supplier_id)
    if found is None:
        raise NotFound(say("supplier"), supplier_id)
    return found


def supplier_by_code(session: Session, code: str) -> Supplier:
    """Return the supplier in use with this code.

    Raises:
        UnknownName: there is none. RuleViolation: nothing is bought of it any more.
    """
    found = session.scalars(sa.select(Supplier).where(Supplier.code == scan_code(code))).first()
    if found is None:
        raise UnknownName(say("There is no supplier with this code."), field="supplier")
    if not found.is_active:
        raise RuleViolation(say("Supplier {name} is no longer in use.", name=found.name))
    return found


def _check(command: SaveSupplier, told: Gathered) -> None:
    name = command.name.strip()
    problem = None if name else say("The name is empty.")
    told.tell(problem or length_problem(name, LONGEST_NAME), "name")
    told.tell(length_problem(command.contact, LONGEST_CONTACT), "contact")
    told.tell(length_problem(command.terms, LONGEST_NOTE), "terms")
    if not 0 <= command.lead_days <= LONGEST_LEAD_DAYS:
        text = say("This must be {least} to {most}.", least=0, most=LONGEST_LEAD_DAYS)
        told.tell(text, "lead_days")


def _new_code(session: Session, given: str) -> str:
    code = scan_code(given)
    problem = code_problem(code)
    if problem is None and len(code) > LONGEST_CODE:
        problem = say("The code is longer than {most} characters.", most=LONGEST_CODE)
    if problem is None and session.scalar(sa.select(Supplier.id).where(Supplier.code == code)):
        problem = say("Another supplier has this code.")
    if problem is not None:
        raise InvalidInput(problem, field="code")
    return code
