// Every order the page has heard of, from /v1/events and from what it asked for itself.
import { signal } from "@preact/signals";
import { LiveSocket } from "./live_socket";

export interface OrderEvent {
  seq: number;
  event: string;
  order: string;
  state: string;
  driver?: string | null;
  token?: number;
  distance_m?: number;
  expires_at_ms?: number;
  time_ms: number;
  sequence?: number;
  reason?: string;
}

/** What the page itself knows of an order it placed. Times are the browser's. */
export interface Placed {
  order: string;
  requested_ms: number;
  answered_ms?: number;
  server_ms?: number;
  outcome?: string;
}

const kMaxEvents = 5000;

/** Oldest first. */
export const events = signal<OrderEvent[]>([]);
export const placed = signal<ReadonlyMap<string, Placed>>(new Map());
/** Text for a person when the stream has a gap. */
export const missed = signal("");

export const orderId = (key: string): string => key.replace(/^order:/, "");
export const driverId = (member: string): string => member.replace(/^driver:/, "");

export function notePlaced(one: Placed): void {
  const next = new Map(placed.value);
  next.set(one.order, { ...next.get(one.order), ...one });
  placed.value = next;
}

/** Known events and new ones; a stream that is resumed may send some twice. */
export function withEvents(known: OrderEvent[], batch: OrderEvent[]): OrderEvent[] {
  let newest = known[known.length - 1]?.seq ?? 0;
  const fresh = batch.filter((event) => {
    if (event.seq <= newest) return false;
    newest = event.seq;
    return true;
  });
  return fresh.length === 0 ? known : [...known, ...fresh].slice(-kMaxEvents);
}

let waiting: OrderEvent[] = [];

// A busy city has hundreds of events a second: the page is told of them in batches.
function publishSoon(event: OrderEvent): void {
  if (waiting.push(event) > 1) return;
  setTimeout(() => {
    const batch = waiting;
    waiting = [];
    events.value = withEvents(events.value, batch);
  }, 50);
}

type Message = Partial<OrderEvent> & { type?: string; run?: string; from?: number | null; to?: number | null };

let run = "";

function receive(text: string): void {
  const message = JSON.parse(text) as Message;
  if (message.event && message.order) return publishSoon(message as OrderEvent);
  if (message.type === "hello") {
    // A server that has begun again counts from the start, and knows nothing of what was before.
    const isNew = run !== "" && message.run !== run;
    run = message.run ?? "";
    if (isNew || (message.seq ?? 0) < newest()) events.value = [];
  }
  // On arrival the page has missed nothing: the server keeps only so many changes.
  if (message.type === "missed" && events.value.length > 0 && message.from && message.to)
    missed.value = `${message.to - message.from + 1} changes were missed while the page was away.`;
}

const newest = (): number => events.value[events.value.length - 1]?.seq ?? 0;

let live: LiveSocket | null = null;

export function followEvents(): LiveSocket {
  live ??= new LiveSocket(() => `/v1/events?since=${newest()}`, { text: receive });
  return live;
}
