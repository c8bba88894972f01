/**
 * The network: each unit a button with its own map, each weight a line.
 *
 * A line can be grabbed: dragged up or down, it changes the weight.
 */

import { CLASSES, css } from "./colours.js";
import { paintUnit } from "./map.js";
import { numberText, write } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const UNIT = 44;
const ROW = 78;
const TOP = 64;
/** Dragged so many pixels, a weight changes by 1. */
const PIXELS_OF_ONE = 60;

/**
 * @typedef {object} Place of a weight; a bias has no source
 * @property {number} layer from 1
 * @property {number | null} source
 * @property {number} unit
 * @property {string} name
 *
 * @typedef {object} Touched what is done when somebody touches the drawing
 * @property {(layer: number, unit: number, button: HTMLElement) => void} unit
 * @property {(place: Place) => void} weight
 * @property {(place: Place, value: number) => void} grab
 * @property {(layer: number, unit: number, at: HTMLElement) => void} hover
 * @property {(words: string, at: Element) => void} tell
 * @property {() => void} leave
 */

export class NetworkDrawing {
  /**
   * @param {HTMLElement} parent
   * @param {import("./frame.js").Built} built
   * @param {Touched} touched
   */
  constructor(parent, built, touched) {
    this.built = built;
    this.touched = touched;
    this.parent = parent;
    this.rows = Math.max(
      ...built.layers.map((layer) => layer.names.length + (more(layer) ? 1 : 0)),
    );
    parent.replaceChildren();
    parent.style.height = `${TOP + this.rows * ROW}px`;
    this.lines = document.createElementNS(SVG, "svg");
    this.lines.setAttribute("aria-hidden", "true");
    parent.append(this.lines);
    /** @type {HTMLElement[]} */
    this.titles = [];
    /** @type {Map<number, HTMLElement>} of layers with more units than are drawn */
    this.notes = new Map();
    /** @type {{canvas: HTMLCanvasElement | null, value: HTMLElement, state: HTMLElement, button: HTMLElement}[][]} */
    this.units = built.layers.map((layer, number) => this.drawnLayer(layer, number));
    /** @type {{place: Place, line: SVGPathElement, hit: SVGPathElement}[]} */
    this.weights = this.drawnWeights();
    new ResizeObserver(() => this.layOut()).observe(parent);
    this.layOut();
  }

  /**
   * @param {import("./frame.js").Layer} layer
   * @param {number} number
   */
  drawnLayer(layer, number) {
    const last = this.built.layers.length - 1;
    const title = element("div", "layer-title");
    title.textContent = number === 0 ? "inputs" : number === last ? "outputs" : `layer ${number}`;
    const activation = element("span", "activation");
    activation.textContent = layer.activation;
    title.append(document.createElement("br"), activation);
    this.parent.append(title);
    this.titles.push(title);
    const units = layer.names.map((name, unit) => this.drawnUnit(name, number, unit));
    if (more(layer)) {
      const note = element("div", "more");
      note.textContent = `+ ${more(layer)} more`;
      this.parent.append(note);
      this.notes.set(number, note);
    }
    return units;
  }

  /**
   * @param {string} name
   * @param {number} layer
   * @param {number} unit
   */
  drawnUnit(name, layer, unit) {
    const button = element(layer ? "button" : "div", layer ? "unit" : "unit input");
    if (layer) button.setAttribute("type", "button");
    const canvas = layer ? document.createElement("canvas") : null;
    const label = element("span", "name");
    label.textContent = name;
    const value = element("span", "value");
    const state = hidden("");
    if (canvas) button.append(canvas);
    button.append(label, hidden(layer ? ": output " : ": "), value, state);
    if (layer) {
      button.addEventListener("click", () => this.touched.unit(layer, unit, button));
      for (const begin of ["pointerenter", "focus"]) {
        button.addEventListener(begin, () => this.touched.hover(layer, unit, button));
      }
      for (const end of ["pointerleave", "blur"]) {
        button.addEventListener(end, () => this.touched.leave());
      }
    }
    this.parent.append(button);
    return { canvas, value, state, button };
  }

  drawnWeights() {
    /** @type {{place: Place, line: SVGPathElement, hit: SVGPathElement}[]} */
    const weights = [];
    for (let layer = 1; layer < this.built.layers.length; layer++) {
      this.built.layers[layer].names.forEach((_, unit) => {
        this.built.layers[layer - 1].names.forEach((_, source) => {
          const name = `w${layer}[${source + 1},${unit + 1}]`;
          weights.push(this.drawnWeight({ layer, source, unit, name }));
        });
      });
    }
    return weights;
  }

