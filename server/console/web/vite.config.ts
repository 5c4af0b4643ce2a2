import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** What ends up in the page, whose licences ask to be passed on. */
const kEmbedded = ["preact", "@preact/signals", "@preact/signals-core", "maplibre-gl", "@fontsource-variable/recursive"];

function licences(): Plugin {
  const textOf = (name: string): string => {
    const folder = `node_modules/${name}`;
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    if (!file) throw new Error(`${name} has no licence`);
    return `${name}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  };
  const id = "virtual:licences";
  let isBuild = false;
  return {
    name: "licences",
    configResolved: ({ command }) => { isBuild = command === "build"; },
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(loaded) {
      if (loaded !== `\0${id}`) return undefined;
      if (!isBuild) return 'export default ""';
      const source = kEmbedded.map(textOf).join(`\n${"-".repeat(80)}\n\n`);
      return `export default import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: "asset", name: "licences.txt", source })}`;
    },
  };
}

// Nothing is inlined: the page's content security policy allows no inline script, style or data: font.
export default defineConfig({
  base: "/",
  plugins: [licences()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1100,
  },
  server: { proxy: { "/v1": { target: process.env.DABBA ?? "http://127.0.0.1:8080", ws: true } } },
});
