// A minute or two of samples, and the paths that draw them.

export interface Sample {
  time_ms: number;
  commands: number;
  requests: number;
  p50_us: number;
  p99_us: number;
  used_bytes: number;
  resident_bytes: number;
  offered: number;
  open: number;
  clients: number;
}

export const kSeriesMs = 120_000;

/** Keeps what is young enough. A counter that falls means a new server: what came before does not belong to it. */
export function withSample(series: Sample[], next: Sample): Sample[] {
  const last = series[series.length - 1];
  const kept = last && next.commands < last.commands ? [] : series;
  return [...kept.filter(({ time_ms }) => next.time_ms - time_ms <= kSeriesMs), next];
}

export interface Point {
  time_ms: number;
  value: number;
}

export const points = (series: Sample[], of: (sample: Sample) => number): Point[] =>
  series.map((sample) => ({ time_ms: sample.time_ms, value: of(sample) }));

/** Counters as rates a second between two samples. */
export function rates(series: Sample[], of: (sample: Sample) => number): Point[] {
  return series.slice(1).map((sample, at) => {
    const before = series[at]!;
    const seconds = Math.max(0.001, (sample.time_ms - before.time_ms) / 1000);
    return { time_ms: sample.time_ms, value: Math.max(0, (of(sample) - of(before)) / seconds) };
  });
}

/** A round number above all values, so that the scale does not jump with each of them. */
export function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.5, 2, 3, 5, 7.5, 10].find((factor) => factor * power >= value) ?? 10);
}

/** An SVG path over a box; the right edge is now. */
export function path(series: Point[], now_ms: number, top: number, width: number, height: number): string {
  return series
    .map(({ time_ms, value }, at) => {
      const x = width * (1 - (now_ms - time_ms) / kSeriesMs);
      const y = height - (Math.min(value, top) / top) * height;
      return `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
