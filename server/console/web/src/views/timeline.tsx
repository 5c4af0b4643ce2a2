// One order's steps with their real times. The page plays the restaurant and, where an offer is open, the driver.
import { useEffect, useState } from "preact/hooks";
import { api, explainError } from "../lib/api";
import { clock, duration } from "../lib/format";
import { driverId, events, missed, orderId, placed, type OrderEvent } from "../lib/orders";
import { merged, ordersOf, storyOf, type Entry, type Summary } from "../lib/timeline";
import { Head, Trouble } from "../parts/small";

const kMaxListed = 40;
const kEnded = new Set(["completed", "cancelled", "expired", "unassigned"]);

export function TimelineView({ rest }: { rest: string }) {
  const summaries = ordersOf(events.value, kMaxListed);
  const shown = rest || orderId(summaries[0]?.order ?? "");
  return (
    <>
      <Head title="Timeline">One order, from the request to the delivery, with the times at which the server decided.</Head>
      <Trouble text={missed.value} />
      <div class="columns">
        <OrderList summaries={summaries} shown={shown} />
        {shown ? <Story key={shown} id={shown} /> : <Nothing />}
      </div>
    </>
  );
}

function Nothing() {
  return (
    <section class="card grow empty-card">
      <h2>No order yet</h2>
      <p class="note">As soon as somebody places an order, here or with redis-cli, it appears by itself.</p>
      <a class="button" href="#/map">Place one on the map</a>
    </section>
  );
}

function OrderList({ summaries, shown }: { summaries: Summary[]; shown: string }) {
  return (
    <section class="card order-list" aria-label="Orders">
      <h2>Orders</h2>
      {summaries.length === 0 && <p class="note">None so far.</p>}
      <ul>
        {summaries.map(({ order, state, driver, newest }) => (
          <li key={order}>
            <a href={`#/timeline/${encodeURIComponent(orderId(order))}`} aria-current={orderId(order) === shown ? "true" : undefined}>
              <span class="order-name">{orderId(order)}</span>
              <span class={`state ${state}`}>{state}</span>
              <span class="order-when">{clock(newest.time_ms).slice(0, 8)}{driver ? ` · ${driverId(driver)}` : ""}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Ticks while something counts down. */
function useNow(active: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!active) return;
    const timer = window.setInterval(() => setNow(Date.now()), 200);
    return () => window.clearInterval(timer);
  }, [active]);
  return active ? now : Date.now();
}

/** What the server remembers of the order from before the page came. */
function useRemembered(id: string): OrderEvent[] {
  const [remembered, setRemembered] = useState<OrderEvent[]>([]);
  useEffect(() => {
    api<{ timeline?: Omit<OrderEvent, "order" | "state">[] }>("GET", `/v1/orders/${encodeURIComponent(id)}`).then(
      ({ timeline = [] }) => setRemembered(timeline.map((event) => ({ ...event, order: `order:${id}`, state: event.event }))),
      () => undefined);
  }, [id]);
  return remembered;
}

function Story({ id }: { id: string }) {
  const mine = merged(events.value.filter(({ order }) => orderId(order) === id), useRemembered(id));
  const known = placed.value.get(`order:${id}`);
  const story = storyOf(mine, known);
  const last = mine[mine.length - 1];
  const now = useNow(last?.state === "offered");
  const total = story.length > 1 ? story[story.length - 1]!.time_ms - story[0]!.time_ms : 0;
  return (
    <section class="card grow story" aria-label={`Order ${id}`}>
      <div class="story-head">
        <h2>{id}</h2>
        {last && <span class={`state ${last.state}`}>{last.state}</span>}
        {total > 0 && <span class="note">{kEnded.has(last?.state ?? "") ? `in ${duration(total)}` : `${duration(total)} so far`}</span>}
      </div>
      {story.length === 0 && <p class="note">Nothing is known of this order since the server began.</p>}
      <ol class="steps" aria-live="polite">
        {story.map((entry, at) => <Step key={at} entry={entry} total={total} />)}
      </ol>
      {last?.state === "offered" && <Answer event={last} left={Math.max(0, (last.expires_at_ms ?? now) - now)} />}
      {last?.state === "assigned" && <Trip event={last} />}
      {last && ["unassigned", "cancelled", "expired"].includes(last.state) && known?.outcome && <p class="note">{known.outcome}</p>}
    </section>
  );
}

function Step({ entry, total }: { entry: Entry; total: number }) {
  const { kind, title, detail, time_ms, after_ms } = entry;
  const share = total > 0 && after_ms !== undefined ? Math.max(0.4, (after_ms / total) * 100) : 0;
  return (
    <li class={`step ${kind}`}>
      <time dateTime={new Date(time_ms).toISOString()}>{clock(time_ms)}</time>
      <div>
        <strong>{title}</strong>
        {detail && <span class="note">{detail}</span>}
        {after_ms !== undefined && (
          <span class="took">
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width={share} height="4" rx="1" /></svg>
            {after_ms < 1 ? "at once" : `+ ${duration(after_ms)}`}
          </span>
        )}
      </div>
    </li>
  );
}

function useAct(event: OrderEvent): [act: (verb: string) => void, trouble: string] {
  const [trouble, setTrouble] = useState("");
  const act = (verb: string) => {
    api("POST", `/v1/orders/${encodeURIComponent(orderId(event.order))}/${verb}`, { token: event.token })
      .then(() => setTrouble(""), (error) => setTrouble(explainError(error)));
  };
  return [act, trouble];
}

function Answer({ event, left }: { event: OrderEvent; left: number }) {
  const [act, trouble] = useAct(event);
  return (
    <div class="answer">
      <p>
        You are <strong>{driverId(event.driver ?? "")}</strong>: will you take it? <span class="countdown">{Math.ceil(left / 1000)} s left</span>
      </p>
      <div class="row actions">
        <button class="primary" onClick={() => act("accept")}>Accept</button>
        <button onClick={() => act("reject")}>Decline</button>
        <span class="note">or wait, and the next driver is asked</span>
      </div>
      <Trouble text={trouble} />
    </div>
  );
}

function Trip({ event }: { event: OrderEvent }) {
  const [act, trouble] = useAct(event);
  return (
    <div class="answer">
      <div class="row actions">
        <button class="primary" onClick={() => act("complete")}>Delivered</button>
        <button onClick={() => act("release")}>Give it back</button>
        <button class="quiet" onClick={() => act("cancel")}>Cancel the order</button>
      </div>
      <Trouble text={trouble} />
    </div>
  );
}
