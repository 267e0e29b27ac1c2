// One benchmark in a process of its own: node run-one.mjs FILE OUT COUNT LIMIT-MS. Writes what it measured to OUT as JSON.
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { pendingNow } from "./pending.mjs";

const [, , file = "", out = "", count = "", limitMs = ""] = process.argv;
const late = setTimeout(() => process.stderr.write(`its time is up: ${pendingNow()}\n`), Number(limitMs));
const { measure } = await import(pathToFileURL(file).href);
await writeFile(out, JSON.stringify(await measure({ count: Number(count) })));
clearTimeout(late);
// What a benchmark left open is no reason to stay.
process.exit();
