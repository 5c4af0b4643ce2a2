// All drivers of a city as flat arrays, in the shape in which the graphics card wants them.
import { decode, Kind, Status } from "./protocol";

/** Longitude and latitude to the web's Mercator square, 0..1. */
export const mercatorX = (longitude: number): number => (180 + longitude) / 360;
export const mercatorY = (latitude: number): number =>
  (180 - (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))) / 360;
export const latitudeOf = (y: number): number => (360 / Math.PI) * Math.atan(Math.exp(((180 - y * 360) * Math.PI) / 180)) - 90;

/** Floats a driver: where they were (2), where they are (2), when they began to move, for how long, their status. */
export const kFloats = 7;
const kBegan = 4;
const kGlide = 5;
const kStatus = 6;

/** A driver glides to a new place for as long as there was between the last two reports, within these bounds. */
const kMinGlideMs = 900;
const kMaxGlideMs = 5000;

export class Fleet {
  /** Places are relative to here, or single precision would not do. In Mercator's units. */
  readonly anchor: { x: number; y: number };
  data = new Float32Array(1024 * kFloats);
  count = 0;
  /** Drivers by status. */
  readonly numbers = [0, 0, 0, 0, 0];
  /** What changed since the last upload: a range of drivers. */
  dirty: { from: number; to: number } | null = null;
  /** Until when somebody glides, on the fleet's clock. */
  movesUntil = 0;
  private readonly began = performance.now();

  constructor(longitude: number, latitude: number) {
    this.anchor = { x: mercatorX(longitude), y: mercatorY(latitude) };
  }

  /** Milliseconds on the fleet's own clock, small enough for single precision. */
  now(): number {
    return performance.now() - this.began;
  }

  /** Takes in one message. True if drivers may have changed. */
  take(buffer: ArrayBuffer): boolean {
    const message = decode(buffer);
    if (!message) return false;
    if (message.kind === Kind.SnapshotStart) this.clear();
    const now = this.now();
    for (let at = 0; at < message.words.length; at += 4) this.put(message.words, at, now);
    return true;
  }

  /** Where a driver is drawn at a time, relative to the anchor. */
  place(index: number, now: number): { x: number; y: number } {
    const at = index * kFloats;
    const { data } = this;
    const part = Math.min(1, Math.max(0, (now - data[at + kBegan]!) / data[at + kGlide]!));
    return { x: data[at]! + (data[at + 2]! - data[at]!) * part, y: data[at + 1]! + (data[at + 3]! - data[at + 1]!) * part };
  }

  status(index: number): number {
    return this.data[index * kFloats + kStatus] ?? Status.Gone;
  }

  /** The nearest driver to a place relative to the anchor, not farther than `reach`; -1 if there is none. */
  nearest(x: number, y: number, reach: number): number {
    const now = this.now();
    let best = -1;
    let least = reach * reach;
    for (let index = 0; index < this.count; ++index) {
      const at = index * kFloats;
      if (this.data[at + kStatus] === Status.Gone) continue;
      if (Math.abs(this.data[at + 2]! - x) > reach * 4 || Math.abs(this.data[at + 3]! - y) > reach * 4) continue;
      const place = this.place(index, now);
      const square = (place.x - x) ** 2 + (place.y - y) ** 2;
      if (square < least) [best, least] = [index, square];
    }
    return best;
  }

  /** The middle four fifths of the fleet, as west, south, east, north in degrees; null if nobody is there. */
  bounds(): [number, number, number, number] | null {
    const xs: number[] = [];
    const ys: number[] = [];
    const every = Math.max(1, Math.floor(this.count / 2000));
    for (let index = 0; index < this.count; index += every) {
      if (this.status(index) === Status.Gone) continue;
      xs.push(this.data[index * kFloats + 2]! + this.anchor.x);
      ys.push(this.data[index * kFloats + 3]! + this.anchor.y);
    }
    if (xs.length === 0) return null;
    const part = (sorted: Float64Array, share: number) => sorted[Math.round((sorted.length - 1) * share)]!;
    const [x, y] = [Float64Array.from(xs).sort(), Float64Array.from(ys).sort()];
    return [part(x, 0.1) * 360 - 180, latitudeOf(part(y, 0.9)), part(x, 0.9) * 360 - 180, latitudeOf(part(y, 0.1))];
  }

  private clear(): void {
    this.count = 0;
    this.numbers.fill(0);
    this.data.fill(0);
    this.dirty = { from: 0, to: 0 };
  }

  private put(words: Int32Array, from: number, now: number): void {
    const index = words[from]!;
    const status = words[from + 3]! & 0xff;
    if (index < 0 || index > 5_000_000) return;
    if (index >= this.count) this.grow(index + 1);
    const at = index * kFloats;
    const { data } = this;
    const before = data[at + kStatus]!;
    const x = Math.fround(mercatorX(words[from + 1]! / 1e6) - this.anchor.x);
    const y = Math.fround(mercatorY(words[from + 2]! / 1e6) - this.anchor.y);
    const was = before === Status.Gone ? { x, y } : this.place(index, now);
    const stays = x === data[at + 2] && y === data[at + 3];
    if (status !== Status.Gone && !(stays && before !== Status.Gone)) {
      const glide = before === Status.Gone ? kMinGlideMs : now - data[at + kBegan]!;
      data[at] = was.x;
      data[at + 1] = was.y;
      data[at + 2] = x;
      data[at + 3] = y;
      data[at + kBegan] = now;
      data[at + kGlide] = Math.min(kMaxGlideMs, Math.max(kMinGlideMs, glide));
      this.movesUntil = Math.max(this.movesUntil, now + data[at + kGlide]!);
    }
    data[at + kStatus] = status;
    --this.numbers[before]!;
    ++this.numbers[status]!;
    const { dirty } = this;
    this.dirty = dirty && dirty.to > dirty.from
      ? { from: Math.min(dirty.from, index), to: Math.max(dirty.to, index + 1) }
      : { from: index, to: index + 1 };
  }

  private grow(count: number): void {
    if (count * kFloats > this.data.length) {
      const larger = new Float32Array(Math.max(count, this.data.length / kFloats * 2) * kFloats);
      larger.set(this.data);
      this.data = larger;
    }
    this.numbers[Status.Gone]! += count - this.count;
    this.count = count;
  }
}
