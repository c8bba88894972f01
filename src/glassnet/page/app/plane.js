/** What the network predicts over two inputs: regions or a curve, and the examples on them. */

import { CLASSES, css } from "./colours.js";
import { paintClasses, paintUnit } from "./map.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 300;

export class Plane {
  /**
   * @param {HTMLElement} parent
   * @param {import("./frame.js").Built} built
   * @param {(example: number) => void} choose called when an example is clicked
   * @param {(x1: number, x2: number) => void} set called when the plane between them is clicked
   */
  constructor(parent, built, choose, set) {
    this.built = built;
    this.shown = "";
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "What is predicted over the two inputs");
    this.points = document.createElementNS(SVG, "svg");
    this.points.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
    this.points.setAttribute("aria-hidden", "true");
    this.points.addEventListener("click", (event) => {
      const example = /** @type {SVGElement} */ (event.target).dataset.example;
      if (example) choose(Number(example));
      else if (this.frame) {
        const box = this.points.getBoundingClientRect();
        const [left, right, low, high] = this.ends(this.frame);
        const x1 = left + ((right - left) * (event.clientX - box.left)) / box.width;
        const x2 = high - ((high - low) * (event.clientY - box.top)) / box.height;
        set(x1, x2);
      }
    });
    parent.replaceChildren(this.canvas, this.points);
  }

  /**
   * @param {import("./frame.js").Frame} frame
   * @param {{example: number, across: number, up: number}} view
   */
  show(frame, view) {
    this.frame = frame;
    const outputs = frame.seen[frame.seen.length - 1].maps;
    const isLine = this.built.features.length === 1;
    this.canvas.hidden = isLine;
    if (!isLine && this.built.task === "regression") paintUnit(this.canvas, outputs[0]);
    else if (!isLine && this.built.task === "multilabel") paintUnit(this.canvas, outputs[0]);
    else if (!isLine) paintClasses(this.canvas, outputs);
    const key = JSON.stringify([frame.bounds, view, isLine && frame.number]);
    if (key === this.shown) return;
    this.shown = key;
    this.points.replaceChildren();
    if (isLine) this.drawCurve(frame, outputs[0]);
    this.drawPoints(this.built.testX, this.built.testY, frame, view, true);
    this.drawPoints(this.built.x, this.built.y, frame, view, false);
  }

  /**
   * @param {number[][]} x
   * @param {number[][]} y
   * @param {import("./frame.js").Frame} frame
   * @param {{example: number, across: number, up: number}} view
   * @param {boolean} isTest
   */
  drawPoints(x, y, frame, view, isTest) {
    const [left, right, low, high] = this.ends(frame);
    x.forEach((inputs, example) => {
      const height = this.built.features.length === 1 ? y[example][0] : inputs[view.up];
      const circle = document.createElementNS(SVG, "circle");
      const number = (isTest ? this.built.testPoints : this.built.points)[example];
      const chosen = number === view.example;
      circle.setAttribute("cx", String((SIDE * (inputs[view.across] - left)) / (right - left)));
      circle.setAttribute("cy", String((SIDE * (high - height)) / (high - low)));
      circle.setAttribute("r", chosen ? "7" : isTest ? "3" : "4.5");
      circle.setAttribute("class", `point ${isTest ? "test" : ""} ${chosen ? "chosen" : ""}`);
      circle.style.fill = css(this.colourOf(y[example]));
      circle.dataset.example = String(number);
      this.points.append(circle);
    });
  }

  /**
   * @param {import("./frame.js").Frame} frame
   * @param {Uint8Array} map
   */
  drawCurve(frame, map) {
    const [, , low, high] = this.ends(frame);
    const scale = frame.scales[frame.scales.length - 1][0];
    const places = Array.from(map, (byte, point) => {
      const value = ((byte - 128) / 127) * scale;
      return `${(SIDE * point) / (map.length - 1)},${(SIDE * (high - value)) / (high - low)}`;
    });
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", places.join(" "));
    line.setAttribute("class", "predicted");
    this.points.append(line);
  }

  /** @param {import("./frame.js").Frame} frame */
  ends(frame) {
    const [left, right, low, high] = frame.bounds;
    if (this.built.features.length > 1) return [left, right, low, high];
    const heights = [...this.built.y, ...this.built.testY].map(([height]) => height);
    const [least, most] = [Math.min(...heights), Math.max(...heights)];
    const margin = 0.2 * (most - least) || 1;
    return [left, right, least - margin, most + margin];
  }

  /** @param {number[]} target */
  colourOf(target) {
    if (this.built.task === "multiclass") {
      return CLASSES[target.indexOf(Math.max(...target)) % CLASSES.length];
    }
    if (this.built.task === "binary") return CLASSES[target[0] > 0.5 ? 1 : 0];
    return CLASSES[target[0] > 0.5 ? 0 : 1];
  }
}
