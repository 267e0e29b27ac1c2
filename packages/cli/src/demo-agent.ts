import { join } from "node:path";
import { runAgent } from "./demo/agent/agent.ts";

// The process that `fleet demo` and the kill tests put in a pane.
process.title = "fleet-demo-agent";
const { env } = process;
const home = env["FLEET_DEMO_HOME"] ?? process.cwd();
await runAgent({
  settings: env["FLEET_DEMO_SETTINGS"] ?? join(home, "settings.json"),
  home,
  modelUrl: env["FLEET_DEMO_MODEL"],
  env,
  cwd: process.cwd(),
  input: process.stdin,
  output: process.stdout,
});
