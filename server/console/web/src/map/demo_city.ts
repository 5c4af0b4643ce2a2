// Fills a city with drivers and moves them, only when asked. It speaks to the server as anybody would: GEOADD, SADD,
// and the HTTP API for orders.
import { signal } from "@preact/signals";
import { api, explainError, run } from "../lib/api";
import { seeded, Streets, type Rider } from "./streets";

export const kDemoCity = "demo";
export const kDemoCentre = { lng: 77.5946, lat: 12.9716 };
export const kDemoSizes = [200, 2000, 20_000, 100_000] as const;

const kGeo = `drivers:geo:${kDemoCity}`;
const kAvailable = `drivers:available:${kDemoCity}`;
const kRestaurants = `restaurants:geo:${kDemoCity}`;
const kBatch = 1000;
const kTickMs = 250;

const kFirstNames = ["Aarav", "Aditi", "Ananya", "Anita", "Arjun", "Bhavana", "Charan", "Deepa", "Farhan", "Gauri", "Harish", "Imran",
  "Jaya", "Kavya", "Kiran", "Lata", "Manoj", "Meera", "Naveen", "Nisha", "Prakash", "Priya", "Rahul", "Rohit", "Sanjana", "Suresh",
  "Tara", "Uday", "Vidya", "Zoya"];
const kLastNames = ["Ali", "Bhat", "Desai", "Gowda", "Iyer", "Khan", "Krishnan", "Kumar", "Menon", "Naidu", "Pillai", "Rao", "Reddy",
  "Shah", "Sharma", "Shetty"];
const kVehicles = ["Bike", "Bike", "Scooter", "E-scooter", "Cycle"];
const kKitchens = ["Dosa Corner", "Kaveri Mess", "Green Leaf", "Malabar House", "Biryani Lane", "Udupi Sagar", "Tiffin Room",
  "Chaat Square", "Andhra Spice", "Noodle Works", "Idli & Co", "The Tandoor"];

/** In which part of the city each kitchen stands: crossings of streets. */
const kCorners = [[0, 1], [5, -3], [-6, 2], [3, 7], [-4, -7], [9, 3], [-10, -1], [1, -11], [7, 9], [-8, 8], [11, -6], [-2, 12]] as const;

// One script for a batch of profiles: names and vehicles of a thousand drivers in one request.
const kProfiles = `for i = 1, #ARGV, 4 do
  redis.call('HSET', ARGV[i], 'name', ARGV[i+1], 'rating', ARGV[i+2], 'vehicle', ARGV[i+3], 'city', KEYS[1])
end return #ARGV / 4`;

// Takes drivers out of the city, whoever filled it: an order that holds one of them goes with its driver.
const kSweep = `for _, driver in ipairs(ARGV) do
  local order = redis.call('GET', 'agent:' .. string.match(driver, ':(.*)') .. ':lock')
  if order then redis.call('DEL', order) end
  redis.call('DEL', driver)
end
return redis.call('ZREM', KEYS[1], unpack(ARGV))`;

async function sweep(): Promise<void> {
  for (;;) {
    const drivers = (await run("ZRANGE", kGeo, 0, kBatch - 1)) as string[];
    if (drivers.length === 0) break;
    await run("EVAL", kSweep, 1, kGeo, ...drivers);
  }
  await run("UNLINK", kAvailable, kRestaurants, `${kGeo}:token`, ...kKitchens.map((_, n) => `restaurant:demo${n + 1}`));
}

export type DemoState = "none" | "filling" | "moving" | "still" | "clearing";

export const demo = signal<{ state: DemoState; drivers: number; done: number; problem?: string }>({ state: "none", drivers: 0, done: 0 });
/** Orders a second, from the demo's restaurants. */
export const demoOrders = signal(0);

const name = (index: number): string => `driver:demo${index + 1}`;

class DemoCity {
  private readonly random = seeded(2847);
  readonly streets: Streets;
  readonly riders: Rider[];
  private next = 0;
  private timer: number | undefined;
  private busy = false;
  private last = performance.now();
  private orders = 0;
  private debt = 0;

  constructor(drivers: number) {
    this.streets = new Streets(kDemoCentre, Math.min(16, 3.6 + Math.sqrt(drivers) / 22), this.random);
    this.riders = Array.from({ length: drivers }, () => this.streets.rider());
  }

