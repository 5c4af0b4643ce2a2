import { defineConfig } from "vite";

// Nothing is inlined: the page's content security policy allows no inline script, style or data: font.
export default defineConfig({
  base: "/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1100,
  },
  server: { proxy: { "/v1": { target: process.env.DABBA ?? "http://127.0.0.1:8080", ws: true } } },
});
