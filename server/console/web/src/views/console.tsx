// redis-cli in the page, with hints, completion, and plain English beside each answer.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, command, explainError } from "../lib/api";
import { commandOf, completions, hintAfter, readable, splitWords, type CommandInfo } from "../lib/command_line";
import { duration } from "../lib/format";
import { tell } from "../lib/plain_english";
import { Head } from "../parts/small";
import { Tour } from "./console_tour";

interface Entry {
  line: string;
  text: string;
  told: string;
  isError: boolean;
  time_ms?: number;
}

const kMaxEntries = 100;
const kMaxHistory = 50;
const kHistoryKey = "dabba-history";

type Commands = ReadonlyMap<string, CommandInfo>;
let loaded: Commands = new Map();

function useCommands(): Commands {
  const [commands, setCommands] = useState(loaded);
  useEffect(() => {
    if (loaded.size > 0) return;
    api<{ commands: CommandInfo[] } | CommandInfo[]>("GET", "/v1/commands").then((found) => {
      const list = Array.isArray(found) ? found : found.commands;
      loaded = new Map(list.map(readable).map((each) => [each.name, each]));
      setCommands(loaded);
    }, () => undefined);
  }, []);
  return commands;
}

export function ConsoleView() {
  const commands = useCommands();
  const [entries, setEntries] = useState<Entry[]>([]);
  const send = async (args: string[], line: string): Promise<boolean> => {
    const summary = commandOf(args, commands)?.summary;
    let entry: Entry;
    try {
      const { text, reply, is_error, time_us } = await command(...args);
      entry = { line, text, told: tell(args, reply, is_error, summary), isError: is_error, ...(time_us === undefined ? {} : { time_ms: time_us / 1000 }) };
    } catch (error) {
      entry = { line, text: explainError(error), told: "The command was not run.", isError: true };
    }
    setEntries((before) => [...before, entry].slice(-kMaxEntries));
    return !entry.isError;
  };
  return (
    <>
      <Head title="Console">Any command, what redis-cli would print, and what it did in plain English.</Head>
      <div class="columns console-columns">
        <section class="card terminal grow" aria-label="Console">
          <Log entries={entries} />
          <Prompt commands={commands} send={send} />
        </section>
        <Tour send={send} />
      </div>
    </>
  );
}

function Log({ entries }: { entries: Entry[] }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.parentElement?.scrollTo({ top: 1e9 });
  }, [entries]);
  return (
    <div class="log" role="log" aria-label="Answers" tabIndex={0}>
      {entries.length === 0 && (
        <p class="note">Type a command below, or take the tour. Tab completes, arrow up brings back what you typed.</p>
      )}
      {entries.map((entry, at) => (
        <article key={at} class={entry.isError ? "entry error" : "entry"}>
          <p class="typed"><span aria-hidden="true">&gt; </span>{entry.line}</p>
          <pre>{entry.text}</pre>
          <p class="told">
            {entry.told} {entry.time_ms !== undefined && <span class="took">{duration(entry.time_ms)}</span>}
          </p>
        </article>
      ))}
      <div ref={end} />
    </div>
  );
}

const savedHistory = (): string[] => {
  try {
    return JSON.parse(sessionStorage.getItem(kHistoryKey) ?? "[]") as string[];
  } catch {
    return [];
  }
};

interface History {
  /** What was typed `by` lines further back than what is shown now; "" at the end. */
  recall: (by: number) => string;
  add: (line: string) => void;
  isShown: boolean;
}

function useHistory(): History {
  const [lines, setLines] = useState(savedHistory);
  const [past, setPast] = useState(-1);
  const recall = (by: number) => {
    const next = Math.min(lines.length - 1, Math.max(-1, past + by));
    setPast(next);
    return lines[next] ?? "";
  };
  const add = (line: string) => {
    const kept = [line, ...lines.filter((each) => each !== line)].slice(0, kMaxHistory);
    sessionStorage.setItem(kHistoryKey, JSON.stringify(kept));
    setLines(kept);
    setPast(-1);
  };
  return { recall, add, isShown: past >= 0 };
}

