import { Server } from "./index.mjs";

export interface RedisMemoryServerOptions {
  instance?: { port?: number; ip?: string; args?: string[] };
  binary?: { systemBinary?: string };
  autoStart?: boolean;
}

export interface InstanceInfo {
  ip: string;
  port: number;
  /** The server with all its controls. */
  instance: Server;
}

/** As redis-memory-server's class of this name. */
export class RedisMemoryServer {
  static create(options?: RedisMemoryServerOptions): Promise<RedisMemoryServer>;
  constructor(options?: RedisMemoryServerOptions);
  start(): Promise<boolean>;
  ensureInstance(): Promise<InstanceInfo>;
  getInstanceInfo(): InstanceInfo | false;
  getHost(): Promise<string>;
  getIp(): Promise<string>;
  getPort(): Promise<number>;
  stop(): Promise<boolean>;
}

export default RedisMemoryServer;
