import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, count, distance, duration, short } from "../src/lib/format";

test("numbers are written as people read them", () => {
  assert.equal(count(100000), "100,000");
  assert.deepEqual([950, 12345, 2_500_000].map(short), ["950", "12.3 k", "2.5 M"]);
  assert.deepEqual([10, 2048, 5 * 1024 ** 2].map(bytes), ["10 B", "2 KB", "5.0 MB"]);
  assert.deepEqual([0.34, 1.24, 12, 3400, 125000].map(duration), ["340 µs", "1.2 ms", "12 ms", "3.4 s", "2 min 5 s"]);
  assert.deepEqual([0.82, 1.5068, 24.06].map(distance), ["820 m", "1.51 km", "24.1 km"]);
});
