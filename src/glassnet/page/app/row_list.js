/** The rows with what is predicted for each, those with the largest loss first. */

/**
 * @typedef {object} Row
 * @property {number} example
 * @property {number} row
 * @property {boolean} isTest
 * @property {string} predicted
 * @property {string} target
 * @property {boolean} isWrong
 * @property {string} loss
 */

import { write } from "./numbers.js";

export class RowList {
  /**
   * @param {HTMLElement} parent
   * @param {() => Promise<{rows: Row[], wrong: number, examples: number}>} list
   * @param {(example: number) => void} choose called when a row is chosen
   */
  constructor(parent, list, choose) {
    this.list = list;
    this.choose = choose;
    this.details = /** @type {HTMLDetailsElement} */ (parent.querySelector("details"));
    this.content = /** @type {HTMLElement} */ (parent.querySelector(".content"));
    this.details.addEventListener("toggle", () => {
      if (this.details.open) this.show();
    });
    parent.querySelector("button")?.addEventListener("click", () => this.show());
  }

  close() {
    this.details.open = false;
  }

  /** List the rows as they are predicted now. */
  async show() {
    const { rows, wrong, examples } = await this.list();
    const table = document.createElement("table");
    const caption = table.createCaption();
    const count = examples.toLocaleString("en");
    caption.textContent = rows.some(({ isWrong }) => isWrong)
      ? `${wrong.toLocaleString("en")} of ${count} are wrong. The largest losses first:`
      : `The largest losses of ${count} rows first:`;
    const head = table.createTHead().insertRow();
    for (const name of ["Row", "Predicted", "Target", "Loss"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows) this.addRow(body.insertRow(), row);
    this.content.replaceChildren(table);
  }

  /**
   * @param {HTMLTableRowElement} line
   * @param {Row} row
   */
  addRow(line, row) {
    const open = document.createElement("button");
    open.type = "button";
    open.textContent = `${(row.row + 1).toLocaleString("en")}${row.isTest ? " (test)" : ""}`;
    open.title = "Why is it predicted so?";
    open.addEventListener("click", () => this.choose(row.example));
    line.insertCell().append(open);
    line.insertCell().textContent = row.predicted;
    line.insertCell().textContent = row.target;
    write(line.insertCell(), row.loss);
    line.classList.toggle("wrong", row.isWrong);
  }
}
