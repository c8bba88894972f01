/**
 * The connection to the server: questions out, answers in, by the number of the question.
 *
 * An answer is four bytes that say how long its JSON is, the JSON, and what follows it.
 */

/** @typedef {{kind: string, id: number, behind: ArrayBuffer} & Record<string, any>} Answer */

const SECONDS_BEFORE_NEW_TRY = 0.5;

export class Connection {
  /**
   * @param {() => void} opened called whenever there is a connection, a new one too
   * @param {() => void} lost called when it is gone
   */
  constructor(opened, lost) {
    this.opened = opened;
    this.lost = lost;
    /** @type {Map<number, {done: (answer: Answer) => void, failed: (error: Error) => void}>} */
    this.asked = new Map();
    this.count = 0;
    this.connect();
  }

  connect() {
    const address = new URL(`page/${pageName()}`, location.href);
    address.protocol = "ws:";
    address.hash = "";
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.opened();
    this.socket.onmessage = (event) => this.take(event.data);
    this.socket.onclose = () => {
      for (const { failed } of this.asked.values()) failed(new Lost("the connection is lost"));
      this.asked.clear();
      this.lost();
      setTimeout(() => this.connect(), 1000 * SECONDS_BEFORE_NEW_TRY);
    };
  }

  /**
   * Ask the server.
   *
   * @param {string} kind
   * @param {object} [fields]
   * @returns {Promise<Answer>} rejected with the server's sentence where it refuses
   */
  ask(kind, fields = {}) {
    const id = ++this.count;
    return new Promise((done, failed) => {
      if (this.socket?.readyState !== WebSocket.OPEN) {
        failed(new Lost("there is no connection"));
        return;
      }
      this.asked.set(id, { done, failed });
      this.socket.send(JSON.stringify({ kind, id, ...fields }));
    });
  }

  /** @param {ArrayBuffer} bytes */
  take(bytes) {
    const length = new DataView(bytes).getUint32(0, true);
    const text = new TextDecoder().decode(new Uint8Array(bytes, 4, length));
    const answer = { ...JSON.parse(text), behind: bytes.slice(4 + length) };
    const waiting = this.asked.get(answer.id);
    this.asked.delete(answer.id);
    if (answer.kind === "refused") waiting?.failed(new Error(answer.sentence));
    else waiting?.done(answer);
  }
}

/** The connection went; it comes back by itself. */
export class Lost extends Error {}

/** A name by which the server knows this page again when the connection was lost. */
function pageName() {
  let name = sessionStorage.getItem("page");
  if (name === null) {
    const random = crypto.getRandomValues(new Uint8Array(12));
    name = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("page", name);
  }
  return name;
}
