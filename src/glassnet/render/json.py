"""A document as JSON values: formulas as text, numbers as numbers."""

import json
import math
from dataclasses import asdict
from itertools import groupby
from typing import Any

from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    DrawnImage,
    DrawnLayer,
    Equation,
    Paragraph,
    Picture,
    Regions,
)
from glassnet.formula.tree import Formula
from glassnet.render.format import Format
from glassnet.render.text import formula_text

__all__ = ["document_dict", "document_json", "json_number"]


def document_dict(document: Document) -> dict[str, Any]:
    """Return a document as dicts, lists, text and numbers, as in ``document.schema.json``."""
    return {
        "version": 1,
        "title": document.title,
        "sections": [
            {
                "title": section.title,
                "blocks": [_block(block, document.digits) for block in section.blocks],
            }
            for section in document.sections
        ],
        **document.data,
    }


def json_number(value: float) -> float | None:
    """Return a number for JSON: null if it is infinite or NaN."""
    return float(value) if math.isfinite(value) else None


def _block(block: Block, digits: int | None) -> dict[str, Any]:
    match block:
        case Paragraph(text):
            return {"kind": "paragraph", "text": text}
        case Equation(left, steps):
            return {
                "kind": "equation",
                "left": formula_text(left, digits),
                "steps": [formula_text(step, digits) for step in steps],
                "value": json_number(block.value),
            }
        case DocumentTable(columns, rows, caption):
            cells = [[_cell(cell, digits) for cell in row] for row in rows]
            return {"kind": "table", "caption": caption, "columns": list(columns), "rows": cells}
        case Bars(labels, series, caption):
            values = {name: [json_number(value) for value in values] for name, values in series}
            return {"kind": "bars", "caption": caption, "labels": list(labels), "series": values}
        case Curves(x_name, y_name, curves, caption, marks):
            lines = list(map(_curve, curves))
            names: dict[str, Any] = {"x_name": x_name, "y_name": y_name}
            marked = [{"name": mark.name, "x": json_number(mark.x)} for mark in marks]
            names |= {"curves": lines, "marks": marked}
            return {"kind": "curves", "caption": caption, **names}
        case Regions():
            return _regions(block)
        case Drawing(layers, weights, caption):
            return {
                "kind": "drawing",
                "caption": caption,
                "layers": [_drawn_layer(layer) for layer in layers],
                "weights": [
                    {**asdict(weight), "value": json_number(weight.value)} for weight in weights
                ],
            }
        case Picture(rows, caption, signed):
            content = {"rows": [list(row) for row in rows], "signed": signed}
            return {"kind": "picture", "caption": caption, **content}


def _regions(regions: Regions) -> dict[str, Any]:
    """The regions; equal cells of a row as one pair, place and number of cells."""
    rows = [[[place, len(list(cells))] for place, cells in groupby(row)] for row in regions.rows]
    return {
        "kind": "regions",
        "caption": regions.caption,
        "x_name": regions.x_name,
        "y_name": regions.y_name,
        "bounds": list(map(json_number, regions.bounds)),
        "names": list(regions.names),
        "ordered": regions.ordered,
        "rows": rows,
        "points": [asdict(point) for point in regions.points],
        "lines": [_curve(line) for line in regions.lines],
    }


def _curve(curve: Curve) -> dict[str, Any]:
    x, y = (list(map(json_number, values)) for values in (curve.x, curve.y))
    return {"name": curve.name, "x": x, "y": y}


def _drawn_layer(layer: DrawnLayer) -> dict[str, Any]:
    units = [
        {
            "name": unit.name,
            "net_input": None if unit.net_input is None else json_number(unit.net_input),
            "output": None if unit.output is None else json_number(unit.output),
        }
        for unit in layer.units
    ]
    return {
        "title": layer.title,
        "units": units,
        "more": layer.more,
        "has_bias": layer.has_bias,
        "image": None if layer.image is None else _image(layer.image),
    }


def _image(image: DrawnImage) -> dict[str, Any]:
    rows = [list(row) for row in image.rows]
    return {"height": image.height, "width": image.width, "rows": rows}


def _cell(cell: Cell, digits: int | None) -> str | float | None:
    if isinstance(cell, str):
        return cell
    return formula_text(cell, digits) if isinstance(cell, Formula) else json_number(cell)


def document_json(document: Document) -> str:
    """Return a document as JSON text."""
    return json.dumps(document_dict(document), ensure_ascii=False, indent=2)


Format("json", document_json)
