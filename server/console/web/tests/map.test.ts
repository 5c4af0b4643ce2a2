import assert from "node:assert/strict";
import { test } from "node:test";
import { Fleet, latitudeOf, mercatorX, mercatorY } from "../src/map/fleet";
import { decode, Kind, Status } from "../src/map/protocol";
import { seeded, Streets } from "../src/map/streets";

type Entry = [index: number, lng: number, lat: number, status: number];

function message(kind: number, entries: Entry[]): ArrayBuffer {
  const buffer = new ArrayBuffer(8 + 16 * entries.length);
  const view = new DataView(buffer);
  view.setUint8(0, 1);
  view.setUint8(1, kind);
  view.setUint32(4, entries.length, true);
  entries.forEach(([index, lng, lat, status], n) => {
    view.setUint32(8 + 16 * n, index, true);
    view.setInt32(12 + 16 * n, Math.round(lng * 1e6), true);
    view.setInt32(16 + 16 * n, Math.round(lat * 1e6), true);
    view.setUint8(20 + 16 * n, status);
  });
  return buffer;
}

test("the map's messages are read, and others refused", () => {
  const read = decode(message(Kind.Changes, [[7, 77.5946, 12.9716, Status.Busy]]))!;
  assert.deepEqual([read.kind, read.count, ...read.words], [2, 1, 7, 77594600, 12971600, 3]);
  assert.equal(decode(new ArrayBuffer(4)), null);
  assert.equal(decode(new ArrayBuffer(8)), null);
});

test("a fleet counts its drivers, moves them smoothly, and forgets those who are gone", () => {
  const fleet = new Fleet(77.5946, 12.9716);
  let now = 1000;
  fleet.now = () => now;
  fleet.take(message(Kind.SnapshotStart, []));
  fleet.take(message(Kind.SnapshotPart, [[0, 77.5946, 12.9716, Status.Available], [2, 77.6, 12.98, Status.Busy]]));
  assert.deepEqual(fleet.numbers, [1, 1, 0, 1, 0]);
  now = 3000;
  fleet.take(message(Kind.Changes, [[0, 77.6046, 12.9716, Status.Offered]]));
  assert.deepEqual(fleet.numbers, [1, 0, 1, 1, 0]);
  const way = mercatorX(77.6046) - mercatorX(77.5946);
  const part = () => Math.round((fleet.place(0, now).x / way) * 100);
  now = 4000; // two seconds lay between the reports, and so long they glide
  assert.equal(part(), 50);
  now = 9000;
  assert.equal(part(), 100);
  assert.equal(fleet.nearest(way, 0, way / 10), 0);
  fleet.take(message(Kind.Changes, [[0, 0, 0, Status.Gone]]));
  assert.equal(fleet.nearest(way, 0, way / 10), -1);
  fleet.take(message(Kind.SnapshotStart, []));
  assert.deepEqual(fleet.numbers, [0, 0, 0, 0, 0]);
});

test("places are projected there and back", () => {
  for (const latitude of [-60, 0, 12.9716, 80]) assert.ok(Math.abs(latitudeOf(mercatorY(latitude)) - latitude) < 1e-9);
});

test("riders stay in their city and never jump", () => {
  const streets = new Streets({ lng: 77.5946, lat: 12.9716 }, 5, seeded(1));
  const riders = Array.from({ length: 50 }, () => streets.rider());
  for (let second = 0; second < 600; ++second) {
    for (const rider of riders) {
      const before = streets.place(rider);
      streets.move(rider, 1);
      const after = streets.place(rider);
      assert.ok(Math.hypot(after.lng - before.lng, after.lat - before.lat) < 0.0005);
      assert.ok(Math.hypot(after.lng - 77.5946, after.lat - 12.9716) < 0.08);
    }
  }
});
