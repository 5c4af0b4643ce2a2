// One order's story from its events: what happened, when, and how long each step took.
import { distance, duration } from "./format";
import { driverId, type OrderEvent, type Placed } from "./orders";

export interface Entry {
  kind: string;
  title: string;
  detail: string;
  time_ms: number;
  /** Since the step before; missing for the first. */
  after_ms?: number;
}

const kTitles: Record<string, (who: string) => string> = {
  offered: (who) => `Offered to ${who}`,
  assigned: (who) => `${who} has it`,
  rejected: (who) => `${who} declined`,
  timed_out: (who) => `${who} did not answer in time`,
  lost: (who) => `${who} was lost`,
  released: (who) => `${who} gave it back`,
  completed: (who) => `Delivered by ${who}`,
  cancelled: () => "Cancelled",
  expired: () => "Expired",
  unassigned: () => "No driver left to ask",
};

function detailOf({ event, distance_m, token, expires_at_ms, time_ms, reason }: OrderEvent): string {
  const parts: string[] = [];
  if (distance_m !== undefined && (event === "offered" || event === "assigned")) parts.push(`${distance(distance_m / 1000)} away`);
  if (event === "offered" && expires_at_ms) parts.push(`${duration(expires_at_ms - time_ms)} to answer`);
  if (token !== undefined && token > 0) parts.push(`token ${token}`);
  if (reason) parts.push(reason);
  return parts.join(" · ");
}

export function storyOf(events: OrderEvent[], known?: Placed): Entry[] {
  const entries: Entry[] = events.map((event) => ({
    kind: event.event,
    title: (kTitles[event.event] ?? (() => event.event))(event.driver ? driverId(event.driver) : "the driver"),
    detail: detailOf(event),
    time_ms: event.time_ms,
  }));
  if (known) {
    // The browser's clock has fractions that the server's has not: the request never comes after its own effect.
    const time_ms = Math.min(known.requested_ms, entries[0]?.time_ms ?? known.requested_ms);
    entries.unshift({ kind: "requested", title: "Requested", detail: requestDetail(known), time_ms });
  }
  return entries.map((entry, at) => (at === 0 ? entry : { ...entry, after_ms: Math.max(0, entry.time_ms - entries[at - 1]!.time_ms) }));
}

function requestDetail({ answered_ms, server_ms }: Placed): string {
  if (answered_ms === undefined) return "POST /v1/delivery/assign, waiting for the answer";
  const inside = server_ms === undefined ? "" : `, ${duration(server_ms)} of it in the server`;
  return `POST /v1/delivery/assign, answered after ${duration(answered_ms)}${inside}`;
}

/** What the stream brought and what the server remembers of the order, each change once. */
export function merged(streamed: OrderEvent[], remembered: OrderEvent[]): OrderEvent[] {
  const bySeq = new Map([...remembered, ...streamed].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

export interface Summary {
  order: string;
  state: string;
  driver?: string;
  newest: OrderEvent;
}

/** The orders of the events, the one that changed last first. Those of the race stay among themselves. */
export function ordersOf(events: OrderEvent[], max: number): Summary[] {
  const found = new Map<string, Summary>();
  for (let at = events.length - 1; at >= 0 && found.size < max; --at) {
    const event = events[at]!;
    if (found.has(event.order) || event.order.startsWith("race:")) continue;
    found.set(event.order, { order: event.order, state: event.state, newest: event, ...(event.driver ? { driver: event.driver } : {}) });
  }
  return [...found.values()];
}
