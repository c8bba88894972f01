/** The setup: problem, layers, how the network learns. Every change begins anew, but for the rate. */

const PROBLEMS = [
  "half adder",
  "xor",
  "two moons",
  "spirals",
  "three classes",
  "noisy curve",
  "digits",
  "own points",
  "own formula",
  "own table",
];
const OUTPUTS = ["", "softmax", "sigmoid", "identity", "tanh"];
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
  "own points": {
    hidden: [{ units: 4, activation: "tanh" }],
    learningRate: 0.3,
    batchSize: 10,
    points: [
      [-0.5, -0.5, 0],
      [0.5, 0.5, 0],
      [-0.5, 0.5, 1],
      [0.5, -0.5, 1],
    ],
  },
  "own formula": { hidden: [{ units: 6, activation: "tanh" }], learningRate: 0.3, batchSize: 10 },
  "own model": { optimizer: "adam", learningRate: 0.001, batchSize: 32 },
  "own table": {
    hidden: [{ units: 8, activation: "tanh" }],
    optimizer: "adam",
    learningRate: 0.01,
    batchSize: 32,
  },
};

/**
 * @typedef {object} Actions what the form has done
 * @property {(setup: Record<string, any>) => void} build the network begins anew
 * @property {(file: File) => void} open a table of one's own
 * @property {(rate: number) => void} setRate
 */

export class SetupForm {
  /**
   * @param {HTMLElement} form
   * @param {Actions} actions
   */
  constructor(form, actions) {
    this.form = form;
    this.actions = actions;
    this.pointClass = 0;
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** @param {Record<string, any>} setup */
  build(setup) {
    this.actions.build(setup);
  }

  /** @param {import("./frame.js").Built} built */
  show(built) {
    const { setup } = built;
    this.setup = setup;
    const begin = (/** @type {object} */ changes) => this.build({ ...setup, ...changes });
    const isModel = setup.problem === "own model";
    const problems = built.model ? [...PROBLEMS, "own model"] : PROBLEMS;
    const layers = setup.hidden.map(
      (/** @type {{units: number, activation: string}} */ layer, /** @type {number} */ place) =>
        this.layerRow(layer, place),
    );
    const add = button("Add a layer", () => {
      begin({ hidden: [...setup.hidden, { units: 4, activation: "tanh" }] });
    });
    add.disabled = setup.hidden.length >= MOST_LAYERS;
    this.form.replaceChildren(
      choice("Problem", problems, setup.problem, (problem) => this.choose(problem, built)),
      ...this.ownData(built),
      ...(isModel ? [] : [...layers, add]),
      ...(isModel ? [] : [choice("Outputs", OUTPUTS, setup.output, (output) => begin({ output }))]),
      choice("Optimizer", OPTIMIZERS, setup.optimizer, (optimizer) => begin({ optimizer })),
      number("Learning rate", setup.learningRate, (rate) => this.actions.setRate(rate)),
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
   * @param {string} problem
   * @param {import("./frame.js").Built} built
   */
  choose(problem, built) {
    if (problem === "own table" && !built.table) {
      this.show(built);
      this.chooseFile();
    } else this.build({ seed: built.setup.seed, problem, ...BEGINNINGS[problem] });
  }

  /** Let a file be chosen, for a table of one's own. */
  chooseFile() {
    const input = document.createElement("input");
    input.type = "file";
    input.addEventListener("change", () => {
      if (input.files?.length) this.actions.open(input.files[0]);
    });
    input.click();
  }

  /**
   * The fields of data of one's own.
   *
   * @param {import("./frame.js").Built} built
   */
  ownData({ setup, columns, table, target }) {
    const begin = (/** @type {object} */ changes) => this.build({ ...setup, ...changes });
    if (setup.problem === "own formula") {
      return [text("What is to learn", setup.formula, (formula) => begin({ formula }))];
    }
    if (setup.problem === "own table") {
      return [
        choice(`Column of ${table} to predict`, columns, target, (chosen) =>
          begin({ target: chosen }),
        ),
        button("Open a table…", () => this.chooseFile()),
      ];
    }
    if (setup.problem === "own model") return [];
    if (setup.problem === "own points") return this.pointFields(setup);
    return [button("Open a table…", () => this.chooseFile())];
  }

  /** @param {Record<string, any>} setup */
  pointFields(setup) {
    const classes = ["0", "1", "2", "3"];
    const [x1, x2] = ["New point: x1", "x2"].map((name) => number(name, 0, () => {}));
    const value = (/** @type {HTMLElement} */ row) => Number(row.querySelector("input")?.value);
    const points = setup.points.slice(0, -1);
    const row = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = "Points: click into the plane";
    row.append(
      legend,
      choice("Class of new points", classes, String(this.pointClass), (chosen) => {
        this.pointClass = Number(chosen);
      }),
      x1,
      x2,
      button("Add the point", () => this.setPoint(value(x1), value(x2))),
      button("Remove the last point", () => this.build({ ...setup, points })),
    );
    return [row];
  }

  /**
   * Set a point of the class that is chosen, where points are set by hand.
   *
   * @param {number} x1
   * @param {number} x2
   */
  setPoint(x1, x2) {
    if (this.setup?.problem !== "own points") return;
    const point = [Number(x1.toPrecision(4)), Number(x2.toPrecision(4)), this.pointClass];
    this.build({ ...this.setup, points: [...this.setup.points, point] });
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

/**
 * @param {string} name
 * @param {string} value
 * @param {(value: string) => void} changed
 */
function text(name, value, changed) {
  const input = document.createElement("input");
  input.type = "text";
  input.maxLength = 200;
  input.spellcheck = false;
  input.value = value;
  input.addEventListener("change", () => changed(input.value));
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
