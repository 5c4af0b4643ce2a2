// Three ways to take a driver, side by side: every bar is a command that was really under way.
import { useRef, useState } from "preact/hooks";
import { explainError } from "../lib/api";
import { count, duration } from "../lib/format";
import { doubles, runRound, type Outcome, type Round, type Way } from "../lib/race";
import { Choice, Head, Slider, Trouble } from "../parts/small";

const kWays: { way: Way; title: string; text: string }[] = [
  { way: "none", title: "Without a lock", text: "GEORADIUS, SMEMBERS, then take the driver." },
  { way: "lock", title: "SET NX EX", text: "The same, but only who gets the lock takes the driver." },
  { way: "assign", title: "ASSIGN", text: "One command does all of it inside the server." },
];

const kPaces = [["full", "Full speed"], ["slow", "Slow motion"]] as const;
const kSlowPauseMs = 350;

interface Tally {
  rounds: number;
  doubles: number;
  requests: number;
  took_ms: number;
}

const kNoTally: Tally = { rounds: 0, doubles: 0, requests: 0, took_ms: 0 };
type Tallies = Record<Way, Tally>;
const noTallies = (): Tallies => ({ none: kNoTally, lock: kNoTally, assign: kNoTally });

const added = (tally: Tally, round: Round): Tally => ({
  rounds: tally.rounds + 1,
  doubles: tally.doubles + doubles(round),
  requests: tally.requests + round.spans.length,
  took_ms: tally.took_ms + round.took_ms,
});

/** Many changes a millisecond become one picture a frame. */
function usePictures(): [Partial<Record<Way, Round>>, (round: Round) => void, () => void] {
  const [pictures, setPictures] = useState<Partial<Record<Way, Round>>>({});
  const pending = useRef<Partial<Record<Way, Round>>>({});
  const frame = useRef(0);
  const draw = () => {
    frame.current = 0;
    setPictures((now) => ({ ...now, ...pending.current }));
  };
  const show = (round: Round) => {
    pending.current[round.way] = { ...round };
    frame.current ||= requestAnimationFrame(draw);
  };
  const clear = () => {
    pending.current = {};
    setPictures({});
  };
  return [pictures, show, clear];
}

export function RaceView() {
  const [orders, setOrders] = useState(8);
  const [pace, setPace] = useState<"full" | "slow">("full");
  const [running, setRunning] = useState(false);
  const [tallies, setTallies] = useState(noTallies);
  const [trouble, setTrouble] = useState("");
  const [pictures, show, clear] = usePictures();

  const start = async (rounds: number) => {
    setRunning(true);
    setTrouble("");
    clear();
    try {
      for (let n = 0; n < rounds; ++n) {
        for (const { way } of kWays) {
          const round = await runRound(way, { orders, pause_ms: pace === "slow" ? kSlowPauseMs : 0 }, show);
          setTallies((now) => ({ ...now, [way]: added(now[way], round) }));
        }
      }
    } catch (error) {
      setTrouble(explainError(error));
    }
    setRunning(false);
  };

  return (
    <>
      <Head title="Race">
        Several orders want the one free driver at the same moment. Nothing is arranged after the start: the commands go to this server, and the
        server's own list says whom the driver was given to.
      </Head>
      <section class="card controls" aria-label="The race">
        <Slider label="Orders" value={orders} min={2} max={50} text={String(orders)} disabled={running}
          onChange={(value) => { setOrders(value); setTallies(noTallies()); clear(); }} />
        <Choice legend="Pace" value={pace} options={kPaces} onChange={setPace} disabled={running} />
        <div class="row actions">
          <button class="primary" disabled={running} onClick={() => start(1)}>Run a round</button>
          <button disabled={running} onClick={() => start(20)}>Run 20</button>
        </div>
      </section>
      <Trouble text={trouble} />
      <div class="lanes">
        {kWays.map(({ way, title, text }) => (
          <Lane key={way} title={title} text={text} round={pictures[way]} tally={tallies[way]} orders={orders} />
        ))}
      </div>
    </>
  );
}

interface LaneProps {
  title: string;
  text: string;
  orders: number;
  tally: Tally;
  round?: Round | undefined;
}

function verdictOf(round: Round | undefined): { text: string; bad: boolean } {
  if (!round) return { text: "Not run yet", bad: false };
  if (round.served === undefined) return { text: "Running …", bad: false };
  if (round.served > 1) return { text: `${round.served} orders have the same driver`, bad: true };
  return { text: round.served === 1 ? "One order has the driver" : "No order has the driver", bad: false };
}

function Lane({ title, text, round, tally, orders }: LaneProps) {
  const { text: verdict, bad } = verdictOf(round);
  return (
    <section class="card lane" aria-label={title}>
      <h2>{title}</h2>
      <p class="note">{text}</p>
      <Gantt orders={orders} round={round} label={title} />
      <p class={`verdict ${bad ? "bad" : ""}`} role="status">{verdict}</p>
      <dl class="tally">
        <div class={tally.doubles > 0 ? "bad" : ""}><dt>Double assignments</dt><dd>{count(tally.doubles)}</dd></div>
        <div><dt>Rounds</dt><dd>{count(tally.rounds)}</dd></div>
        <div><dt>Requests an order</dt><dd>{tally.rounds ? (tally.requests / tally.rounds / orders).toFixed(1) : "–"}</dd></div>
        <div><dt>Time a round</dt><dd>{tally.rounds ? duration(tally.took_ms / tally.rounds) : "–"}</dd></div>
      </dl>
    </section>
  );
}

const kWidth = 320;
const kHeight = 208;

const barClass = (name: string, outcome: Outcome | undefined, isDouble: boolean): string =>
  ["command", name === "SET" || name === "ASSIGN" || name === "SREM" || name === "SADD" ? "take" : "look",
    outcome === "has" ? (isDouble ? "double" : "won") : outcome ? "lost" : ""].join(" ");

/** Orders from top to bottom, time from left to right. */
function Gantt({ orders, round, label }: { orders: number; round: Round | undefined; label: string }) {
  const end = round ? Math.max(1, round.took_ms, ...round.spans.map(({ from_ms, to_ms }) => to_ms ?? from_ms)) : 1;
  const lane = kHeight / orders;
  const height = Math.max(1.5, Math.min(10, lane * 0.62));
  const holders = round ? round.outcomes.filter((each) => each === "has").length : 0;
  const told = round ? `${label}: ${verdictOf(round).text}, ${round.spans.length} commands in ${duration(end)}` : `${label}: not run yet`;
  return (
    <svg class="gantt" viewBox={`0 0 ${kWidth} ${kHeight + 18}`} role="img" aria-label={told}>
      {Array.from({ length: orders }, (_, order) => (
        <line key={order} class="track" x1="0" x2={kWidth} y1={(order + 0.5) * lane} y2={(order + 0.5) * lane} />
      ))}
      {round?.spans.map(({ order, name, from_ms, to_ms }, at) => (
        <rect key={at} class={barClass(name, round.outcomes[order], holders > 1)} x={(from_ms / end) * kWidth} rx="1"
          width={Math.max(1.5, (((to_ms ?? end) - from_ms) / end) * kWidth - 1)} y={(order + 0.5) * lane - height / 2} height={height}>
          <title>{`order ${order + 1}: ${name}, ${duration(from_ms)} to ${to_ms === undefined ? "…" : duration(to_ms)}`}</title>
        </rect>
      ))}
      <text class="axis" x="0" y={kHeight + 14}>0</text>
      <text class="axis" x={kWidth} y={kHeight + 14} text-anchor="end">{round ? duration(end) : ""}</text>
    </svg>
  );
}
