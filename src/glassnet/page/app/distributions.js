/** How activations and gradients of each layer are spread. */

import { numberText, write } from "./numbers.js";

const WIDTH = 120;
const HEIGHT = 36;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {HTMLElement} parent
 * @param {import("./frame.js").Frame} frame
 */
export function showDistributions(parent, frame) {
  const rows = frame.layers.map((layer, number) => {
    const row = document.createElement("div");
    row.className = "distribution";
    const name = document.createElement("span");
    name.textContent = `layer ${number + 1}`;
    const { activations, lowestActivation, highestActivation } = layer;
    const { gradients, lowestGradient, highestGradient } = layer;
    row.append(
      name,
      bars("outputs", activations, lowestActivation, highestActivation),
      bars("gradients", gradients, lowestGradient, highestGradient),
    );
    return row;
  });
  parent.replaceChildren(...rows);
}

/**
 * @param {string} what
 * @param {number[]} counts
 * @param {number} low
 * @param {number} high
 */
function bars(what, counts, low, high) {
  const figure = document.createElement("figure");
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  drawing.setAttribute("aria-hidden", "true");
  const most = Math.max(...counts, 1);
  const width = WIDTH / counts.length;
  counts.forEach((count, place) => {
    const bar = document.createElementNS(SVG, "rect");
    const height = (HEIGHT * count) / most;
    bar.setAttribute("x", String(place * width));
    bar.setAttribute("y", String(HEIGHT - height));
    bar.setAttribute("width", String(width));
    bar.setAttribute("height", String(height));
    drawing.append(bar);
  });
  const caption = document.createElement("figcaption");
  write(caption, `${what}: ${numberText(low, 2)} to ${numberText(high, 2)}`);
  figure.append(drawing, caption);
  return figure;
}
