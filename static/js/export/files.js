/** Owner of what leaves the page: files that are saved, and text that is copied. */

/** Pixels per unit of a picture: sharp when it is printed. */
const DENSITY = 2;

/** @param {string} name @param {Blob} content */
export function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download has its own hold on the content by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * @param {import("./compose.js").Picture} picture
 * @returns {Promise<Blob>}
 */
export async function asPng({ svg, width, height }) {
  const image = new Image(width, height);
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * DENSITY;
    canvas.height = height * DENSITY;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("png"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * @param {HTMLInputElement|HTMLTextAreaElement} field holds the text; it is selected, so that Ctrl+C
 *   also works where the browser refuses
 * @returns {Promise<boolean>}
 */
export async function copyFrom(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Without HTTPS, as in many classrooms, there is no clipboard API.
    return document.execCommand("copy");
  }
}
