import { readdir, readFile } from "node:fs/promises";

/**
 * Ends what the CLI has left: Gemini outlives its window and a request to end, Codex its daemon's updater. They are told by
 * the home that they were given, which is nobody else's; where the system tells no environments nothing can be done.
 */
export async function endAllOf(home: string): Promise<void> {
  const entries = await readdir("/proc").catch(() => []);
  for (const pid of entries.filter((name) => /^\d+$/.test(name))) {
    const variables = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""); // gone, or another user's
    if (variables.split("\0").includes(`HOME=${home}`)) kill(Number(pid));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended meanwhile
  }
}
