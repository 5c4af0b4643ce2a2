// What a test can do to a server or a workspace: thin names over CLOCK, FAULT, SNAPSHOT, FIXTURE and CALLS.

/** Pairs of a flat reply as an object. */
function asObject(flat) {
  const object = {};
  for (let i = 0; i < flat.length; i += 2) object[flat[i]] = flat[i + 1];
  return object;
}

/** { command: "set", key: "a*" } as the words of a filter. */
function filterWords(filter = {}) {
  return Object.entries(filter).flatMap(([name, value]) => [name.toUpperCase(), value]);
}

/** A number is milliseconds; a text is "30s", "1h30m". */
function duration(value) {
  return typeof value === "number" ? `${value}ms` : value;
}

function effectWords(effect) {
  if (typeof effect === "string") return [effect.toUpperCase()];
  const [[name, value]] = Object.entries(effect);
  if (name === "error") return ["ERROR", value];
  if (name === "down") return ["DOWN", duration(value)];
  if (name !== "delay") throw new TypeError(`no effect of a fault: ${name}`);
  const [min, max = min] = Array.isArray(value) ? value : [value];
  return ["DELAY", duration(min), "TO", duration(max)];
}

/** The controls over `command(...words)`. */
export function controlsOver(command) {
  return {
    command,
    clock: {
      freeze: () => command("CLOCK", "FREEZE"),
      run: () => command("CLOCK", "RUN"),
      advance: (by) => command("CLOCK", "ADVANCE", duration(by)),
      set: (moment) => command("CLOCK", "SET", Number(moment)),
      now: async () => {
        const [seconds, microseconds] = await command("TIME");
        return new Date(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000));
      },
    },
    faults: {
      add: (filter, effect) => command("FAULT", "ADD", ...filterWords(filter), ...effectWords(effect)),
      remove: async (id) => (await command("FAULT", "REMOVE", id)) === 1,
      clear: () => command("FAULT", "CLEAR"),
      list: async () => (await command("FAULT", "LIST")).map(asObject),
    },
    snapshots: {
      take: (name) => command("SNAPSHOT", "TAKE", name),
      restore: (name) => command("SNAPSHOT", "RESTORE", name),
      drop: (name) => command("SNAPSHOT", "DROP", name),
      list: () => command("SNAPSHOT", "LIST"),
      diff: (before, ...after) => command("SNAPSHOT", "DIFF", before, ...after),
    },
    fixtures: {
      load: (data) => command("FIXTURE", "LOAD", typeof data === "string" ? data : JSON.stringify(data)),
      dump: async () => JSON.parse(await command("FIXTURE", "DUMP")),
      dumpCommands: () => command("FIXTURE", "DUMP", "COMMANDS"),
    },
    calls: {
      start: () => command("CALLS", "START"),
      stop: () => command("CALLS", "STOP"),
      list: async (filter) => (await command("CALLS", "LIST", ...filterWords(filter))).map(asObject),
      count: (filter) => command("CALLS", "COUNT", ...filterWords(filter)),
      expectExactly: (count, filter) => command("CALLS", "EXPECT", "EXACTLY", count, ...filterWords(filter)),
      expectAtLeast: (count, filter) => command("CALLS", "EXPECT", "ATLEAST", count, ...filterWords(filter)),
      expectAtMost: (count, filter) => command("CALLS", "EXPECT", "ATMOST", count, ...filterWords(filter)),
      expectNever: (filter) => command("CALLS", "EXPECT", "NEVER", ...filterWords(filter)),
    },
  };
}
