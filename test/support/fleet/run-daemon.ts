import { runDaemon } from "@fleetbus/daemon";
import { version } from "../../../packages/cli/src/version.ts";

// The program that tests kill: a daemon in the foreground. It says one line when it answers, or why it does not.
const shiftMs = Number(process.env["FLEET_TEST_CLOCK_SHIFT_MS"] ?? 0);
if (shiftMs !== 0) shiftClock(shiftMs);
const end = new AbortController();
process.once("SIGTERM", () => end.abort());
try {
  const daemon = await runDaemon({
    env: process.env,
    version: process.env["FLEET_TEST_VERSION"] ?? version,
    onStage: () => undefined,
    signal: end.signal,
  });
  process.stdout.write(`ready ${JSON.stringify(daemon.status)}\n`);
  await daemon.closed;
  // Told to linger, it ends only when nothing keeps it: a test looks for what was left behind.
  if (process.env["FLEET_TEST_LINGER"] === undefined) process.exit(0);
  process.stderr.write(`the daemon has ended; still there: ${process.getActiveResourcesInfo().join(", ")}\n`);
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  process.stdout.write(`failed ${JSON.stringify({ code, message })}\n`);
  process.exit(1);
}

/** As if the system's clock stood elsewhere; what runs by it cannot tell. */
function shiftClock(ms: number): void {
  const now = Date.now.bind(Date);
  Date.now = () => now() + ms;
}
