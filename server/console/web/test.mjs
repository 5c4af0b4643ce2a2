// Type-checks everything, then bundles tests/*.test.ts and runs them with Node's own runner (Node.js 18 reads no TypeScript).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

function run(command, ...args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

run(process.execPath, "node_modules/typescript/bin/tsc", "--noEmit");

const folder = mkdtempSync(join(process.cwd(), "node_modules", ".tests-"));
const entryPoints = readdirSync("tests").filter((name) => name.endsWith(".test.ts")).map((name) => join("tests", name));
await build({ entryPoints, outdir: folder, bundle: true, platform: "node", format: "esm", outExtension: { ".js": ".mjs" } });
run(process.execPath, "--test", "--test-reporter=spec", ...readdirSync(folder).map((name) => join(folder, name)));
rmSync(folder, { recursive: true });
