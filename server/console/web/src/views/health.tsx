// How the server is doing, once a second from /v1/stats.
import licences from "virtual:licences";
import { useEffect, useState } from "preact/hooks";
import { api, explainError } from "../lib/api";
import { bytes, clock, count, duration, short } from "../lib/format";
import { points, rates, withSample, type Sample } from "../lib/series";
import { Chart } from "../parts/chart";
import { Head, Trouble } from "../parts/small";

interface Stats {
  time_ms: number;
  uptime_s: number;
  commands_total: number;
  errors_total: number;
  http: { requests_total: number; waiting_for_drivers: number };
  latency_us: { p50: number; p99: number };
  memory: { used: number; rss: number; peak: number; max: number };
  clients: number;
  orders_open: number;
  offers_open: number;
  keys: number;
  /** The newest of the slow log. */
  slow: { id: number; time_s: number; time_us: number; args: string[] }[];
  slowest_commands: { command: string; calls: number; mean_us: number }[];
}

const sampleOf = (stats: Stats): Sample => ({
  time_ms: stats.time_ms, commands: stats.commands_total, requests: stats.http.requests_total, p50_us: stats.latency_us.p50,
  p99_us: stats.latency_us.p99, used_bytes: stats.memory.used, resident_bytes: stats.memory.rss, offered: stats.offers_open,
  open: stats.orders_open, clients: stats.clients,
});

const micro = (value: number): string => duration(value / 1000);

// Kept while other views are shown, so that a chart has a past when one comes back.
let kept: Sample[] = [];

export function HealthView() {
  const [stats, setStats] = useState<Stats | null>(null);
  const [series, setSeries] = useState(kept);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    let ended = false;
    let timer = 0;
    const load = async () => {
      try {
        const found = await api<Stats>("GET", "/v1/stats");
        kept = withSample(kept, sampleOf(found));
        if (ended) return;
        setStats(found);
        setSeries(kept);
        setTrouble("");
      } catch (error) {
        if (!ended) setTrouble(explainError(error));
      }
      if (!ended) timer = window.setTimeout(load, 1000);
    };
    void load();
    return () => { ended = true; window.clearTimeout(timer); };
  }, []);
  return (
    <>
      <Head title="Health">The server's own numbers, once a second, for the last two minutes.</Head>
      <Trouble text={trouble} />
      <div class="charts">
        <Chart title="Requests a second" format={short} lines={[
          { label: "commands", points: rates(series, (each) => each.commands) },
          { label: "over HTTP", points: rates(series, (each) => each.requests), faint: true }]} />
        <Chart title="Time of an HTTP request" format={micro} lines={[
          { label: "p99", points: points(series, (each) => each.p99_us) },
          { label: "p50", points: points(series, (each) => each.p50_us), faint: true }]} />
        <Chart title="Orders" format={count} lines={[
          { label: "open", points: points(series, (each) => each.open) },
          { label: "offered now", points: points(series, (each) => each.offered), faint: true }]} />
        <Chart title="Memory" format={bytes} lines={[
          { label: "of the process", points: points(series, (each) => each.resident_bytes) },
          { label: "used", points: points(series, (each) => each.used_bytes), faint: true }]} />
      </div>
      {stats && <Details stats={stats} />}
    </>
  );
}

function Details({ stats }: { stats: Stats }) {
  const facts: [string, string][] = [
    ["Up for", duration(stats.uptime_s * 1000)],
    ["Keys", count(stats.keys)],
    ["Clients", count(stats.clients)],
    ["Commands", short(stats.commands_total)],
    ["Error replies", count(stats.errors_total)],
    ["Memory at its peak", bytes(stats.memory.peak)],
    ["Memory limit", stats.memory.max ? bytes(stats.memory.max) : "none"],
    ["Requests waiting for a driver", count(stats.http.waiting_for_drivers)],
  ];
  return (
    <div class="columns">
      <section class="card">
        <h2>Now</h2>
        <dl class="facts">
          {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
        </dl>
        <p class="note"><a href={licences}>Licences of what this page is made of</a></p>
      </section>
      <div class="grow stack">
        <Slowest commands={stats.slowest_commands} />
        <SlowLog entries={stats.slow} />
      </div>
    </div>
  );
}

function Slowest({ commands }: { commands: Stats["slowest_commands"] }) {
  const slowest = Math.max(1, ...commands.map(({ mean_us }) => mean_us));
  return (
    <section class="card">
      <table class="slow">
        <caption><h2>Slowest commands, on average</h2></caption>
        <thead><tr><th scope="col">Command</th><th scope="col" class="number">Calls</th><th scope="col" class="number">Mean</th><td /></tr></thead>
        <tbody>
          {commands.map(({ command, calls, mean_us }) => (
            <tr key={command}>
              <th scope="row"><code>{command.toUpperCase()}</code></th>
              <td class="number">{count(calls)}</td>
              <td class="number">{micro(mean_us)}</td>
              <td class="share"><meter aria-label={`Mean time of ${command}`} min={0} max={slowest} value={mean_us} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const kShownArgs = 6;

function SlowLog({ entries }: { entries: Stats["slow"] }) {
  return (
    <section class="card">
      <h2>Slow log</h2>
      {entries.length === 0 && <p class="note">No command took longer than the option slowlog-log-slower-than allows.</p>}
      {entries.length > 0 && (
        <table class="slow">
          <thead><tr><th scope="col">When</th><th scope="col" class="number">Took</th><th scope="col">Command</th></tr></thead>
          <tbody>
            {entries.map(({ id, time_s, time_us, args }) => (
              <tr key={id}>
                <td class="when">{clock(time_s * 1000).slice(0, 8)}</td>
                <td class="number">{micro(time_us)}</td>
                <td><code>{args.slice(0, kShownArgs).join(" ")}{args.length > kShownArgs ? " …" : ""}</code></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
