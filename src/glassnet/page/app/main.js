/** The page: asks for frames as fast as it can show them, and tells the server what is touched. */

import { keepInAddress, setupInAddress } from "./address.js";
import { Connection, Lost } from "./connection.js";
import { Curve } from "./curve.js";
import { showDistributions } from "./distributions.js";
import { unpacked } from "./frame.js";
import { NetworkDrawing } from "./network_drawing.js";
import { write } from "./numbers.js";
import { letDrop, opened } from "./own_table.js";
import { Panel } from "./panel.js";
import { Plane } from "./plane.js";
import { RowList } from "./row_list.js";
import { SetupForm } from "./setup_form.js";

/** @typedef {import("./frame.js").Built} Built */
/** @typedef {import("./frame.js").Frame} Frame */

const view = { example: 0, across: 0, up: 1 };
/** @type {{built: Built | null, frame: Frame | null, building: number, hovering: object | null}} */
const state = { built: null, frame: null, building: 0, hovering: null };
/** @type {{drawing: NetworkDrawing, plane: Plane, curve: Curve} | null} */
let parts = null;

const connection = new Connection(comeBack, () => say("The connection is lost; trying again."));
const form = new SetupForm(part("setup"), {
  build,
  open: (file) => attempt(async () => take(await opened(file, connection))),
  setRate: (learningRate) => act("setRate", { learningRate }),
});
const panel = new Panel(
  (selected, full) =>
    /** @type {Promise<any>} */ (
      connection.ask("explain", {
        example: view.example,
        step: selected.step ?? null,
        layer: selected.layer ?? 0,
        unit: selected.unit ?? 0,
        weight: selected.weight?.name ?? "",
        why: selected.why ?? false,
        full,
      })
    ),
  async ({ layer, source, unit }, value) => {
    const { before, after } = await connection.ask("change", { layer, source, unit, value });
    return `The loss was ${before} and is ${after}.`;
  },
  (place) => parts?.drawing.valueOf(place) ?? 0,
);

const rowList = new RowList(
  part("rows"),
  () => /** @type {Promise<any>} */ (connection.ask("rows")),
  (example) => {
    chooseExample(example);
    panel.open({ why: true });
  },
);

/** There is a connection: go on where the server stands, or begin. */
async function comeBack() {
  say("");
  const { building } = state;
  try {
    const present = await connection.ask("present");
    const wanted = state.built?.setup ?? setupInAddress();
    const goesOn = wanted === null || JSON.stringify(wanted) === JSON.stringify(present.setup);
    if (building !== state.building) return;
    if (goesOn) take(/** @type {any} */ (present));
    else await build(wanted);
  } catch (error) {
    complain(error);
  }
}

/**
 * Begin anew with a setup; what there is stays where it is refused.
 *
 * @param {Record<string, any>} setup
 */
function build(setup) {
  return attempt(async () => take(/** @type {any} */ (await connection.ask("build", { setup }))));
}

/**
 * Begin anew; where that is refused, say why, and show the setup that there is.
 *
 * @param {() => Promise<void>} begin
 */
async function attempt(begin) {
  try {
    await begin();
    say("");
  } catch (error) {
    complain(error);
    if (state.built) form.show(state.built);
  }
}

/** @param {Built} built */
function take(built) {
  const problem = state.built?.setup.problem;
  state.built = built;
  state.building += 1;
  view.example = Math.min(view.example, built.examples + built.testExamples - 1);
  if (built.setup.problem !== problem) [view.across, view.up] = built.axes;
  keepInAddress(built.setup);
  form.show(built);
  panel.close();
  parts = {
    drawing: new NetworkDrawing(part("drawing"), built, touched),
    plane: new Plane(part("plane"), built, chooseExample, (x1, x2) => form.setPoint(x1, x2)),
    curve: newCurve(built),
  };
  part("now-test").hidden = !built.testX.length;
  showExample();
  showAxes();
  rowList.close();
  watch(state.building);
}

/** @param {Built} built */
function newCurve(built) {
  const isLogarithmic = /** @type {HTMLInputElement} */ (part("logarithmic")).checked;
  return new Curve(
    part("curve"),
    part("curve-values"),
    built.testX.length > 0,
    isLogarithmic,
    (step) => panel.open({ step }),
  );
}

