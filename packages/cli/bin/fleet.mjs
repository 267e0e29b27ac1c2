#!/usr/bin/env node
// Committed, so that `npm ci` links a bin that exists before anything is built.
import { existsSync } from "node:fs";

const built = new URL("../dist/fleet.js", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write(
    "fleet: not built yet: run `npm run build` in the checkout (npm ci does it by itself)\n",
  );
  process.exitCode = 1;
}
