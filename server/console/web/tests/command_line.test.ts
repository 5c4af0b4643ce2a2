import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, completions, hintAfter, readable, splitSyntax, splitWords, UnbalancedQuotes } from "../src/lib/command_line";

const words = (line: string) => splitWords(line).map(({ text }) => text);

test("a line is split as redis-cli splits it", () => {
  assert.deepEqual(words('SET agent:D4:lock "order:ORD_2847" NX EX 30'), ["SET", "agent:D4:lock", "order:ORD_2847", "NX", "EX", "30"]);
  assert.deepEqual(words(`SET k "a \\"b\\" \\n" 'it\\'s'`), ["SET", "k", 'a "b" \n', "it's"]);
  assert.deepEqual(words('  SET  k "" '), ["SET", "k", ""]);
  assert.throws(() => splitWords('GET "k'), UnbalancedQuotes);
});

const commands = new Map(
  [
    ["SET", "SET key value [NX | XX] [EX seconds]"],
    ["SETNX", "SETNX key value"],
    ["CONFIG GET", "CONFIG GET parameter [parameter ...]"],
    ["ASSIGN", "ASSIGN geo available order"],
  ].map(([name, syntax]) => [name!, { name: name!, syntax: syntax!, summary: "", group: "" }]),
);
const names = (line: string) => completions(line, commands).map(({ name }) => name);

test("completion offers what begins alike, the usual first", () => {
  assert.deepEqual(names("s"), ["SET", "SETNX"]);
  assert.deepEqual(names("set"), ["SETNX"]);
  assert.deepEqual(names("set "), []);
  assert.deepEqual(names("config "), ["CONFIG GET"]);
  assert.deepEqual(names(""), []);
});

test("the hint is what is still to be typed", () => {
  const set = commandOf(["set"], commands)!;
  assert.equal(hintAfter("set", set), "key value [NX | XX] [EX seconds]");
  assert.equal(hintAfter("set k v", set), "[NX | XX] [EX seconds]");
  assert.equal(commandOf(["config", "get", "x"], commands)?.name, "CONFIG GET");
  assert.deepEqual(splitSyntax("A <b c> [d [e]]"), ["A", "<b c>", "[d [e]]"]);
});

test("the server's own syntax is made readable", () => {
  const listed = { name: "config|set", syntax: "parameter value [count:integer | unix-time-seconds:unix-time]", summary: "", group: "" };
  assert.deepEqual(readable(listed), { ...listed, name: "CONFIG SET", syntax: "CONFIG SET parameter value [count | unix-time-seconds]" });
});
