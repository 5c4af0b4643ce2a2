import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, curlOf, endpointsOf, exampleOf } from "../src/lib/openapi";
import { ceiling, rates, withSample, type Sample } from "../src/lib/series";
import { merged, ordersOf, storyOf } from "../src/lib/timeline";

const event = (seq: number, name: string, time_ms: number, more = {}) =>
  ({ seq, event: name, order: "order:ORD_1", state: name === "rejected" ? "offered" : name, driver: "driver:D4", token: seq, time_ms, ...more });

test("an order's story has its steps and the time between them", () => {
  const events = [
    event(1, "offered", 1000, { distance_m: 1506.8, expires_at_ms: 31_000 }),
    event(2, "rejected", 3500),
    event(3, "assigned", 3501, { driver: "driver:D2" }),
  ];
  const story = storyOf(events, { order: "order:ORD_1", requested_ms: 1000.4, answered_ms: 2600, server_ms: 2501 });
  assert.deepEqual(story.map(({ title }) => title), ["Requested", "Offered to D4", "D4 declined", "D2 has it"]);
  assert.deepEqual(story.map(({ after_ms }) => after_ms), [undefined, 0, 2500, 1]);
  assert.equal(story[1]!.detail, "1.51 km away · 30.0 s to answer · token 1");
  assert.equal(story[0]!.detail, "POST /v1/delivery/assign, answered after 2.6 s, 2.5 s of it in the server");
  assert.deepEqual(ordersOf(events, 10).map(({ order, state }) => [order, state]), [["order:ORD_1", "assigned"]]);
});

test("what the server remembers comes before what is streamed, each once", () => {
  const [first, second] = [event(1, "offered", 1000), event(2, "assigned", 2000)];
  assert.deepEqual(merged([second], [first, { ...second, distance_m: 1 }]), [first, second]);
});

const sample = (time_ms: number, commands: number) => ({ time_ms, commands }) as Sample;

test("charts show rates, and begin again with a new server", () => {
  let series = withSample([], sample(0, 100));
  series = withSample(series, sample(2000, 300));
  assert.deepEqual(rates(series, (each) => each.commands), [{ time_ms: 2000, value: 100 }]);
  assert.equal(withSample(series, sample(3000, 5)).length, 1);
  assert.equal(withSample(series, sample(121_000, 500)).length, 2);
  assert.deepEqual([0, 0.9, 1.2, 130, 7600].map(ceiling), [1, 1, 1.5, 150, 10_000]);
});

test("an endpoint is ready to try from its description", () => {
  const number = (example: number) => ({ type: "number", examples: [example] });
  const [assign, get] = endpointsOf({
    info: { title: "", version: "" },
    paths: {
      "/v1/delivery/assign": { post: { requestBody: { content: { "application/json": { schema: {
        type: "object", required: ["order_id", "location"],
        properties: { order_id: { type: "string", examples: ["ORD_1"] }, note: { type: "string" },
          location: { type: "object", properties: { lat: number(12.9716), lng: number(77.5946) } } },
      } } } } } },
      "/v1/orders/{id}": { get: { parameters: [{ name: "id", in: "path", required: true }, { name: "city", in: "query" }] } },
    },
  });
  assert.deepEqual(exampleOf(assign!.body!), { order_id: "ORD_1", location: { lat: 12.9716, lng: 77.5946 } });
  assert.equal(addressOf(get!, { id: "a/b", city: "blr" }), "/v1/orders/a%2Fb?city=blr");
  assert.throws(() => addressOf(get!, {}), /id is needed/);
  assert.equal(curlOf("GET", "/v1/stats", undefined, "http://h"), "curl 'http://h/v1/stats'");
});
