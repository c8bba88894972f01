/** A frame: what the page sees of a training at one moment, its weights and maps unpacked. */

/**
 * @typedef {object} Layer
 * @property {number} units
 * @property {string[]} names of the units that are drawn
 * @property {string} activation
 *
 * @typedef {object} Built
 * @property {Record<string, any>} setup
 * @property {Layer[]} layers the inputs first
 * @property {string[]} features
 * @property {string[]} classes
 * @property {[number, number]} axes the two inputs that tell most, for maps
 * @property {string} task
 * @property {string} loss
 * @property {string} model the name of the own model
 * @property {string} target the column of the own table that is predicted
 * @property {string} table the name of the own table
 * @property {string[]} columns of the own table
 * @property {number} examples how many there are to learn from
 * @property {number} testExamples how many for the test, counted on from those
 * @property {number[]} points which of them are drawn
 * @property {number[]} testPoints which of the test
 * @property {number[][]} x inputs of those that are drawn
 * @property {number[][]} y
 * @property {number[][]} testX
 * @property {number[][]} testY
 * @property {number} stepsInEpoch
 * @property {number} parameters
 *
 * @typedef {object} LayerSeen
 * @property {Float64Array} weights from drawn unit to drawn unit, row by row
 * @property {Float64Array} biases
 * @property {Uint8Array[]} maps of the drawn units, 128 for 0
 *
 * @typedef {object} Measured loss and metric over some examples
 * @property {number} examples
 * @property {number} loss
 * @property {string} lossText
 * @property {string} metric
 * @property {string} valueText
 *
 * @typedef {object} Distribution of a layer's activations and gradients
 * @property {number[]} activations how many in each bar
 * @property {number} lowestActivation
 * @property {number} highestActivation
 * @property {number[]} gradients
 * @property {number} lowestGradient
 * @property {number} highestGradient
 * @property {number[]} dead units
 * @property {number[]} saturated units
 *
 * @typedef {object} Example
 * @property {number} index
 * @property {string[]} inputs
 * @property {string[]} targets
 * @property {[string, string, string][][]} layers net input, output and δ of each drawn unit
 * @property {string} loss
 *
 * @typedef {object} Frame
 * @property {number} number grows whenever something has changed
 * @property {number} step how many steps are taken
 * @property {number} epoch
 * @property {number} learningRate
 * @property {boolean} playing
 * @property {number} course grows when steps that were taken are given up
 * @property {string} problem why the training stopped by itself
 * @property {Measured} learning
 * @property {Measured | null} heldOut
 * @property {Example} example
 * @property {Distribution[]} layers
 * @property {[number, number, number, number]} bounds left, right, low and high end of the maps
 * @property {number[][]} scales what the bytes 1 and 255 of each map stand for
 * @property {LayerSeen[]} seen
 */

/**
 * Unpack the weights and maps behind a frame.
 *
 * @param {import("./connection.js").Answer} answer
 * @param {Built} built
 * @returns {Frame}
 */
export function unpacked(answer, built) {
  const weights = new Float64Array(answer.behind, 0, answer.weights);
  const bytes = new Uint8Array(answer.behind, 8 * answer.weights);
  const drawn = built.layers.map((layer) => layer.names.length);
  const points = bytes.length / drawn.slice(1).reduce((sum, count) => sum + count, 0);
  const nextWeights = piecesOf(weights);
  const nextBytes = piecesOf(bytes);
  const seen = drawn.slice(1).map((units, before) => ({
    weights: nextWeights(drawn[before] * units),
    biases: nextWeights(units),
    maps: Array.from({ length: units }, () => nextBytes(points)),
  }));
  return /** @type {any} */ ({ ...answer, seen });
}

/**
 * Return what takes pieces of an array, one behind the other.
 *
 * @template {Float64Array | Uint8Array} Numbers
 * @param {Numbers} all
 */
function piecesOf(all) {
  let taken = 0;
  return (/** @type {number} */ count) => {
    taken += count;
    return /** @type {Numbers} */ (all.subarray(taken - count, taken));
  };
}
