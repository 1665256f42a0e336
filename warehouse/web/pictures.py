"""Pictures of goods."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from warehouse.catalog.models import SkuPicture
from warehouse.web.access import LOGGED_IN, needs
from warehouse.web.context import reading

bp = Blueprint("pictures", __name__, url_prefix="/pictures")
DAY_S = 86_400


@bp.get("/sku/<int:sku_id>.png")
@needs(LOGGED_IN)
def sku(sku_id: int) -> Response | AnyResponse:
    """Return the picture of a SKU, or the drawing of a picture that is missing."""
    with reading() as session:
        picture = session.get(SkuPicture, sku_id)
    if picture is None:
        return redirect(url_for("static", filename="no-picture.svg"))
    response = make_response(picture.png)
    response.headers["Content-Type"] = "image/png"
    response.headers["Cache-Control"] = f"private, max-age={DAY_S}"
    return response
