// What the layers share.

/** The matrix for places relative to the anchor, computed in double precision. */
export function shifted(matrix: ArrayLike<number>, anchor: { x: number; y: number }): Float32Array {
  const m = Float64Array.from(matrix);
  for (let row = 0; row < 4; ++row) m[12 + row] = m[row]! * anchor.x + m[4 + row]! * anchor.y + m[12 + row]!;
  return Float32Array.from(m);
}

export function channels(hex: string): number[] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram()!;
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "shader");
  return program;
}
