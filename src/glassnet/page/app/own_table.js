/** A table of the user's own: dropped on the page, or chosen as a file. */

/** A page takes files of so many bytes. */
const LARGEST_FILE = 10_000_000;
/** So many bytes at once become text. */
const PIECE = 32_768;

/**
 * Give a file to the server.
 *
 * @param {File} file
 * @param {import("./connection.js").Connection} connection
 * @returns {Promise<any>} what the server built of it
 */
export async function opened(file, connection) {
  if (file.size > LARGEST_FILE) {
    const megabytes = Math.ceil(file.size / 1e6);
    throw new Error(
      `${file.name} has ${megabytes} MB; a page takes files of up to 10 MB. ` +
        "glassnet train takes any size.",
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return connection.ask("open", { name: file.name, content: btoa(text) });
}

/**
 * Let a file be dropped.
 *
 * @param {HTMLElement} element
 * @param {(file: File) => void} take
 */
export function letDrop(element, take) {
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}
