"""One module per station or desk; HTML over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask

from warehouse.config import Config

if TYPE_CHECKING:
    from printing.queue.drawing_room import DrawingRoom


def install(app: Flask, config: Config, room: DrawingRoom | None) -> None:
    """Register every page, the door before them, the words in them and who draws for them."""
    from warehouse.web import access, desk, drawing, pages

    access.install(app)
    pages.install(app)
    desk.install(app)
    drawing.install(app, config, room)
    for blueprint in [*_stations(), *_desks()]:
        app.register_blueprint(blueprint)


def _stations() -> list[Blueprint]:
    from warehouse.web import (
        bench,
        check,
        count,
        home,
        login,
        overrides,
        pack,
        pick,
        pictures,
        receive,
        receive_new,
        replenish,
        ship,
        storing,
        weigh,
    )

    # Of a station of several modules any has its blueprint; importing them adds their routes.
    scale = (weigh, overrides)
    dock = (receive, receive_new)
    shelves = (storing, replenish)
    stations = (
        home,
        bench,
        login,
        pick,
        check,
        pack,
        scale[0],
        ship,
        dock[0],
        *shelves,
        count,
        pictures,
    )
    return [m.bp for m in stations]


def _desks() -> list[Blueprint]:
    from warehouse.web import (
        carriers,
        consignments,
        count_corrections,
        count_papers,
        counts,
        days,
        design_files,
        design_pictures,
        design_slips,
        designs,
        exchanges,
        filling,
        find_printers,
        handovers,
        imports,
        kits,
        lanes,
        lots,
        mapping,
        moves,
        order,
        orders,
        papers,
        parcels,
        people,
        previews,
        print_routes,
        printers,
        purchases,
        receipt_papers,
        receipts,
        retiring,
        runs,
        search,
        settings,
        sku_new,
        sku_stock,
        stock,
        stock_limits,
        stock_lists,
        straighten,
        suppliers,
        supply,
        supply_lists,
        tablets,
        waves,
    )

    # A section of several modules has one blueprint; importing them adds their routes to it.
    printing = (
        papers, lanes, runs, printers, print_routes, previews, straighten, find_printers,
    )  # fmt: skip
    ordering = (orders, order)
    stocking = (stock, sku_stock, sku_new, stock_limits, stock_lists, retiring, moves, kits)
    supplying = (supply, supply_lists, filling)
    designing = (designs, design_pictures, design_files, design_slips)
    receiving = (receipts, receipt_papers, purchases, suppliers, exchanges)
    counting = (counts, count_corrections, count_papers)
    modules = (
        ordering[0],
        imports,
        mapping,
        consignments,
        waves,
        parcels,
        handovers,
        days,
        stocking[0],
        receiving[0],
        supplying[0],
        lots,
        counting[0],
        printing[0],
        designing[0],
        carriers,
        tablets,
        people,
        settings,
        search,
    )
    return [module.bp for module in modules]