/**
 * Show frame after frame of a network, until another one is built.
 *
 * @param {number} building
 */
async function watch(building) {
  let after = -1;
  while (building === state.building) {
    try {
      const answer = await connection.ask("look", { after, ...view });
      if (building !== state.building) return;
      show(answer);
      after = answer.number;
    } catch (error) {
      if (error instanceof Lost) return;
      complain(error);
      return;
    }
    await new Promise(requestAnimationFrame);
  }
}

/** See the present moment once more, from another point of view. */
async function lookAgain() {
  const { building } = state;
  try {
    const answer = await connection.ask("look", { after: -1, ...view });
    if (building === state.building) show(answer);
  } catch (error) {
    complain(error);
  }
}

/** @param {import("./connection.js").Answer} answer */
function show(answer) {
  if (!state.built || !parts) return;
  if (answer.example.index !== view.example) return;
  const frame = unpacked(answer, state.built);
  const stood = state.frame?.step;
  state.frame = frame;
  parts.drawing.show(frame);
  parts.plane.show(frame, view);
  parts.curve.add(frame);
  showDistributions(part("distributions"), frame);
  part("play").textContent = frame.playing ? "Pause" : "Play";
  part("now-step").textContent = frame.step.toLocaleString("en");
  part("now-epoch").textContent = frame.epoch.toLocaleString("en", { maximumFractionDigits: 2 });
  write(part("now-loss"), frame.learning.lossText);
  const isPart = frame.learning.examples < state.built.examples;
  const count = frame.learning.examples.toLocaleString("en");
  part("now-loss-name").textContent = isPart ? `Loss of ${count} rows` : "Loss";
  write(part("now-test-loss"), frame.heldOut?.lossText ?? "");
  part("now-metric-name").textContent = frame.learning.metric.replaceAll("_", " ");
  part("now-metric").textContent = (frame.heldOut ?? frame.learning).valueText;
  const { targets, loss, layers } = frame.example;
  const outputs = layers[layers.length - 1].map((/** @type {string[]} */ [, output]) => output);
  write(
    part("example-seen"),
    `outputs ${shortened(outputs)}, targets ${shortened(targets)}, loss ${loss}`,
  );
  if (frame.problem) say(frame.problem);
  if (stood !== frame.step && !frame.playing && panel.selected?.step === undefined) panel.refresh();
}

/** @param {string[]} texts */
function shortened(texts) {
  return texts.length > 4 ? `${texts.slice(0, 4).join(", ")}, …` : texts.join(", ");
}

/** @type {import("./network_drawing.js").Touched} */
const touched = {
  unit: (layer, unit) => panel.open({ layer, unit }),
  weight: (weight) => panel.open({ weight }),
  grab: ({ layer, source, unit }, value) => grab({ layer, source, unit, value }),
  hover: async (layer, unit, at) => {
    const { example } = view;
    const wanted = {};
    state.hovering = wanted;
    try {
      const { title, html } = await connection.ask("hover", { example, layer, unit });
      if (state.hovering === wanted) showHover(title, html, at);
    } catch {
      touched.leave();
    }
  },
  tell: (words, at) => showHover(words, words, at),
  leave: () => {
    state.hovering = null;
    part("hover").hidden = true;
  },
};

/** The newest value of a weight that is being dragged, while the last one is on its way. */
/** @type {object | null} */
let grabbed = null;
let isSending = false;

/** @param {object} change */
async function grab(change) {
  grabbed = change;
  if (isSending) return;
  isSending = true;
  try {
    while (grabbed) {
      const next = grabbed;
      grabbed = null;
      const { before, after } = await connection.ask("change", next);
      say(`The loss was ${before} and is ${after}.`);
    }
  } catch (error) {
    complain(error);
  } finally {
    isSending = false;
  }
}

/**
 * @param {string} title
 * @param {string} html
 * @param {Element} at
 */
