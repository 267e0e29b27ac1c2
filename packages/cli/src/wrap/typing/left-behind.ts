import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes the sockets in a run folder whose `fleet wrap` was killed: nobody else will. Never rejects. */
export async function removeLeftBehind(runDir: string): Promise<void> {
  const names = await readdir(runDir).catch(() => []); // it is made later
  const gone = names.filter((name) => {
    const [, pid] = /^pty-(\d+)$/.exec(name) ?? [];
    return pid !== undefined && !isThere(Number(pid));
  });
  await Promise.allSettled(gone.map((name) => rm(join(runDir, name), { force: true })));
}

/** Also under another user; a pid that came again is taken for it. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
