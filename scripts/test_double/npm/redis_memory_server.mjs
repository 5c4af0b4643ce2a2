// The API of redis-memory-server, so that a suite changes one import.
import { start } from "./index.mjs";

export class RedisMemoryServer {
  #options;
  #starting;
  #server;

  constructor(options = {}) {
    this.#options = options;
    if (options.autoStart ?? true) this.start().catch(() => {});
  }

  static async create(options) {
    const server = new RedisMemoryServer({ ...options, autoStart: false });
    await server.start();
    return server;
  }

  async start() {
    if (this.#starting) throw new Error("already started");
    return (await this.#begin()) !== undefined;
  }

  async ensureInstance() {
    const server = await this.#begin();
    return { ip: server.host, port: server.port, instance: server };
  }

  getInstanceInfo() {
    if (!this.#server) return false;
    return { ip: this.#server.host, port: this.#server.port, instance: this.#server };
  }

  async getHost() {
    return (await this.ensureInstance()).ip;
  }

  async getIp() {
    return this.getHost();
  }

  async getPort() {
    return (await this.ensureInstance()).port;
  }

  async stop() {
    if (!this.#starting) return false;
    const server = await this.#starting;
    this.#starting = this.#server = undefined;
    await server.stop();
    return true;
  }

  #begin() {
    const { instance = {}, binary = {} } = this.#options;
    this.#starting ??= start({
      binary: binary.systemBinary,
      port: instance.port,
      args: instance.args,
    }).then((server) => (this.#server = server));
    return this.#starting;
  }
}

export default RedisMemoryServer;
