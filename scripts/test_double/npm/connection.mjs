// A connection that speaks RESP: what the controls need, so that no client library is.
import net from "node:net";

/** An error that the server replied. */
export class ReplyError extends Error {}

/** The reply at `offset` and where it ends; undefined if not all of it has come. */
export function parse(bytes, offset = 0) {
  const end = bytes.indexOf("\r\n", offset);
  if (end < 0) return undefined;
  const line = bytes.toString("utf8", offset + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(bytes[offset])) {
    case "+":
      return { value: line, next };
    case "-":
      return { value: new ReplyError(line), next };
    case ":":
      return { value: Number(line), next };
    case "$": {
      const size = Number(line);
      if (size < 0) return { value: null, next };
      if (bytes.length < next + size + 2) return undefined;
      return { value: bytes.toString("utf8", next, next + size), next: next + size + 2 };
    }
    case "*":
      return parseArray(bytes, Number(line), next);
    default:
      throw new Error(`not RESP2: ${line}`);
  }
}

function parseArray(bytes, count, offset) {
  if (count < 0) return { value: null, next: offset };
  const value = [];
  let next = offset;
  for (let i = 0; i < count; ++i) {
    const element = parse(bytes, next);
    if (element === undefined) return undefined;
    value.push(element.value);
    next = element.next;
  }
  return { value, next };
}

function encode(words) {
  const parts = words.map((word) => Buffer.from(String(word)));
  return Buffer.concat([
    Buffer.from(`*${parts.length}\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from("\r\n")]),
  ]);
}

/** Requests go out in order, and so do their replies. */
export class Connection {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = [];
  #failure;

  static open(host, port) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host, port, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#receive(bytes));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection to Dabba is closed")));
  }

  command(...words) {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(encode(words));
    });
  }

  close() {
    if (this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once("close", resolve);
      this.#socket.end();
    });
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (let reply = parse(this.#received); reply !== undefined; reply = parse(this.#received)) {
      this.#received = this.#received.subarray(reply.next);
      const { resolve, reject } = this.#waiting.shift();
      if (reply.value instanceof ReplyError) reject(reply.value);
      else resolve(reply.value);
      if (this.#received.length === 0) break;
    }
  }

  #fail(error) {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
