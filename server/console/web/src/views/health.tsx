// How the server is doing, once a second from /v1/stats.
import { useEffect, useState } from "preact/hooks";
import { api, explainError } from "../lib/api";
import { bytes, count, duration, short } from "../lib/format";
import { points, rates, withSample, type Sample } from "../lib/series";
import { Chart } from "../parts/chart";
import { Head, Trouble } from "../parts/small";

interface Stats {
  uptime_s: number;
  commands: number;
  http: { requests: number; p50_us: number; p99_us: number; requests_waiting_for_drivers: number };
  memory: { used_bytes: number; peak_bytes: number; max_bytes: number };
  clients: number;
  orders: { open: number; offered: number };
  keys: number;
  errors: number;
  slowest_commands: { command: string; calls: number; mean_us: number }[];
}

const sampleOf = (stats: Stats): Sample => ({
  time_ms: Date.now(), commands: stats.commands, requests: stats.http.requests, p50_us: stats.http.p50_us, p99_us: stats.http.p99_us,
  used_bytes: stats.memory.used_bytes, offered: stats.orders.offered, open: stats.orders.open, clients: stats.clients,
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
        <Chart title="Time in the server" format={micro} lines={[
          { label: "p99", points: points(series, (each) => each.p99_us) },
          { label: "p50", points: points(series, (each) => each.p50_us), faint: true }]} />
        <Chart title="Orders" format={count} lines={[
          { label: "open", points: points(series, (each) => each.open) },
          { label: "offered now", points: points(series, (each) => each.offered), faint: true }]} />
        <Chart title="Memory" format={bytes} lines={[{ label: "used", points: points(series, (each) => each.used_bytes) }]} />
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
    ["Commands", short(stats.commands)],
    ["Error replies", count(stats.errors)],
    ["Memory at its peak", bytes(stats.memory.peak_bytes)],
    ["Memory limit", stats.memory.max_bytes ? bytes(stats.memory.max_bytes) : "none"],
    ["Requests waiting for a driver", count(stats.http.requests_waiting_for_drivers)],
  ];
  const slowest = Math.max(1, ...stats.slowest_commands.map(({ mean_us }) => mean_us));
  return (
    <div class="columns">
      <section class="card">
        <h2>Now</h2>
        <dl class="facts">
          {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
        </dl>
      </section>
      <section class="card grow">
        <table class="slow">
          <caption><h2>Slowest commands, on average</h2></caption>
          <thead><tr><th scope="col">Command</th><th scope="col" class="number">Calls</th><th scope="col" class="number">Mean</th><td /></tr></thead>
          <tbody>
            {stats.slowest_commands.map(({ command, calls, mean_us }) => (
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
    </div>
  );
}
