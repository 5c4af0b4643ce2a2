// A command as it is typed: its words, its hint, its completions.

export interface Word {
  text: string;
  start: number;
  end: number;
}

export class UnbalancedQuotes extends Error {
  constructor() {
    super("A quotation mark is not closed.");
  }
}

const kEscapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** The words of a line, as redis-cli splits it: "..." with escapes, '...' as it stands. */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at]!)) {
      ++at;
      continue;
    }
    const word = readWord(line, at);
    words.push(word);
    at = word.end;
  }
  return words;
}

function readWord(line: string, start: number): Word {
  let text = "";
  let quote = "";
  let at = start;
  for (; at < line.length; ++at) {
    const char = line[at]!;
    if (quote === "") {
      if (/\s/.test(char)) break;
      if (char === '"' || char === "'") quote = char;
      else text += char;
    } else if (char === quote) {
      quote = "";
    } else if (char === "\\" && quote === '"' && at + 1 < line.length) {
      const next = line[++at]!;
      text += kEscapes[next] ?? next;
    } else if (char === "\\" && quote === "'" && line[at + 1] === "'") {
      text += line[++at]!;
    } else {
      text += char;
    }
  }
  if (quote !== "") throw new UnbalancedQuotes();
  return { text, start, end: at };
}

export interface CommandInfo {
  name: string;
  summary: string;
  syntax: string;
  group: string;
  since?: string;
}

/** A command as the server lists it, with a syntax for people: "key longitude:double" becomes "GEOADD key longitude". */
export function readable(listed: CommandInfo): CommandInfo {
  const name = listed.name.toUpperCase().replace("|", " ");
  const syntax = listed.syntax.replace(/([\w-]+):[\w-]+/g, "$1");
  return { ...listed, name, syntax: syntax.toUpperCase().startsWith(`${name} `) ? syntax : `${name} ${syntax}`.trim() };
}

/** The command that the words name: "CONFIG GET" before "CONFIG". */
export function commandOf(words: string[], commands: ReadonlyMap<string, CommandInfo>): CommandInfo | undefined {
  const two = `${words[0] ?? ""} ${words[1] ?? ""}`.toUpperCase().trim();
  return commands.get(two) ?? commands.get((words[0] ?? "").toUpperCase());
}

/** Names that begin as the line does; those most used in a city first. */
export function completions(line: string, commands: ReadonlyMap<string, CommandInfo>, max = 8): CommandInfo[] {
  const typed = line.trimStart().toUpperCase();
  if (typed === "" || (typed.endsWith(" ") && commands.has(typed.trim()) && !hasSubcommands(typed, commands))) return [];
  const fitting = [...commands.values()].filter(({ name }) => name.startsWith(typed) && name !== typed);
  return fitting.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name)).slice(0, max);
}

const hasSubcommands = (typed: string, commands: ReadonlyMap<string, CommandInfo>): boolean =>
  [...commands.keys()].some((name) => name.startsWith(typed));

const kFirst = ["ASSIGN", "GEORADIUS", "GEOADD", "GEOSEARCH", "SMEMBERS", "SET", "SADD", "SREM", "DEL", "GET", "HGETALL"];

function rank({ name }: CommandInfo): number {
  const place = kFirst.indexOf(name);
  return place < 0 ? kFirst.length : place;
}

/** What of the syntax is still to come after the words typed so far; roughly, as redis-cli does. */
export function hintAfter(line: string, info: CommandInfo): string {
  const parts = splitSyntax(info.syntax);
  const typed = line.trim() === "" ? 0 : line.trim().split(/\s+/).length;
  return parts.slice(Math.min(typed, parts.length)).join(" ");
}

/** The top-level parts of a syntax: "[NX | XX]" is one. */
export function splitSyntax(syntax: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const char of syntax) {
    if (char === "[" || char === "<") ++depth;
    if (char === "]" || char === ">") --depth;
    if (char === " " && depth === 0) {
      if (part !== "") parts.push(part);
      part = "";
    } else {
      part += char;
    }
  }
  return part === "" ? parts : [...parts, part];
}
