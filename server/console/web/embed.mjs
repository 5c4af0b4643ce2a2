// Makes a C++ source of the folder that Vite has built: node embed.mjs FOLDER FILE.cc
// Text is compressed once, here; fonts and pictures are compressed already.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".png": "image/png",
};
const compressedAlready = new Set([".woff2", ".png"]);

function* filesBelow(folder, path = "") {
  for (const name of readdirSync(join(folder, path)).sort()) {
    const below = `${path}/${name}`;
    if (statSync(join(folder, below)).isDirectory()) yield* filesBelow(folder, below);
    else yield below;
  }
}

// Each byte that is not plain text becomes three octal digits, so that no digit after it can join in.
function literal(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length; start += 4096) {
    let line = "";
    for (const byte of bytes.subarray(start, start + 4096)) {
      const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
      line += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
    }
    lines.push(`    "${line}"`);
  }
  return lines.join("\n") || '    ""';
}

function asset(folder, path) {
  const content = readFileSync(join(folder, path));
  const type = contentTypes[extname(path)];
  if (!type) throw new Error(`${path}: no content type is known for it`);
  const isGzipped = !compressedAlready.has(extname(path));
  return {
    path: path === "/index.html" ? "/" : path,
    bytes: isGzipped ? gzipSync(content, { level: 9 }) : content,
    size: content.length,
    type,
    etag: createHash("sha256").update(content).digest("hex").slice(0, 16),
    isGzipped,
  };
}

const [folder, target] = process.argv.slice(2);
const assets = [...filesBelow(folder)].map((path) => asset(folder, path));
assets.sort((one, other) => (one.path < other.path ? -1 : 1));

const contents = assets.map((each, index) => `constexpr char kContent${index}[] =\n${literal(each.bytes)};\n`);
const rows = assets.map(
  (each, index) =>
    `    {"${each.path}", {kContent${index}, ${each.bytes.length}}, "${each.type}", "\\"${each.etag}\\"", ${each.isGzipped}},\n`,
);
writeFileSync(
  target,
  `// Made by embed.mjs; do not edit.
#include "server/console/assets.h"

namespace server::console {
namespace {

${contents.join("\n")}
constexpr Asset kAssets[] = {
${rows.join("")}};

}  // namespace

std::span<const Asset> all_assets() { return kAssets; }

}  // namespace server::console
`,
);

const total = assets.reduce((sum, each) => sum + each.bytes.length, 0);
console.log(`The web console: ${assets.length} files, ${Math.round(total / 1024)} KB embedded`);
