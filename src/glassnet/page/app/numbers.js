/** Numbers as the server writes them, with their powers of ten raised. */

/**
 * Write text in an element, each power of ten as a superscript.
 *
 * @param {Element} element
 * @param {string} text such as "loss 1.5·10^−6"
 */
export function write(element, text) {
  if (/** @type {any} */ (element).written === text) return;
  /** @type {any} */ (element).written = text;
  const parts = text.split(/\^(−?\d+)/);
  element.replaceChildren(
    ...parts.map((part, place) => {
      if (place % 2 === 0) return document.createTextNode(part);
      const power = document.createElement("sup");
      power.textContent = part;
      return power;
    }),
  );
}

/**
 * A number that the page itself writes, in as many digits as are asked for.
 *
 * @param {number} value
 * @param {number} [digits] all that identify it if not given
 */
export function numberText(value, digits) {
  const text = digits === undefined ? String(value) : String(Number(value.toPrecision(digits)));
  const [number, power] = text.split("e");
  const signed = power === undefined ? number : `${number}·10^${power.replace("+", "")}`;
  return signed.replaceAll("-", "−");
}
