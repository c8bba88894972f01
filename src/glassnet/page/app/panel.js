/** The panel: the explanation of what was clicked, and the value of a weight to change. */

/** @typedef {import("./network_drawing.js").Place} Place */

/**
 * @typedef {object} Selected what is explained
 * @property {number} [step]
 * @property {number} [layer]
 * @property {number} [unit]
 * @property {Place} [weight]
 * @property {boolean} [why] what makes the prediction of the example
 */

export class Panel {
  /**
   * @param {(selected: Selected, full: boolean) => Promise<{title: string, html: string}>} explain
   * @param {(place: Place, value: number) => Promise<string>} change returns what it did to the loss
   * @param {(place: Place) => number} weightValue
   */
  constructor(explain, change, weightValue) {
    this.explain = explain;
    this.weightValue = weightValue;
    this.element = part("panel");
    this.title = part("panel-title");
    this.full = /** @type {HTMLInputElement} */ (part("panel-full"));
    this.grab = /** @type {HTMLFormElement} */ (part("grab"));
    this.value = /** @type {HTMLInputElement} */ (part("grab-value"));
    this.loss = part("grab-loss");
    this.content = part("explanation").attachShadow({ mode: "open" });
    /** @type {Selected | null} */
    this.selected = null;
    this.full.addEventListener("change", () => this.refresh());
    part("panel-close").addEventListener("click", () => this.close());
    this.grab.addEventListener("submit", async (event) => {
      event.preventDefault();
      const weight = this.selected?.weight;
      if (!weight) return;
      this.loss.textContent = await change(weight, Number(this.value.value));
      this.refresh();
    });
    this.content.addEventListener("click", (event) => this.followLink(event));
  }

  /** @param {Selected} selected */
  open(selected) {
    this.selected = selected;
    this.loss.textContent = "";
    this.element.hidden = false;
    this.refresh();
  }

  close() {
    this.selected = null;
    this.element.hidden = true;
  }

  /** Explain once more what is selected, with the numbers of now. */
  async refresh() {
    const { selected } = this;
    if (!selected) return;
    this.element.setAttribute("aria-busy", "true");
    try {
      const { title, html } = await this.explain(selected, this.full.checked);
      if (selected !== this.selected) return;
      this.title.textContent = title;
      this.content.innerHTML = `${html}<style>.glassnet { padding: 0; margin: 0; }</style>`;
      this.content.querySelector("h1")?.remove();
      this.letKeysScroll();
    } catch (error) {
      this.title.textContent = "There is no explanation";
      this.content.textContent = /** @type {Error} */ (error).message;
    }
    this.grab.hidden = !selected.weight;
    if (selected.weight) this.value.value = String(this.weightValue(selected.weight));
    this.element.setAttribute("aria-busy", "false");
  }

  /** What is wider than the panel can be scrolled by keys, too. */
  letKeysScroll() {
    for (const wide of this.content.querySelectorAll(".scroll, .equation, .matrices")) {
      if (wide.scrollWidth > wide.clientWidth) wide.setAttribute("tabindex", "0");
    }
  }

  /**
   * A link within the explanation: the browser does not look for its aim within a shadow.
   *
   * @param {Event} event
   */
  followLink(event) {
    const link = /** @type {HTMLElement} */ (event.target).closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    const aim = this.content.getElementById(
      /** @type {string} */ (link.getAttribute("href")).slice(1),
    );
    const folded = aim?.closest("details");
    if (folded) folded.open = true;
    aim?.scrollIntoView();
  }
}

/** @param {string} id */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
