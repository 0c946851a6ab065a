// Unit tests run in plain Node: what needs a browser is in e2e/.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["{shared,till,console,public,scripts}/**/*.test.{ts,tsx}"] } });
