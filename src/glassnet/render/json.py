"""A document as JSON values: formulas as text, numbers as numbers."""

import json
import math
from dataclasses import asdict
from typing import Any

from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    DrawnLayer,
    Equation,
    Heading,
    Matrices,
    Matrix,
    MatrixEquation,
    Paragraph,
    Picture,
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
        case Curves(x_name, y_name, curves, caption):
            lines = [
                {
                    "name": curve.name,
                    "x": [json_number(value) for value in curve.x],
                    "y": [json_number(value) for value in curve.y],
                }
                for curve in curves
            ]
            names = {"x_name": x_name, "y_name": y_name}
            return {"kind": "curves", "caption": caption, **names, "curves": lines}
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
            squares = [list(row) for row in rows]
            return {"kind": "picture", "caption": caption, "signed": signed, "rows": squares}


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
    }


def _cell(cell: Cell, numbers: NumberFormat) -> str | float | None:
    if isinstance(cell, str):
        return cell
    return formula_text(cell, numbers) if isinstance(cell, Formula) else json_number(cell)


def document_json(document: Document) -> str:
    """Return a document as JSON text."""
    return json.dumps(document_dict(document), ensure_ascii=False, indent=2)


Format("json", document_json)