function showHover(title, html, at) {
  const hover = part("hover");
  hover.ariaLabel = title;
  const content = hover.shadowRoot ?? hover.attachShadow({ mode: "open" });
  content.innerHTML = `${html}<style>.glassnet { padding: 0; } h2 { display: none; }</style>`;
  content.querySelector("h1")?.remove();
  hover.hidden = false;
  const box = at.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - hover.offsetWidth - 8);
  hover.style.left = `${Math.max(left + scrollX, 8)}px`;
  hover.style.top = `${box.bottom + scrollY + 6}px`;
}

/** @param {number} example */
function chooseExample(example) {
  if (!state.built || !(example >= 0 && example < countOf(state.built))) return;
  view.example = example;
  showExample();
  lookAgain();
  panel.refresh();
}

function showExample() {
  const field = /** @type {HTMLInputElement} */ (part("example"));
  field.value = String(view.example + 1);
  if (!state.built) return;
  const { examples, testExamples } = state.built;
  field.max = String(countOf(state.built));
  const test = testExamples ? `, the last ${testExamples.toLocaleString("en")} for the test` : "";
  part("example-of").textContent = `of ${countOf(state.built).toLocaleString("en")}${test}`;
  part("example").classList.toggle("test", view.example >= examples);
}

/** @param {Built} built */
function countOf(built) {
  return built.examples + built.testExamples;
}

function showAxes() {
  const features = state.built?.features ?? [];
  const choose = (/** @type {"across" | "up"} */ axis, /** @type {string} */ name) => {
    const select = document.createElement("select");
    select.append(
      ...features.map((feature, at) => new Option(feature, String(at), false, at === view[axis])),
    );
    select.addEventListener("change", () => {
      view[axis] = Number(select.value);
      lookAgain();
    });
    const label = document.createElement("label");
    select.id = `axis-${axis}`;
    label.htmlFor = select.id;
    label.textContent = name;
    return [label, select];
  };
  const axes = features.length > 1 ? [...choose("across", "across"), ...choose("up", "up")] : [];
  part("axes").replaceChildren(...axes);
}

/**
 * @param {string} kind
 * @param {object} [fields]
 */
async function act(kind, fields) {
  try {
    await connection.ask(kind, fields);
    say("");
  } catch (error) {
    complain(error);
  }
}

/** @param {string} sentence */
function say(sentence) {
  write(part("message"), sentence);
}

/** @param {unknown} error */
function complain(error) {
  if (!(error instanceof Lost)) say(/** @type {Error} */ (error).message);
}

/** @param {string} id */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function play() {
  if (state.frame?.playing) act("pause");
  else {
    const speed = /** @type {HTMLSelectElement} */ (part("speed")).value;
    act("play", { stepsASecond: speed ? Number(speed) : null });
  }
}

const step = () => act("forward", { steps: 1 });
const back = () => act("goTo", { step: Math.max((state.frame?.step ?? 0) - 1, 0) });
const epoch = () => act("forward", { steps: state.built?.stepsInEpoch ?? 1 });

letDrop(document.body, (file) => attempt(async () => take(await opened(file, connection))));
part("play").addEventListener("click", play);
part("step").addEventListener("click", step);
part("back").addEventListener("click", back);
part("epoch").addEventListener("click", epoch);
part("reset").addEventListener("click", () => state.built && build(state.built.setup));
part("speed").addEventListener("change", () => {
  if (state.frame?.playing) {
    const speed = /** @type {HTMLSelectElement} */ (part("speed")).value;
    act("play", { stepsASecond: speed ? Number(speed) : null });
  }
});
part("logarithmic").addEventListener("change", () => {
  if (!state.built || !parts) return;
  const { points } = parts.curve;
  parts.curve = newCurve(state.built);
  parts.curve.restore(points);
});
part("example").addEventListener("change", (event) => {
  chooseExample(Number(/** @type {HTMLInputElement} */ (event.target).value) - 1);
});
document.addEventListener("keydown", (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  if (at.closest("input, select, button, a") || event.ctrlKey || event.metaKey) return;
  const pressed = { " ": play, ArrowRight: step, ArrowLeft: back }[event.key];
  if (pressed) {
    event.preventDefault();
    pressed();
  }
});
