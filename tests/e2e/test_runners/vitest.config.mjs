import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["lock.vitest.mjs"], cache: false, watch: false } });
