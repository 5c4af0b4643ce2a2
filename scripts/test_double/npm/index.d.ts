/** A number is milliseconds; a text is "30s", "1h30m" with the units us, ms, s, m, h, d. */
export type Duration = number | string;

/** Globs; what is not given fits everything. */
export interface Filter {
  command?: string;
  key?: string;
  client?: string;
}

export interface FaultFilter extends Filter {
  /** The first request to be struck, of those that match. */
  nth?: number;
  /** How many are struck. */
  times?: number;
}

export interface CallFilter extends Filter {
  /** The kind of the reply: status, error, integer, string, nil, array ... */
  reply?: string;
}

export type Effect =
  | "drop"
  | "dropReply"
  | "halfReply"
  | "stall"
  | { error: string }
  | { delay: Duration | [Duration, Duration] }
  | { down: Duration };

export interface Controls {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Any command. Rejects with a ReplyError if the reply is an error. */
  command(...words: (string | number)[]): Promise<unknown>;
  readonly clock: {
    freeze(): Promise<unknown>;
    run(): Promise<unknown>;
    advance(by: Duration): Promise<unknown>;
    set(moment: Date | number): Promise<unknown>;
    now(): Promise<Date>;
  };
  readonly faults: {
    /** Returns the rule's id. */
    add(filter: FaultFilter, effect: Effect): Promise<number>;
    remove(id: number): Promise<boolean>;
    clear(): Promise<unknown>;
    list(): Promise<{ id: number; rule: string; matched: number; struck: number }[]>;
  };
  readonly snapshots: {
    take(name: string): Promise<unknown>;
    restore(name: string): Promise<unknown>;
    drop(name: string): Promise<unknown>;
    list(): Promise<string[]>;
    /** In words; without `after`, what has changed until now. */
    diff(before: string, after?: string): Promise<string[]>;
  };
  readonly fixtures: {
    /** JSON as text or as an object, or lines of redis-cli. */
    load(data: string | object): Promise<number>;
    dump(): Promise<Record<string, Record<string, unknown>>>;
    dumpCommands(): Promise<string>;
  };
  readonly calls: {
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    list(filter?: CallFilter): Promise<
      { number: number; time: number; client: string; command: string; request: string; reply: string }[]
    >;
    count(filter?: CallFilter): Promise<number>;
    /** These reject with a text that tells what was called instead. */
    expectExactly(count: number, filter?: CallFilter): Promise<unknown>;
    expectAtLeast(count: number, filter?: CallFilter): Promise<unknown>;
    expectAtMost(count: number, filter?: CallFilter): Promise<unknown>;
    expectNever(filter?: CallFilter): Promise<unknown>;
  };
}

/** A server within the server: keys, clock, faults, messages and scripts of its own. */
export interface Workspace extends Controls {
  readonly name: string;
  /** Ends it, and the connections in it. */
  drop(): Promise<void>;
}

export interface Server extends Controls {
  readonly pid: number;
  /** A workspace by this name, or by a new one. */
  workspace(name?: string): Promise<Workspace>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The server's binary; else the variable DABBA_SERVER, else dabba-server on the PATH. */
  binary?: string;
  /** A free one if not given. */
  port?: number;
  /** Makes all chance repeatable. */
  seed?: number | string;
  /** Refuse what this version of Redis does not have. */
  strict?: "5.0" | "6.0" | "6.2" | "7.0" | "7.2" | "7.4" | "8.0";
  /** Files of data to begin with. */
  fixtures?: string[];
  /** More options of the server. */
  args?: string[];
}

/** An error that the server replied. */
export class ReplyError extends Error {}

export function start(options?: StartOptions): Promise<Server>;