  /** @param {Place} place */
  drawnWeight(place) {
    const line = document.createElementNS(SVG, "path");
    const hit = document.createElementNS(SVG, "path");
    line.setAttribute("class", "weight");
    hit.setAttribute("class", "hit");
    hit.dataset.name = place.name;
    const weight = { place, line, hit };
    hit.addEventListener("pointerenter", () => {
      this.touched.tell(`${place.name} = ${numberText(this.valueOf(place), 6)}`, hit);
    });
    hit.addEventListener("pointerleave", () => this.touched.leave());
    hit.addEventListener("pointerdown", (event) => this.grab(event, weight));
    this.lines.append(line, hit);
    return weight;
  }

  /**
   * Follow the pointer from where it grabbed a line; without a way, it is a click.
   *
   * @param {PointerEvent} began
   * @param {{place: Place, hit: SVGPathElement}} weight
   */
  grab(began, { place, hit }) {
    const first = this.valueOf(place);
    let moved = false;
    hit.setPointerCapture(began.pointerId);
    /** @param {PointerEvent} event */
    const move = (event) => {
      const way = began.clientY - event.clientY;
      if (!moved && Math.abs(way) < 3) return;
      moved = true;
      this.touched.grab(place, first + way / PIXELS_OF_ONE);
    };
    const end = () => {
      hit.removeEventListener("pointermove", move);
      this.touched.weight(place);
    };
    hit.addEventListener("pointermove", move);
    hit.addEventListener("pointerup", end, { once: true });
    began.preventDefault();
  }

  /** @param {Place} place */
  valueOf({ layer, source, unit }) {
    const seen = this.frame?.seen[layer - 1];
    if (!seen) return 0;
    if (source === null) return seen.biases[unit];
    return seen.weights[source * this.built.layers[layer].names.length + unit];
  }

  layOut() {
    const width = this.parent.clientWidth;
    const layers = this.built.layers.length;
    const x = (/** @type {number} */ layer) =>
      UNIT / 2 + 14 + (layer * (width - UNIT - 28)) / Math.max(layers - 1, 1);
    const y = (/** @type {number} */ layer, /** @type {number} */ unit) => {
      const own = this.built.layers[layer].names.length + (more(this.built.layers[layer]) ? 1 : 0);
      return TOP + ((this.rows - own) / 2 + unit) * ROW + UNIT / 2;
    };
    this.titles.forEach((title, layer) => {
      title.style.left = `${x(layer)}px`;
      this.units[layer].forEach(({ button }, unit) => {
        button.style.left = `${x(layer) - UNIT / 2}px`;
        button.style.top = `${y(layer, unit) - UNIT / 2}px`;
      });
    });
    for (const [layer, note] of this.notes) {
      note.style.left = `${x(layer)}px`;
      note.style.top = `${y(layer, this.built.layers[layer].names.length) - UNIT / 2}px`;
    }
    for (const { place, line, hit } of this.weights) {
      const from = [x(place.layer - 1) + UNIT / 2, y(place.layer - 1, place.source ?? 0)];
      const to = [x(place.layer) - UNIT / 2, y(place.layer, place.unit)];
      const half = (from[0] + to[0]) / 2;
      const way = `M${from} C${half},${from[1]} ${half},${to[1]} ${to}`;
      line.setAttribute("d", way);
      hit.setAttribute("d", way);
    }
  }

  /** @param {import("./frame.js").Frame} frame */
  show(frame) {
    this.frame = frame;
    frame.seen.forEach((layer, number) => {
      const units = this.units[number + 1];
      const { dead, saturated } = frame.layers[number];
      layer.maps.forEach((map, unit) => {
        const { canvas, value, state, button } = units[unit];
        const [, output] = frame.example.layers[number][unit];
        if (canvas) paintUnit(canvas, map);
        write(value, output);
        button.classList.toggle("dead", dead.includes(unit));
        button.classList.toggle("saturated", saturated.includes(unit));
        state.textContent = dead.includes(unit)
          ? ", dead"
          : saturated.includes(unit)
            ? ", saturated"
            : "";
      });
    });
    this.units[0].forEach(({ value }, unit) => {
      write(value, frame.example.inputs[unit]);
    });
    const largest = Math.max(1, ...frame.seen.map(({ weights }) => largestOf(weights)));
    for (const { place, line } of this.weights) {
      const weight = this.valueOf(place);
      line.style.stroke = css(CLASSES[weight < 0 ? 1 : 0]);
      line.style.strokeWidth = `${0.4 + (6 * Math.abs(weight)) / largest}px`;
    }
  }
}

/** @param {Float64Array} numbers */
function largestOf(numbers) {
  return numbers.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0);
}

/** @param {import("./frame.js").Layer} layer */
function more(layer) {
  return layer.units - layer.names.length;
}

/**
 * @param {string} kind
 * @param {string} className
 */
function element(kind, className) {
  const made = document.createElement(kind);
  made.className = className;
  return made;
}

/**
 * Text for screen readers alone.
 *
 * @param {string} text
 */
function hidden(text) {
  const made = element("span", "unseen");
  made.textContent = text;
  return made;
}
