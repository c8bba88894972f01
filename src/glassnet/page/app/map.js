/** Maps: what a unit or the whole network answers over the plane, painted point by point. */

import { CLASSES, mixed, numberColours } from "./colours.js";

/**
 * Paint a unit's map: blue above 0, orange below.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} map 128 for 0; a square, or a single line
 */
export function paintUnit(canvas, map) {
  const { above, below, none } = numberColours();
  paint(canvas, map.length, (point) => {
    const value = (map[point] - 128) / 127;
    return mixed(none, value < 0 ? below : above, Math.abs(value));
  });
}

/**
 * Paint the regions of classes: each point in the colour of its likeliest class, the stronger the
 * surer.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array[]} maps of the outputs; of one output alone, the second class
 */
export function paintClasses(canvas, maps) {
  const { none } = numberColours();
  const single = maps.length === 1;
  paint(canvas, maps[0].length, (point) => {
    let best = 0;
    for (let place = 1; place < maps.length; place++) {
      if (maps[place][point] > maps[best][point]) best = place;
    }
    const sure = (maps[best][point] - 128) / 127;
    if (single) return mixed(none, CLASSES[sure > 0.5 ? 1 : 0], 0.75 * Math.abs(2 * sure - 1));
    const chance = 1 / maps.length;
    return mixed(none, CLASSES[best % CLASSES.length], (0.75 * (sure - chance)) / (1 - chance));
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} points
 * @param {(point: number) => import("./colours.js").Colour} colourOf
 */
function paint(canvas, points, colourOf) {
  const side = Math.round(Math.sqrt(points));
  const [across, up] = side * side === points ? [side, side] : [points, 1];
  if (canvas.width !== across || canvas.height !== up) {
    canvas.width = across;
    canvas.height = up;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(across, up);
  for (let point = 0; point < points; point++) {
    const [red, green, blue] = colourOf(point);
    image.data.set([red, green, blue, 255], 4 * point);
  }
  context.putImageData(image, 0, 0);
}
