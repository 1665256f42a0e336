"""The people of the demo, with badges that are the same every time."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.people.auth import hash_secret, hash_token
from warehouse.people.models import Person, PersonRole, Role
from warehouse.scanning import BADGE_PREFIX

PIN = "2468"
PASSWORD = "fahuo-demo"  # noqa: S105  (printed at every start: the demo hides nothing)
ROLE_WORDS = {
    Role.PICKER: "拣货",
    Role.CHECKER: "复核",
    Role.PACKER: "打包",
    Role.COUNTER: "盘点",
    Role.RECEIVER: "收货",
    Role.CUSTOMER_SERVICE: "客服",
    Role.SUPERVISOR: "主管",
    Role.ADMIN: "管理员",
}


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Somebody of the demo: login, name, roles and the text of the badge."""

    login: str
    name: str
    roles: tuple[Role, ...]

    @property
    def badge(self) -> str:
        """What the badge's barcode says."""
        return f"{BADGE_PREFIX}DEMO-{self.login.upper()}"


STAFF = (
    Staff(login="zhang", name="张伟", roles=(Role.PICKER,)),
    Staff(login="li", name="李娜", roles=(Role.PICKER, Role.CHECKER, Role.COUNTER)),
    Staff(login="wang", name="王强", roles=(Role.CHECKER,)),
    Staff(login="liu", name="刘洋", roles=(Role.PACKER,)),
    Staff(login="chen", name="陈静", roles=(Role.PACKER, Role.CHECKER)),
    Staff(login="yang", name="杨帆", roles=(Role.COUNTER, Role.RECEIVER)),
    Staff(login="zhao", name="赵敏", roles=(Role.RECEIVER,)),
    Staff(login="zhou", name="周婷", roles=(Role.CUSTOMER_SERVICE,)),
    Staff(login="huang", name="黄磊", roles=(Role.SUPERVISOR,)),
    Staff(login="wu", name="吴昊", roles=(Role.ADMIN,)),
)


def hire(session: Session) -> dict[str, int]:
    """Make the people who are not there yet; return login → person id."""
    known = dict(session.execute(sa.select(Person.login, Person.id)).all())
    pin_hash, password_hash = hash_secret(PIN), hash_secret(PASSWORD)
    for staff in STAFF:
        if staff.login in known:
            continue
        person = Person(
            name=staff.name,
            login=staff.login,
            badge_hash=hash_token(staff.badge.removeprefix(BADGE_PREFIX)),
            pin_hash=pin_hash,
            password_hash=password_hash,
        )
        session.add(person)
        session.flush()
        session.add_all(PersonRole(person_id=person.id, role=role) for role in staff.roles)
        known[staff.login] = person.id
    session.flush()
    return {staff.login: known[staff.login] for staff in STAFF}
