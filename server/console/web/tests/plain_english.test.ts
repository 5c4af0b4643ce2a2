import assert from "node:assert/strict";
import { test } from "node:test";
import { fields, tell } from "../src/lib/plain_english";
import { kTour, words } from "../src/lib/tour";

test("the five steps are told as a person would", () => {
  const near = [["driver:D4", "1.5068", ["77.58", "12.96"]], ["driver:D2", "1.2", ["77.59", "12.98"]]];
  const told = kTour.map((step) => words(step));
  assert.match(tell(told[0]!, near, false), /within 5 km.*nearest first, at most 10\. 2 members found; first is driver:D4, 1\.5068 away/);
  assert.match(tell(told[1]!, ["driver:D4"], false), /has 1 member\./);
  assert.match(tell(told[2]!, "OK", false), /no other SET \.\.\. NX can take it\. It goes away by itself in 30 s/);
  assert.match(tell(told[2]!, null, false), /nothing was changed: somebody else holds it/);
  assert.match(tell(told[3]!, 1, false), /the lock is free at once/);
  assert.match(tell(told[4]!, 1, false), /driver:D4 left the set/);
  const record = { order: "order:ORD_2848", state: "assigned", driver: "driver:D2", distance: "1.2595", token: 1 };
  assert.match(tell(told[5]!, record, false), /order:ORD_2848: it is assigned\. Driver: driver:D2, 1\.2595 away, token 1\.$/);
});

test("an error, an unknown command and a reply in pairs", () => {
  assert.match(tell(["SET"], null, true), /^Refused/);
  assert.equal(tell(["OBJECT", "HELP"], [], false, "A container for object introspection commands."), "A container for object introspection commands.");
  assert.deepEqual(fields(["state", "assigned", "token", 3]), { state: "assigned", token: 3 });
  assert.deepEqual(fields([["state", "assigned"], ["token", 3]]), { state: "assigned", token: 3 });
});
