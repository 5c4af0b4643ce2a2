// The same picture as the graphics layer's, written pixel by pixel: where WebGL is emulated in software, drawing
// through it takes several times as long as this.
import type { Map as MapLibre } from "maplibre-gl";
import type { Colours } from "./drivers_layer";
import { pointSize } from "./drivers_layer";
import { type Fleet, kFloats, mercatorX, mercatorY } from "./fleet";
import { Status } from "./protocol";

/** A dot's pixels as offsets from its first one: those that cover what is below, and the softer ones of the edge. */
interface Stamp {
  size: number;
  solid: Int32Array;
  soft: Int32Array;
  /** For each of the soft ones, in the place where a pixel has it. */
  alpha: Uint32Array;
}

/** The picture is larger than the map by this on each side, so that no dot has to be cut at an edge. */
const kMargin = 24;

export class DriversPixels {
  /** Called after each picture. */
  drawn = (): void => undefined;
  private readonly canvas = document.createElement("canvas");
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  private colours = new Uint32Array(5);
  private frame = 0;
  private isStale = true;

  constructor(private readonly map: MapLibre, private readonly fleet: Fleet) {
    this.canvas.className = "driver-pixels";
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d")!;
    map.getCanvas().after(this.canvas);
    map.on("move", this.changed);
    map.on("resize", this.changed);
    this.frame = requestAnimationFrame(this.tick);
  }

  readonly changed = (): void => {
    this.isStale = true;
  };

  setColours(colours: Colours): void {
    this.colours = Uint32Array.from(["#000000", ...colours].map(littleEndian));
    this.changed();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.canvas.remove();
  }

  private readonly tick = (): void => {
    this.frame = requestAnimationFrame(this.tick);
    if (!this.isStale && this.fleet.now() > this.fleet.movesUntil + 50) return;
    this.isStale = false;
    this.draw();
    this.drawn();
  };

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    this.resize(width + 2 * kMargin, height + 2 * kMargin);
    if (!this.image) return;
    this.pixels.fill(0);
    const zoom = this.map.getZoom();
    const size = Math.max(2, Math.round(pointSize(zoom, this.fleet.count)));
    const scale = 512 * 2 ** zoom;
    const centre = this.map.getCenter();
    const left = (this.fleet.anchor.x - mercatorX(centre.lng)) * scale + width / 2 + kMargin;
    const top = (this.fleet.anchor.y - mercatorY(centre.lat)) * scale + height / 2 + kMargin;
    this.drawAll(size, scale, left, top);
    this.context.putImageData(this.image, 0, 0);
  }

  /** The loop over all drivers: no calls, no objects. */
  private drawAll(size: number, scale: number, left: number, top: number): void {
    const { data, count } = this.fleet;
    const now = this.fleet.now();
    const { pixels, colours } = this;
    const width = this.canvas.width;
    const dot = stamp(size, width);
    const large = stamp(size * 2, width);
    const half = size >> 1;
    const right = width - large.size;
    const bottom = this.canvas.height - large.size;
    for (let at = 0, end = count * kFloats; at < end; at += kFloats) {
      const status = data[at + 6]!;
      if (status === Status.Gone) continue;
      let part = (now - data[at + 4]!) / data[at + 5]!;
      if (part > 1) part = 1;
      const x = ((data[at]! + (data[at + 2]! - data[at]!) * part) * scale + left - half) | 0;
      const y = ((data[at + 1]! + (data[at + 3]! - data[at + 1]!) * part) * scale + top - half) | 0;
      if (x < 0 || y < 0 || x >= right || y >= bottom) continue;
      const { solid, soft, alpha } = status === Status.Offered ? large : dot;
      const colour = colours[status]!;
      const first = y * width + x;
      for (let n = 0; n < solid.length; ++n) pixels[first + solid[n]!] = colour | 0xff000000;
      // What is soft covers nothing: the edge of a dot stays below its neighbour.
      for (let n = 0; n < soft.length; ++n) {
        const to = first + soft[n]!;
        if (pixels[to] === 0) pixels[to] = colour | alpha[n]!;
      }
    }
  }

  private resize(width: number, height: number): void {
    if (this.image?.width === width && this.image.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = width > 0 && height > 0 ? this.context.createImageData(width, height) : null;
    this.pixels = new Uint32Array(this.image?.data.buffer ?? new ArrayBuffer(0));
  }
}

/** "#f2ab43" as a pixel without its opacity. */
function littleEndian(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16);
  return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
}

const stamps = new Map<string, Stamp>();

/** A disc of so many pixels across, with a soft edge, in a picture so many pixels wide. */
function stamp(size: number, width: number): Stamp {
  const key = `${size}/${width}`;
  const known = stamps.get(key);
  if (known) return known;
  const solid: number[] = [];
  const soft: number[] = [];
  const alpha: number[] = [];
  const middle = (size - 1) / 2;
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      const beyond = Math.hypot(x - middle, y - middle) - (size / 2 - 0.5);
      const cover = size < 3 ? 1 : Math.min(1, Math.max(0, 1 - beyond));
      if (cover === 1) solid.push(y * width + x);
      if (cover === 1 || cover < 0.15) continue;
      soft.push(y * width + x);
      alpha.push((Math.round(cover * 255) << 24) >>> 0);
    }
  }
  const made = { size, solid: Int32Array.from(solid), soft: Int32Array.from(soft), alpha: Uint32Array.from(alpha) };
  stamps.set(key, made);
  return made;
}

/** Whether WebGL is emulated by the processor. "dabba-renderer" in the local storage decides otherwise, for tests. */
export function isSoftware(gl: WebGL2RenderingContext | WebGLRenderingContext | null): boolean {
  const forced = localStorage.getItem("dabba-renderer");
  if (forced) return forced === "pixels";
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(info ? gl?.getParameter(info.UNMASKED_RENDERER_WEBGL) : ""));
}
