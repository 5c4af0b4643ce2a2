// The server's HTTP API, as far as the page needs it.
import { signal } from "@preact/signals";

/** An RFC 9457 problem document; `fix` says what to do. */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
  fix?: string;
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

/** Whether the server wants a password before anything else; the page then shows its dialog. */
export const needsPassword = signal(false);

export interface Answer {
  status: number;
  body: unknown;
  text: string;
  took_ms: number;
}

/** Sends a request and hands back whatever comes, errors included. Throws only if no answer comes. */
export async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const started = performance.now();
  const init: RequestInit = { method, headers: { Accept: "application/json" }, credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = typeof body === "string" ? body : JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  const response = await fetch(path, init);
  const text = await response.text();
  const took_ms = performance.now() - started;
  if (response.status === 401 && path !== "/v1/session") needsPassword.value = true;
  return { status: response.status, body: parsed(text), text, took_ms };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The body of a good answer. Throws ApiError for any other, also when the server cannot be reached. */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  let answer: Answer;
  try {
    answer = await request(method, path, body);
  } catch {
    throw new ApiError({ title: "The server cannot be reached", status: 0, fix: "The page goes on trying." });
  }
  if (answer.status >= 400) {
    const problem = (answer.body ?? {}) as Partial<Problem>;
    throw new ApiError({ title: `Status ${answer.status}`, ...problem, status: answer.status });
  }
  return answer.body as T;
}

export type Reply = null | string | number | boolean | Reply[] | { [name: string]: Reply };

export interface CommandAnswer {
  /** What redis-cli prints. */
  text: string;
  reply: Reply;
  is_error: boolean;
  time_us?: number;
}

export const command = (...args: (string | number)[]): Promise<CommandAnswer> =>
  api("POST", "/v1/command", { args: args.map(String) });

/** Like command, but an error reply is an exception. */
export async function run(...args: (string | number)[]): Promise<Reply> {
  const answer = await command(...args);
  if (answer.is_error) throw new ApiError({ title: `${args[0]} failed`, status: 200, detail: answer.text });
  return answer.reply;
}

export interface Session {
  required: boolean;
  authenticated: boolean;
  version?: string;
  /** A template for map tiles, if one is configured. */
  tiles?: string | null;
  city?: string;
}

export const session = signal<Session | null>(null);

export async function loadSession(): Promise<void> {
  const found = await api<Session>("GET", "/v1/session");
  session.value = found;
  needsPassword.value = found.required && !found.authenticated;
}

/** Any error as text for a person. */
export function explainError(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const { title, detail, fix } = error.problem;
  return [title, detail, fix].filter((part) => part && part !== "").join(". ").replace(/\.\./g, ".");
}
