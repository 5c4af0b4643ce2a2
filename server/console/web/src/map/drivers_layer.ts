// Draws the whole fleet in one call: one instanced point a driver, moved by the graphics card between reports.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import { type Fleet, kFloats } from "./fleet";
import { channels, link, shifted } from "./gl";
import { Status } from "./protocol";

const kVertexShader = `#version 300 es
in vec4 a_way;      // from x, y, to x, y
in vec3 a_state;    // when the move began, how long it takes, status
uniform mat4 u_matrix;
uniform float u_now;
uniform float u_size;
uniform float u_fade;
out float v_status;
void main() {
  float part = clamp((u_now - a_state.x) / a_state.y, 0.0, 1.0);
  gl_Position = u_matrix * vec4(mix(a_way.xy, a_way.zw, part), 0.0, 1.0);
  v_status = a_state.z;
  float size = u_size;
  if (v_status > 1.5 && v_status < 2.5) size *= 2.1 + 0.35 * sin(u_now * 0.006);
  if (v_status > 2.5) size *= mix(0.8, 1.0, u_fade);
  gl_PointSize = v_status < 0.5 ? 0.0 : size;
  if (v_status < 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

const kFragmentShader = `#version 300 es
precision mediump float;
in float v_status;
uniform vec3 u_colours[5];
uniform float u_soft;
out vec4 colour;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float r = length(at);
  float alpha = 1.0 - smoothstep(1.0 - u_soft, 1.0, r);
  int status = int(v_status + 0.5);
  if (status == 2) alpha *= max(smoothstep(0.55, 0.7, r), 1.0 - smoothstep(0.3, 0.45, r));
  if (alpha < 0.02) discard;
  colour = vec4(u_colours[status] * alpha, alpha);
}`;

export type Colours = [available: string, offered: string, busy: string, off: string];

const kUniforms = ["u_matrix", "u_now", "u_size", "u_fade", "u_soft", "u_colours"] as const;

export class DriversLayer implements CustomLayerInterface {
  readonly id = "drivers";
  readonly type = "custom" as const;
  readonly renderingMode = "2d" as const;
  private map!: MapLibre;
  private gl!: WebGL2RenderingContext;
  private program!: WebGLProgram;
  private vao!: WebGLVertexArrayObject;
  private buffer!: WebGLBuffer;
  private bufferLength = 0;
  private uniforms = {} as Record<(typeof kUniforms)[number], WebGLUniformLocation | null>;
  private colours = new Float32Array(15);

  constructor(private readonly fleet: Fleet) {}

  setColours(colours: Colours): void {
    this.colours = Float32Array.from(["#000000", ...colours].flatMap(channels));
  }

  onAdd(map: MapLibre, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    this.map = map;
    this.gl = gl;
    this.program = link(gl, kVertexShader, kFragmentShader);
    for (const name of kUniforms) this.uniforms[name] = gl.getUniformLocation(this.program, name);
    this.vao = gl.createVertexArray()!;
    this.buffer = gl.createBuffer()!;
    this.bufferLength = 0;
    gl.bindVertexArray(this.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    this.attribute("a_way", 4, 0);
    this.attribute("a_state", 3, 16);
    gl.bindVertexArray(null);
  }

  onRemove(): void {
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteVertexArray(this.vao);
    this.gl.deleteProgram(this.program);
  }

  render(context: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const gl = context as WebGL2RenderingContext;
    const { fleet, uniforms } = this;
    this.upload();
    if (fleet.count === 0) return;
    const size = pointSize(this.map.getZoom(), fleet.count) * devicePixelRatio;
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(uniforms.u_matrix, false, shifted(input.defaultProjectionData.mainMatrix, fleet.anchor));
    gl.uniform1f(uniforms.u_now, fleet.now());
    gl.uniform1f(uniforms.u_size, size);
    gl.uniform1f(uniforms.u_fade, fleet.count > 5000 ? 0 : 1);
    gl.uniform1f(uniforms.u_soft, Math.min(0.9, 2.2 / size));
    gl.uniform3fv(uniforms.u_colours, this.colours);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.bindVertexArray(this.vao);
    gl.drawArrays(gl.POINTS, 0, fleet.count);
    gl.bindVertexArray(null);
    if (fleet.now() < fleet.movesUntil || fleet.numbers[Status.Offered]! > 0) this.map.triggerRepaint();
  }

  private attribute(name: string, size: number, offset: number): void {
    const { gl } = this;
    const location = gl.getAttribLocation(this.program, name);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, gl.FLOAT, false, kFloats * 4, offset);
  }

  private upload(): void {
    const { gl, fleet } = this;
    if (!fleet.dirty) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (this.bufferLength !== fleet.data.length) {
      gl.bufferData(gl.ARRAY_BUFFER, fleet.data, gl.DYNAMIC_DRAW);
      this.bufferLength = fleet.data.length;
    } else {
      const { from, to } = fleet.dirty;
      gl.bufferSubData(gl.ARRAY_BUFFER, from * kFloats * 4, fleet.data, from * kFloats, (to - from) * kFloats);
    }
    fleet.dirty = null;
  }
}

/** Large enough to be seen, small enough that a crowd stays a picture. In CSS pixels. */
export function pointSize(zoom: number, count: number): number {
  const near = Math.max(0, zoom - 11);
  const base = count > 30_000 ? 2 : count > 5000 ? 2.8 : 5.5;
  return Math.min(12, base + near * (count > 30_000 ? 1.2 : 1));
}
