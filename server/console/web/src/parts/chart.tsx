import { ceiling, path, type Point } from "../lib/series";

export interface Line {
  label: string;
  points: Point[];
  /** The second line of a chart is drawn fainter. */
  faint?: boolean;
}

interface ChartProps {
  title: string;
  lines: Line[];
  format: (value: number) => string;
}

const kWidth = 400;
const kHeight = 96;

/** A small line chart of the last two minutes, with its newest value in words. */
export function Chart({ title, lines, format }: ChartProps) {
  const all = lines.flatMap(({ points }) => points.map(({ value }) => value));
  const top = ceiling(Math.max(0, ...all));
  const now = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ time_ms }) => time_ms)));
  const newest = (line: Line) => (line.points.length ? format(line.points[line.points.length - 1]!.value) : "–");
  const told = lines.map((line) => `${line.label} ${newest(line)}`).join(", ");
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{title}</h2>
        <dl>
          {lines.map((line) => (
            <div key={line.label} class={line.faint ? "faint" : ""}>
              <dt>{line.label}</dt>
              <dd>{newest(line)}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <p class="top" aria-hidden="true">{format(top)}</p>
      <svg viewBox={`0 0 ${kWidth} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${told}`}>
        <line class="rule" x1="0" x2={kWidth} y1="0.5" y2="0.5" />
        <line class="rule" x1="0" x2={kWidth} y1={kHeight / 2} y2={kHeight / 2} />
        <line class="rule base" x1="0" x2={kWidth} y1={kHeight - 0.5} y2={kHeight - 0.5} />
        {lines.map((line) => (
          <path key={line.label} class={line.faint ? "line faint" : "line"} d={path(line.points, now, top, kWidth, kHeight)} vector-effect="non-scaling-stroke" />
        ))}
      </svg>
      <div class="scale" aria-hidden="true"><span>2 min ago</span><span>now</span></div>
    </figure>
  );
}
