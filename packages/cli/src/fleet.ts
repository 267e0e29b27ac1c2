import { fileURLToPath } from "node:url";
import { main } from "./main.ts";
import { endWith, openTerminals } from "./world/closed-terminal.ts";
import { processWorld } from "./world/process-world.ts";

const terminals = openTerminals();
process.exitCode = await main(processWorld(fileURLToPath(import.meta.url)));
await endWith(terminals);
