import { afterAll, beforeAll, beforeEach } from "vitest";
import { findNtfy } from "./find.ts";
import { startNtfy, type NtfyOptions, type NtfyServer } from "./server.ts";

/** Real ntfy servers for the tests of one file. */
export interface NtfySuite {
  /** Whether there is one; where not, all tests are skipped, and what comes before them has nothing to do. */
  isThere(): boolean;
  /** The one that all tests of the file share. */
  server(): NtfyServer;
  /** Another one; it ends with the file. */
  start(options: Omit<NtfyOptions, "binary">): Promise<NtfyServer>;
}

/**
 * Call it at the top of a test file: every test of the file is skipped, with the reason, where no ntfy can be had. Under
 * CI that is a failure.
 */
export function useNtfy(): NtfySuite {
  const servers: NtfyServer[] = [];
  let binary = "";
  let missing = "";
  const start = async (options: Omit<NtfyOptions, "binary">) => {
    const server = await startNtfy({ binary, ...options });
    servers.push(server);
    return server;
  };
  beforeAll(async () => {
    const found = await findNtfy();
    if ("reason" in found) missing = found.reason;
    else binary = found.path;
    if (binary !== "") await start({});
    else if (process.env["CI"] === "true") throw new Error(missing);
    else process.stderr.write(`skipped: ${missing}\n`);
  }, 180_000);
  beforeEach((context) => context.skip(binary === "", missing));
  afterAll(async () => void (await Promise.all(servers.map((server) => server.stop()))));
  return { start, isThere: () => servers.length > 0, server: () => firstOf(servers) };
}

function firstOf([server]: readonly NtfyServer[]): NtfyServer {
  if (server === undefined) throw new Error("no ntfy server was started");
  return server;
}
