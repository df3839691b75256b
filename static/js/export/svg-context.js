/**
 * The part of CanvasRenderingContext2D that the lane painter uses, written down as SVG: the picture
 * in a report is drawn by the same code as the one on screen. Pure.
 */

/** @param {number} value */
const round = (value) => String(Math.round(value * 10) / 10);

/** @param {string} text */
export const escapeXml = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A linear gradient with its stops. */
class Shade {
  /** @param {string} id @param {number} x0 @param {number} x1 */
  constructor(id, x0, x1) {
    this.id = id;
    this.open = `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${round(x0)}" y1="0" x2="${round(x1)}" y2="0">`;
    /** @type {string[]} */
    this.stops = [];
  }

  /** @param {number} offset @param {string} colour */
  addColorStop(offset, colour) {
    this.stops.push(`<stop offset="${offset.toFixed(4)}" stop-color="${colour}"/>`);
  }

  get markup() {
    return `${this.open}${this.stops.join("")}</linearGradient>`;
  }
}

export class SvgContext {
  /** @param {string} prefix of the ids, so that several drawings can share a document */
  constructor(prefix) {
    this.prefix = prefix;
    /** @type {string|Shade} */
    this.fillStyle = "#000";
    this.strokeStyle = "#000";
    this.lineWidth = 1;
    /** @type {Shade[]} */
    this.shades = [];
    /** @type {string[]} */
    this.shapes = [];
    this.path = "";
  }

  beginPath() {
    this.path = "";
  }

  closePath() {
    this.path += "Z";
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path += `M${round(x)} ${round(y)}`;
  }

  /** As on a canvas, the first point of a path is a move. @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${round(x)} ${round(y)}`;
  }

  /** Whole circles only. @param {number} x @param {number} y @param {number} radius */
  arc(x, y, radius) {
    const [r, d] = [round(radius), round(2 * radius)];
    this.path += `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${d} 0a${r} ${r} 0 1 0 -${d} 0`;
  }

  fill() {
    this.shapes.push(`<path d="${this.path}" fill="${this.ink(this.fillStyle)}"/>`);
  }

  stroke() {
    this.shapes.push(`<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"/>`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    const at = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
    this.shapes.push(`<rect ${at} fill="${this.ink(this.fillStyle)}"/>`);
  }

  /** @param {number} x0 @param {number} _y0 @param {number} x1 */
  createLinearGradient(x0, _y0, x1) {
    const shade = new Shade(`${this.prefix}-${this.shades.length}`, x0, x1);
    this.shades.push(shade);
    return shade;
  }

  /** @param {string|Shade} style */
  ink(style) {
    return typeof style === "string" ? style : `url(#${style.id})`;
  }

  get markup() {
    return `<defs>${this.shades.map(({ markup }) => markup).join("")}</defs>${this.shapes.join("")}`;
  }
}
