/** The setup in the page's address, so that a copied link brings it back. */

/** @returns {Record<string, any> | null} the setup in the address, if there is one */
export function setupInAddress() {
  try {
    const text = decodeURIComponent(location.hash.slice(1));
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** @param {Record<string, any>} setup */
export function keepInAddress(setup) {
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(setup))}`);
}
