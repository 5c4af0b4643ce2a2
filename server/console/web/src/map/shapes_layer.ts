// Lines and areas below the drivers: the grid, the ring of a search, the way from a restaurant to a driver.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import type { Place } from "../lib/delivery";
import { mercatorX, mercatorY } from "./fleet";
import { channels, link, shifted } from "./gl";

interface Shape {
  /** Pairs relative to the anchor. */
  points: number[];
  mode: "lines" | "triangles";
  colour: string;
  alpha: number;
  ring?: [x: number, y: number, radius: number, pixel: number];
}

const kVertexShader = `#version 300 es
in vec2 a_place;
uniform mat4 u_matrix;
out vec2 v_place;
void main() {
  v_place = a_place;
  gl_Position = u_matrix * vec4(a_place, 0.0, 1.0);
}`;

// A ring, if u_ring has a radius: x, y, radius, width of a pixel. Otherwise a plain colour.
const kFragmentShader = `#version 300 es
precision highp float;
in vec2 v_place;
uniform vec4 u_colour;
uniform vec4 u_ring;
out vec4 colour;
void main() {
  float alpha = u_colour.a;
  if (u_ring.z > 0.0) {
    float beyond = (distance(v_place, u_ring.xy) - u_ring.z) / u_ring.w;
    if (beyond > 1.6) discard;
    alpha = beyond < -1.6 ? 0.07 : max(0.07 * step(beyond, 0.0), 1.0 - smoothstep(0.5, 1.6, abs(beyond)));
  }
  colour = vec4(u_colour.rgb * alpha, alpha);
}`;

const kEarthKm = 40_075.017;

export interface Ring {
  centre: Place;
  radius_km: number;
}

export class ShapesLayer implements CustomLayerInterface {
  readonly id = "shapes";
  readonly type = "custom" as const;
  readonly renderingMode = "2d" as const;
  ring: Ring | null = null;
  way: [Place, Place] | null = null;
  colours = { grid: "#888888", accent: "#ff9900" };
  private map!: MapLibre;
  private gl!: WebGL2RenderingContext;
  private program!: WebGLProgram;
  private buffer!: WebGLBuffer;
  private readonly anchor: { x: number; y: number };

  constructor(private readonly origin: Place) {
    this.anchor = { x: mercatorX(origin.lng), y: mercatorY(origin.lat) };
  }

  onAdd(map: MapLibre, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.map = map;
    this.gl = context as WebGL2RenderingContext;
    this.program = link(this.gl, kVertexShader, kFragmentShader);
    this.buffer = this.gl.createBuffer()!;
  }

  onRemove(): void {
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteProgram(this.program);
  }

  render(_: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { gl, program } = this;
    gl.useProgram(program);
    gl.uniformMatrix4fv(gl.getUniformLocation(program, "u_matrix"), false, shifted(input.defaultProjectionData.mainMatrix, this.anchor));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const location = gl.getAttribLocation(program, "a_place");
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 2, gl.FLOAT, false, 0, 0);
    for (const { points, mode, colour, alpha, ring } of this.shapes()) {
      gl.bufferData(gl.ARRAY_BUFFER, Float32Array.from(points), gl.STREAM_DRAW);
      gl.uniform4fv(gl.getUniformLocation(program, "u_colour"), [...channels(colour), alpha]);
      gl.uniform4fv(gl.getUniformLocation(program, "u_ring"), ring ?? [0, 0, 0, 1]);
      gl.drawArrays(mode === "lines" ? gl.LINES : gl.TRIANGLES, 0, points.length / 2);
    }
    gl.disableVertexAttribArray(location);
  }

  private shapes(): Shape[] {
    const { grid, accent } = this.colours;
    const shapes: Shape[] = [...this.gridShapes(grid)];
    if (this.ring) shapes.push(this.disc(this.ring, accent));
    if (this.way) shapes.push({ points: this.wayStrip(this.way), mode: "triangles", colour: accent, alpha: 1 });
    return shapes;
  }

  /** Squares of a round number of metres, about 90 pixels wide; every fifth line is stronger. */
  private gridShapes(colour: string): Shape[] {
    const bounds = this.map.getBounds();
    const unit = 1 / (kEarthKm * Math.cos((this.origin.lat * Math.PI) / 180));
    const step = gridStepKm(this.pixel() / unit) * unit;
    const [west, east] = [bounds.getWest(), bounds.getEast()].map((lng) => mercatorX(lng) - this.anchor.x) as [number, number];
    const [north, south] = [bounds.getNorth(), bounds.getSouth()].map((lat) => mercatorY(lat) - this.anchor.y) as [number, number];
    const minor: number[] = [];
    const major: number[] = [];
    for (let n = Math.ceil(west / step); n * step < east; ++n) (n % 5 === 0 ? major : minor).push(n * step, north, n * step, south);
    for (let n = Math.ceil(north / step); n * step < south; ++n) (n % 5 === 0 ? major : minor).push(west, n * step, east, n * step);
    return [
      { points: minor, mode: "lines", colour, alpha: 0.35 },
      { points: major, mode: "lines", colour, alpha: 0.9 },
    ];
  }

  /** The width of a CSS pixel in Mercator's units. */
  private pixel(): number {
    return 1 / (512 * 2 ** this.map.getZoom());
  }

  /** A square that holds the ring; its fragments know how far from the ring they are. */
  private disc({ centre, radius_km }: Ring, colour: string): Shape {
    const radius = radius_km / (kEarthKm * Math.cos((centre.lat * Math.PI) / 180));
    const [x, y] = [mercatorX(centre.lng) - this.anchor.x, mercatorY(centre.lat) - this.anchor.y];
    const reach = radius + 2 * this.pixel();
    const [west, east, north, south] = [x - reach, x + reach, y - reach, y + reach];
    return {
      points: [west, north, east, north, east, south, west, north, east, south, west, south],
      mode: "triangles", colour, alpha: 1, ring: [x, y, radius, this.pixel()],
    };
  }

  private wayStrip([from, to]: [Place, Place]): number[] {
    const [x, y] = [mercatorX(from.lng) - this.anchor.x, mercatorY(from.lat) - this.anchor.y];
    const [u, v] = [mercatorX(to.lng) - this.anchor.x, mercatorY(to.lat) - this.anchor.y];
    const length = Math.hypot(u - x, v - y) || 1;
    const [dx, dy] = [(-(v - y) / length) * this.pixel(), ((u - x) / length) * this.pixel()];
    return [x + dx, y + dy, u + dx, v + dy, u - dx, v - dy, x + dx, y + dy, u - dx, v - dy, x - dx, y - dy];
  }
}

/** A round number of kilometres that is at least 70 pixels wide. */
export function gridStepKm(kmPerPixel: number): number {
  const least = kmPerPixel * 70;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
}
