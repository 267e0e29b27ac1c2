import { fileURLToPath } from "node:url";
import { main } from "./main.ts";
import { processWorld } from "./world/process-world.ts";

process.exitCode = await main(processWorld(fileURLToPath(import.meta.url)));
