/** The losses over the steps, with the numbers at the pointer. */

import { CLASSES, css } from "./colours.js";
import { numberText, write } from "./numbers.js";
import uPlot from "./vendor/uPlot.esm.js";

const MOST_POINTS = 1500;
const HEIGHT = 180;

export class Curve {
  /**
   * @param {HTMLElement} parent
   * @param {HTMLElement} values where the numbers at the pointer are written
   * @param {boolean} hasTest
   * @param {boolean} isLogarithmic
   * @param {(step: number) => void} choose called when a step is clicked
   */
  constructor(parent, values, hasTest, isLogarithmic, choose) {
    /** @type {{step: number, learning: number, test: number | null}[]} */
    this.points = [];
    this.course = 0;
    this.hasTest = hasTest;
    this.values = values;
    parent.replaceChildren();
    const ink = getComputedStyle(parent).getPropertyValue("--soft");
    const axis = {
      stroke: ink,
      grid: { stroke: "rgba(128, 128, 128, 0.2)" },
      ticks: { show: false },
    };
    this.plot = new uPlot(
      {
        width: Math.max(parent.clientWidth, 200),
        height: HEIGHT,
        legend: { show: false },
        scales: { x: { time: false }, y: { distr: isLogarithmic ? 3 : 1 } },
        cursor: { drag: { x: false, y: false } },
        axes: [
          { ...axis, size: 28 },
          { ...axis, size: 58, values: (_, ticks) => ticks.map(tickText) },
        ],
        series: [
          {},
          { stroke: css(CLASSES[0]), width: 2, points: { show: false } },
          ...(hasTest
            ? [{ stroke: css(CLASSES[1]), width: 2, dash: [6, 4], points: { show: false } }]
            : []),
        ],
        hooks: { setCursor: [() => this.tell()] },
      },
      this.columns(),
      parent,
    );
    this.plot.over.addEventListener("click", () => {
      const place = this.plot.cursor.idx;
      if (place !== null && place !== undefined) choose(this.points[place].step);
    });
    new ResizeObserver(() => {
      this.plot.setSize({ width: Math.max(parent.clientWidth, 200), height: HEIGHT });
    }).observe(parent);
  }

  /** @param {import("./frame.js").Frame} frame */
  add(frame) {
    const point = {
      step: frame.step,
      learning: frame.learning.loss,
      test: frame.heldOut?.loss ?? null,
    };
    if (frame.course !== this.course) {
      this.course = frame.course;
      this.points = this.points.filter(({ step }) => step < frame.step);
    }
    let place = this.points.length;
    while (place > 0 && this.points[place - 1].step >= point.step) place--;
    const isKnown = this.points[place]?.step === point.step;
    this.points.splice(place, isKnown ? 1 : 0, point);
    if (this.points.length > MOST_POINTS) {
      const last = this.points.length - 1;
      this.points = this.points.filter((_, at) => at % 2 === 0 || at === last);
    }
    this.plot.setData(this.columns());
    this.tell();
  }

  /**
   * Show points that were gathered before.
   *
   * @param {{step: number, learning: number, test: number | null}[]} points
   */
  restore(points) {
    this.points = points;
    this.plot.setData(this.columns());
    this.tell();
  }

  /** @returns {any} */
  columns() {
    const columns = [
      this.points.map(({ step }) => step),
      this.points.map(({ learning }) => learning),
    ];
    return this.hasTest ? [...columns, this.points.map(({ test }) => test)] : columns;
  }

  tell() {
    const place = this.plot?.cursor.idx ?? this.points.length - 1;
    const point = this.points[place];
    if (!point) return;
    const test = point.test === null ? "" : `, of the test ${numberText(point.test)}`;
    const step = point.step.toLocaleString("en");
    write(this.values, `After step ${step}: loss ${numberText(point.learning)}${test}`);
  }
}

/** @param {number | null} value of a logarithmic axis, most are null */
function tickText(value) {
  return value === null ? "" : String(Number(value.toPrecision(2))).replaceAll("-", "−");
}
