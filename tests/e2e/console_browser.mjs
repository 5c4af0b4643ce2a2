// A server with its console, and Chromium to look at it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/// Where Chromium is, or undefined.
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return process.env.CHROMIUM ?? names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/// Nothing is fetched from anywhere but the page's own server.
export const openBrowser = (executablePath) => chromium.launch({
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

/// What the page complains of from now on: errors of scripts, and of the console, a violated policy among them.
export function watch(page) {
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // An endpoint that is tried with its example may well answer with an error: Chromium logs that.
    const isAnswer = /Failed to load resource: the server responded with a status of/.test(message.text());
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
  });
  page.setDefaultTimeout(10_000);
  return complaints;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class ConsoleServer {
  static async start(...flags) {
    const server = new ConsoleServer();
    server.flags = flags;
    server.httpPort = await freePort();
    server.url = `http://127.0.0.1:${server.httpPort}`;
    await server.begin();
    return server;
  }

  /// Ends the server, lets `meanwhile` happen, and starts another one at the same address.
  async restart(meanwhile) {
    await this.stop();
    await meanwhile();
    await this.begin();
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`the server left with ${code}:\n${this.log}`);
  }

  /// Runs a command as another user of the API would.
  async command(...args) {
    const response = await fetch(`${this.url}/v1/command`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ args }),
    });
    return response.json();
  }

  async begin() {
    this.log = '';
    this.process = spawn(process.env.SERVER_BINARY, ['--port', '0', '--http-port', String(this.httpPort), ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (data) => { this.log += data; });
    for (let tries = 0; tries < 200; ++tries) {
      if (this.process.exitCode !== null) break;
      if (await fetch(`${this.url}/v1/session`).then(({ ok }) => ok, () => false)) return;
      await new Promise((wake) => setTimeout(wake, 50));
    }
    throw new Error(`the server does not answer:\n${this.log}`);
  }
}
