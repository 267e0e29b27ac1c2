#!/usr/bin/env node
// Committed, so that `npm ci` links a bin that exists before anything is built.

if (process.getBuiltinModule === undefined) {
  process.stderr.write(`fleet: needs Node 20.20 or newer; this is ${process.versions.node}\n`);
  process.exit(8);
}
// Not imported: that would load all that node:fs can do, a twentieth of the budget of `fleet pub`.
const { existsSync } = process.getBuiltinModule("node:fs");
const built = new URL("../dist/fleet.js", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write(
    "fleet: not built yet: run `npm run build` in the checkout (npm ci does it by itself)\n",
  );
  process.exitCode = 1;
}