interface PromptProps {
  commands: Commands;
  send: (args: string[], line: string) => Promise<boolean>;
}

function Prompt({ commands, send }: PromptProps) {
  const [line, setLine] = useState("");
  const [picked, setPicked] = useState(-1);
  const [dismissed, setDismissed] = useState(false);
  const history = useHistory();
  const [trouble, setTrouble] = useState("");
  const offers = dismissed ? [] : completions(line, commands);
  const type = (text: string) => {
    setLine(text);
    setPicked(-1);
    setDismissed(false);
    setTrouble("");
  };

  const enter = (event: Event) => {
    event.preventDefault();
    try {
      const args = splitWords(line).map(({ text }) => text);
      if (args.length === 0) return;
      history.add(line);
      type("");
      void send(args, line);
    } catch (error) {
      setTrouble(explainError(error));
    }
  };

  const complete = (info: CommandInfo) => type(`${info.name} `);
  const recall = (by: number) => {
    setLine(history.recall(by));
    setDismissed(true);
  };

  const key = (event: KeyboardEvent) => {
    const isOpen = offers.length > 0;
    if (event.key === "Tab" && !event.shiftKey && isOpen) complete(offers[Math.max(0, picked)]!);
    else if (event.key === "ArrowDown" && isOpen && !history.isShown) setPicked((picked + 1) % offers.length);
    else if (event.key === "ArrowUp" && picked >= 0) setPicked(picked - 1);
    else if (event.key === "ArrowUp") recall(1);
    else if (event.key === "ArrowDown") recall(-1);
    else if (event.key === "Escape" && isOpen) setDismissed(true);
    else if (event.key === "Enter" && picked >= 0) complete(offers[picked]!);
    else return;
    event.preventDefault();
  };

  return (
    <form class="prompt" onSubmit={enter}>
      <Hint line={line} commands={commands} trouble={trouble} />
      <Offers offers={offers} picked={picked} choose={complete} />
      <span class="caret" aria-hidden="true">&gt;</span>
      <input type="text" value={line} role="combobox" aria-label="Command" aria-expanded={offers.length > 0} aria-controls="offers"
        aria-activedescendant={picked >= 0 ? `offer-${picked}` : undefined} aria-describedby="hint" aria-autocomplete="list"
        placeholder="GEORADIUS, SMEMBERS, SET, ASSIGN …" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck={false} enterkeyhint="send"
        onInput={(event) => type(event.currentTarget.value)} onKeyDown={key} onBlur={() => setDismissed(true)} />
      <button class="primary">Run</button>
    </form>
  );
}

function Offers({ offers, picked, choose }: { offers: CommandInfo[]; picked: number; choose: (info: CommandInfo) => void }) {
  if (offers.length === 0) return null;
  return (
    <ul class="offers" id="offers" role="listbox" aria-label="Commands that begin like this">
      {offers.map((each, at) => (
        // The press, not the click: the input must not lose its focus in between.
        <li key={each.name} id={`offer-${at}`} role="option" aria-selected={at === picked} onMouseDown={(event) => { event.preventDefault(); choose(each); }}>
          <strong>{each.name}</strong>
          <span>{each.summary}</span>
        </li>
      ))}
    </ul>
  );
}

function Hint({ line, commands, trouble }: { line: string; commands: Commands; trouble: string }) {
  const info = commandOf(line.trim().split(/\s+/), commands);
  return (
    <div class="hint" id="hint">
      {trouble !== "" && <span class="bad" role="alert">{trouble}</span>}
      {trouble === "" && info && (
        <>
          <code><b>{line.trim()}</b> {hintAfter(line, info)}</code>
          <span>{info.summary}</span>
        </>
      )}
    </div>
  );
}
