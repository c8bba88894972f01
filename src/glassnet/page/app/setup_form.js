/** The setup: problem, layers, how the network learns. Every change begins anew, but for the rate. */

const PROBLEMS = [
  "half adder",
  "xor",
  "two moons",
  "spirals",
  "three classes",
  "noisy curve",
  "digits",
];
const ACTIVATIONS = [
  "tanh",
  "sigmoid",
  "relu",
  "leaky_relu",
  "gelu",
  "silu",
  "softplus",
  "identity",
];
const OPTIMIZERS = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"];
const MOST_LAYERS = 8;

/** What suits a problem to begin with. @type {Record<string, object>} */
const BEGINNINGS = {
  "half adder": { hidden: [{ units: 2, activation: "sigmoid" }], learningRate: 1, batchSize: 4 },
  xor: { hidden: [{ units: 2, activation: "tanh" }], learningRate: 0.5, batchSize: 4 },
  "two moons": { hidden: [{ units: 4, activation: "tanh" }], learningRate: 0.3, batchSize: 10 },
  spirals: {
    hidden: [
      { units: 8, activation: "tanh" },
      { units: 8, activation: "tanh" },
    ],
    optimizer: "adam",
    learningRate: 0.01,
    batchSize: 10,
  },
  "three classes": { hidden: [{ units: 6, activation: "tanh" }], learningRate: 0.3, batchSize: 10 },
  "noisy curve": { hidden: [{ units: 6, activation: "tanh" }], learningRate: 0.1, batchSize: 10 },
  digits: {
    hidden: [{ units: 64, activation: "relu" }],
    optimizer: "adam",
    learningRate: 0.001,
    batchSize: 32,
  },
};

export class SetupForm {
  /**
   * @param {HTMLElement} form
   * @param {(setup: Record<string, any>) => void} build called when the network begins anew
   * @param {(rate: number) => void} setRate
   */
  constructor(form, build, setRate) {
    this.form = form;
    this.build = build;
    this.setRate = setRate;
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** @param {Record<string, any>} setup as the server completed it */
  show(setup) {
    this.setup = setup;
    const begin = (/** @type {object} */ changes) => this.build({ ...this.setup, ...changes });
    const layers = setup.hidden.map(
      (/** @type {{units: number, activation: string}} */ layer, /** @type {number} */ place) =>
        this.layerRow(layer, place),
    );
    const add = button("Add a layer", () => {
      begin({ hidden: [...setup.hidden, { units: 4, activation: "tanh" }] });
    });
    add.disabled = setup.hidden.length >= MOST_LAYERS;
    const outputs = setup.output ? [setup.output] : [];
    this.form.replaceChildren(
      choice("Problem", PROBLEMS, setup.problem, (problem) => {
        this.build({ seed: setup.seed, problem, ...BEGINNINGS[problem] });
      }),
      ...layers,
      add,
      choice(
        "Outputs",
        ["", "softmax", "sigmoid", "identity", "tanh"],
        outputs[0] ?? "",
        (output) => begin({ output }),
      ),
      choice("Optimizer", OPTIMIZERS, setup.optimizer, (optimizer) => begin({ optimizer })),
      number("Learning rate", setup.learningRate, (learningRate) => this.setRate(learningRate)),
      number("Batch size", setup.batchSize, (batchSize) => begin({ batchSize })),
      number("L1", setup.l1, (l1) => begin({ l1 })),
      number("L2", setup.l2, (l2) => begin({ l2 })),
      number("Dropout", setup.dropout, (dropout) => begin({ dropout })),
      number("Seed", setup.seed, (seed) => begin({ seed })),
    );
    for (const option of this.form.querySelectorAll("option[value='']")) {
      option.textContent = "as the problem needs";
    }
  }

  /**
   * @param {{units: number, activation: string}} layer
   * @param {number} place
   */
  layerRow(layer, place) {
    const row = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = `Layer ${place + 1}`;
    const change = (/** @type {object[]} */ ...layers) => {
      const hidden = this.setup?.hidden.toSpliced(place, 1, ...layers);
      this.build({ ...this.setup, hidden });
    };
    row.append(
      legend,
      number("Units", layer.units, (units) => change({ ...layer, units })),
      choice("Activation", ACTIVATIONS, layer.activation, (activation) =>
        change({ ...layer, activation }),
      ),
      button(`Remove layer ${place + 1}`, () => change()),
    );
    return row;
  }
}

/**
 * @param {string} name
 * @param {string[]} options
 * @param {string} chosen
 * @param {(value: string) => void} changed
 */
function choice(name, options, chosen, changed) {
  const select = document.createElement("select");
  const all = options.includes(chosen) ? options : [...options, chosen];
  select.append(...all.map((option) => new Option(option, option, false, option === chosen)));
  select.addEventListener("change", () => changed(select.value));
  return labelled(name, select);
}

/**
 * @param {string} name
 * @param {number} value
 * @param {(value: number) => void} changed
 */
function number(name, value, changed) {
  const input = document.createElement("input");
  input.type = "number";
  input.step = "any";
  input.value = String(value);
  input.addEventListener("change", () => changed(Number(input.value)));
  return labelled(name, input);
}

/** How many fields there were, so that each has an id of its own. */
let count = 0;

/**
 * @param {string} name
 * @param {HTMLElement} field
 */
function labelled(name, field) {
  const row = document.createElement("div");
  const label = document.createElement("label");
  count += 1;
  field.id = `setup-${count}`;
  label.htmlFor = field.id;
  label.textContent = name;
  row.className = "field";
  row.append(label, field);
  return row;
}

/**
 * @param {string} name
 * @param {() => void} pressed
 */
function button(name, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = name;
  made.addEventListener("click", pressed);
  return made;
}
