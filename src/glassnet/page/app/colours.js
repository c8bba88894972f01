/** Colours of numbers and of classes; the same on every part of the page. */

/** @typedef {[number, number, number]} Colour red, green and blue, 0 to 255 */

/** @type {Colour[]} of classes; they differ for people who see few colours, too */
export const CLASSES = [
  [47, 111, 208],
  [217, 130, 43],
  [58, 154, 104],
  [160, 78, 196],
  [200, 60, 90],
  [60, 170, 190],
  [150, 120, 40],
  [90, 90, 200],
  [120, 160, 30],
  [130, 130, 130],
];

/** @returns {{above: Colour, below: Colour, none: Colour}} what numbers are painted in */
export function numberColours() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    above: CLASSES[0],
    below: CLASSES[1],
    none: dark ? [29, 35, 45] : [243, 245, 248],
  };
}

/** @param {Colour} colour */
export function css([red, green, blue]) {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/**
 * @param {Colour} from
 * @param {Colour} to
 * @param {number} part
 * @returns {Colour}
 */
export function mixed(from, to, part) {
  return [
    from[0] + (to[0] - from[0]) * part,
    from[1] + (to[1] - from[1]) * part,
    from[2] + (to[2] - from[2]) * part,
  ];
}
