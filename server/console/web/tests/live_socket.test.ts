import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../src/lib/live_socket";
import { withEvents, type OrderEvent } from "../src/lib/orders";

test("waiting doubles, is bounded, and is scattered so that not all pages come at once", () => {
  assert.deepEqual([0, 1, 2, 10].map((attempt) => backoff(attempt, 1)), [300, 600, 1200, 8000]);
  assert.deepEqual([0, 10].map((attempt) => backoff(attempt, 0)), [150, 4000]);
});

test("events that are sent again after a reconnect are taken once", () => {
  const event = (seq: number) => ({ seq }) as OrderEvent;
  const known = withEvents([event(1)], [event(1), event(2), event(2), event(3)]);
  assert.deepEqual(known.map(({ seq }) => seq), [1, 2, 3]);
  assert.equal(withEvents(known, [event(2)]), known);
  assert.equal(withEvents([], Array.from({ length: 6000 }, (_, n) => event(n + 1))).length, 5000);
});
