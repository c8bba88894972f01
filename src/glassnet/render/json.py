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
    Command,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    DrawnImage,
    DrawnLayer,
    Equation,
    Heading,
    Matrices,
    Matrix,
    MatrixEquation,
    Paragraph,
    Picture,
    Regions,
)
from glassnet.formula.number import NumberFormat
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
                **({"anchor": section.anchor} if section.anchor else {}),
                "folded": section.folded,
                "blocks": [_block(block, document.numbers) for block in section.blocks],
            }
            for section in document.sections
        ],
        **document.data,
    }


def json_number(value: float) -> float | None:
    """Return a number for JSON: null if it is infinite or NaN."""
    return float(value) if math.isfinite(value) else None


def _block(block: Block, numbers: NumberFormat) -> dict[str, Any]:
    match block:
        case Paragraph(text):
            return {"kind": "paragraph", "text": text}
        case Command(text):
            return {"kind": "command", "text": text}
        case Heading(text):
            return {"kind": "heading", "text": text}
        case Equation(left, _, _, exact, _):
            return {
                "kind": "equation",
                "left": formula_text(left, numbers),
                "steps": [formula_text(step, numbers) for step in block.all_steps],
                "value": json_number(block.value),
                **({} if exact is None else {"exact": json_number(exact)}),
            }
        case DocumentTable(columns, rows, caption, _):
            cells = [[_cell(cell, numbers) for cell in row] for row in rows]
            return {"kind": "table", "caption": caption, "columns": list(columns), "rows": cells}
        case Matrices(matrices, row_names, column_names, caption):
            return {
                "kind": "matrices",
                "caption": caption,
                "row_names": [_cell(name, numbers) for name in row_names],
                "column_names": list(column_names),
                "matrices": [_matrix(matrix) for matrix in matrices],
            }
        case MatrixEquation(parts):
            signed = [{"sign": sign, **_matrix(matrix)} for sign, matrix in parts]
            return {"kind": "matrix equation", "parts": signed}
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


def _matrix(matrix: Matrix) -> dict[str, Any]:
    rows = [[json_number(value) for value in row] for row in matrix.rows]
    return {"name": formula_text(matrix.name), "rows": rows}


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


def _cell(cell: Cell, numbers: NumberFormat) -> str | float | None:
    if isinstance(cell, str):
        return cell
    return formula_text(cell, numbers) if isinstance(cell, Formula) else json_number(cell)


def document_json(document: Document) -> str:
    """Return a document as JSON text."""
    return json.dumps(document_dict(document), ensure_ascii=False, indent=2)


Format("json", document_json)