  async fill(): Promise<void> {
    await this.openRestaurants();
    for (let from = 0; from < this.riders.length; from += kBatch) {
      const to = Math.min(this.riders.length, from + kBatch);
      await this.report(from, to);
      const free: string[] = [];
      const profiles: string[] = [];
      for (let index = from; index < to; ++index) {
        if (this.random() < 0.7) free.push(name(index));
        profiles.push(name(index), `${this.pick(kFirstNames)} ${this.pick(kLastNames)}`, (3.8 + 1.2 * this.random()).toFixed(1), this.vehicle());
      }
      await Promise.all([run("SADD", kAvailable, ...free), run("EVAL", kProfiles, 1, kDemoCity, ...profiles)]);
      demo.value = { ...demo.value, done: to };
    }
  }

  start(): void {
    this.last = performance.now();
    this.timer = window.setInterval(() => void this.tick(), kTickMs);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
  }

  /** A small city reports every second, a large one every four, as apps do. A slow server is not hurried. */
  private async tick(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const now = performance.now();
    const seconds = Math.min(2, (now - this.last) / 1000);
    this.last = now;
    try {
      const period = this.riders.length > 4000 ? 4 : 1;
      const due = Math.min(this.riders.length, Math.ceil((this.riders.length / period) * seconds));
      for (let sent = 0; sent < due; ) {
        const to = Math.min(this.riders.length, this.next + Math.min(kBatch, due - sent));
        for (let index = this.next; index < to; ++index) this.streets.move(this.riders[index]!, period);
        await this.report(this.next, to);
        sent += to - this.next;
        this.next = to === this.riders.length ? 0 : to;
      }
      this.placeOrders(seconds);
    } catch {
      // The page says by its socket's state that the server is away; the drivers wait for it.
    } finally {
      this.busy = false;
    }
  }

  private report(from: number, to: number): Promise<unknown> {
    const args: (string | number)[] = [];
    for (let index = from; index < to; ++index) {
      const { lng, lat } = this.streets.place(this.riders[index]!);
      args.push(lng.toFixed(6), lat.toFixed(6), name(index));
    }
    return run("GEOADD", kGeo, ...args);
  }

  private async openRestaurants(): Promise<void> {
    for (const [index, kitchen] of kKitchens.entries()) {
      const [column, row] = kCorners[index]!;
      const location = this.streets.corner(column, row);
      await api("PUT", `/v1/restaurants/demo${index + 1}`, { name: kitchen, city: kDemoCity, location });
    }
  }

  private placeOrders(seconds: number): void {
    this.debt = Math.min(50, this.debt + demoOrders.value * seconds);
    for (; this.debt >= 1; --this.debt) void this.order();
  }

  /** One order: assigned at once, on the road for a while, delivered. */
  private async order(): Promise<void> {
    const index = Math.floor(this.random() * kKitchens.length);
    const [column, row] = kCorners[index]!;
    const id = `DEMO_${Date.now().toString(36).toUpperCase()}_${++this.orders}`;
    try {
      await api("POST", "/v1/delivery/assign", {
        order_id: id, restaurant_id: `demo${index + 1}`, city: kDemoCity, location: this.streets.corner(column, row),
        strategy: "nearest", radius_km: 5, timeout_sec: 30, mode: "assign",
      });
      window.setTimeout(() => void api("POST", `/v1/orders/${id}/complete`, {}).catch(() => undefined), 8000 + 14_000 * this.random());
    } catch {
      // Nobody in reach: the event says so to all who look.
    }
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  private vehicle(): string {
    const letters = () => String.fromCharCode(65 + Math.floor(this.random() * 26));
    const plate = `KA0${1 + Math.floor(this.random() * 5)}${letters()}${letters()}${1000 + Math.floor(this.random() * 9000)}`;
    return `${this.pick(kVehicles)} · ${plate}`;
  }
}

let city: DemoCity | null = null;

export async function fillDemoCity(drivers: number): Promise<void> {
  demo.value = { state: "filling", drivers, done: 0 };
  try {
    city?.stop();
    await sweep();
    city = new DemoCity(drivers);
    await city.fill();
    city.start();
    demo.value = { state: "moving", drivers, done: drivers };
  } catch (error) {
    demo.value = { state: "none", drivers: 0, done: 0, problem: explainError(error) };
  }
}

export function moveDemoCity(moving: boolean): void {
  if (!city) return;
  if (moving) city.start();
  else city.stop();
  demo.value = { ...demo.value, state: moving ? "moving" : "still" };
}

export async function clearDemoCity(): Promise<void> {
  demo.value = { ...demo.value, state: "clearing" };
  demoOrders.value = 0;
  city?.stop();
  city = null;
  const problem = await sweep().then(() => "", explainError);
  demo.value = { state: "none", drivers: 0, done: 0, problem };
}
