// A WebSocket that comes back: after a restart of the server, a sleeping laptop, a lost network.
import { signal } from "@preact/signals";

export type LiveState = "connecting" | "open" | "waiting";

const kFirstWaitMs = 300;
const kMaxWaitMs = 8000;
/** Shorter lives do not count as success, so that a server that hangs up at once is not hammered. */
const kGoodLifeMs = 3000;

/** Milliseconds to wait before attempt number `attempt` (from 0): doubling, bounded, scattered by `chance` in 0..1. */
export function backoff(attempt: number, chance: number): number {
  const full = Math.min(kMaxWaitMs, kFirstWaitMs * 2 ** attempt);
  return full * (0.5 + chance / 2);
}

export interface Handlers {
  text?: (message: string) => void;
  binary?: (message: ArrayBuffer) => void;
  open?: () => void;
}

export class LiveSocket {
  readonly state = signal<LiveState>("connecting");
  private socket: WebSocket | null = null;
  private timer: number | undefined;
  private attempt = 0;
  private opened = 0;
  private ended = false;

  /** `path` is asked before every attempt, so that it can name where to resume. */
  constructor(
    private readonly path: () => string,
    private readonly handlers: Handlers,
  ) {
    window.addEventListener("online", this.retryNow);
    this.connect();
  }

  send(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  close(): void {
    this.ended = true;
    window.clearTimeout(this.timer);
    window.removeEventListener("online", this.retryNow);
    this.socket?.close(1000);
  }

  readonly retryNow = (): void => {
    if (this.ended || this.state.value !== "waiting") return;
    window.clearTimeout(this.timer);
    this.connect();
  };

  private connect(): void {
    this.state.value = "connecting";
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path()}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.opened = performance.now();
      this.state.value = "open";
      this.handlers.open?.();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") this.handlers.text?.(data);
      else this.handlers.binary?.(data);
    };
    socket.onclose = () => this.wait();
    this.socket = socket;
  }

  private wait(): void {
    if (this.ended) return;
    const lived = this.state.value === "open" ? performance.now() - this.opened : 0;
    this.attempt = lived > kGoodLifeMs ? 0 : this.attempt + 1;
    this.state.value = "waiting";
    this.timer = window.setTimeout(() => this.connect(), backoff(this.attempt, Math.random()));
  }
}
