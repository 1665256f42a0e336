"""`/api/v1/moves`: the history of stock, and moving pieces from bin to bin."""

from __future__ import annotations

from flask import Response

from warehouse.api.acting import act
from warehouse.api.answers import answer
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import component, listed, text, whole, word
from warehouse.api.shapes.moves import list_hands, list_moves
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.counting.commands.hands_ended import end_hand_and_look
from warehouse.errors import WarehouseError
from warehouse.inventory.models import MoveReason
from warehouse.people.rights import Right
from warehouse.placing.reasons import LONGEST_NOTE
from warehouse.storing.commands.ending import EndHand
from warehouse.storing.commands.moves import MOST_PIECES, MovePieces, Taken, move_pieces
from warehouse.storing.hands import HandKind
from warehouse.web.context import reading

TAG = "Stock"
MOST_SERIALS = 500
MOST_ID = 2**53


@bp.get("/moves")
@operation(
    summary="List moves of stock, newest first",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={
        "sku": text("Only of this SKU.", least=1, most=64),
        "bin": text("Only into or out of this bin.", least=1, most=64),
        "reason": word(MoveReason),
        **PAGING,
    },
    answer=paged("moves", component("Move")),
)
def moves_index() -> Response:
    with reading() as session:
        return answer(list_moves(session, **{"limit": USUAL, **query()}))


@bp.post("/moves")
@operation(
    summary="Move pieces from one bin to another; promised pieces stay",
    tag=TAG,
    rights=(Right.STOCK,),
    body={
        "sku": text("Its code or a barcode.", least=1, most=64),
        "from": text("The bin's code.", least=1, most=64),
        "to": text("The bin's code.", least=1, most=64),
        "pieces": whole(least=1, most=MOST_PIECES),
        "lot": text("Needed where the bin has several lots of the SKU.", most=64),
        "serials": listed(
            text(least=1, most=64),
            "One for each piece of goods known piece by piece.",
            most=MOST_SERIALS,
        ),
        "note": text(most=LONGEST_NOTE),
    },
    optional=("lot", "serials", "note"),
    answer=component("Act"),
)
def moves_make() -> Response:
    said = body()
    taken = Taken(
        bin=said["from"],
        sku=said["sku"],
        pieces=said["pieces"],
        lot=said.get("lot", ""),
        serials=tuple(said.get("serials", ())),
    )
    try:
        return act(move_pieces, MovePieces, taken=taken, to=said["to"], note=said.get("note", ""))
    except WarehouseError as error:
        for one in error.all:
            one.facts["field"] = "from" if one.field == "bin" else one.field
        raise


@bp.get("/hands")
@operation(
    summary="List what people have in hand, taken up and not put down yet",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Hands"),
)
def hands_index() -> Response:
    with reading() as session:
        return answer(list_hands(session))


@bp.post("/hands/end")
@operation(
    summary="Say that what somebody has in hand stands where the book has it",
    tag=TAG,
    rights=(Right.STOCK,),
    body={
        "kind": word(HandKind),
        "person": whole("Whose hand it is, as listed.", least=1, most=MOST_ID),
        "no": whole("The hand's own number, as listed.", least=1, most=MOST_ID),
    },
    answer=component("Act"),
)
def hands_end() -> Response:
    said = body()
    return act(
        end_hand_and_look,
        EndHand,
        kind=HandKind(said["kind"]),
        person_id=said["person"],
        no=said["no"],
    )
