import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { pathsOf } from "@fleetbus/core";
import { describe, test } from "vitest";
import { emptyHome, runFleet, type Ran } from "../stand-in.test.support.ts";
import { version } from "../version.ts";

/** Holds the lock and listens as a daemon does, and then does what a test wants of its main thread. */
const holder = (then: string) => `
import { createServer } from "node:http";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
const stat = readFileSync("/proc/self/stat", "utf8");
const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
const [, , lock, socket] = process.argv;
writeFileSync(lock, process.pid + " " + start + "\\n");
const end = () => { writeFileSync(lock, ""); process.exit(); };
process.on("SIGTERM", end);
let lateMs = 0;
const busy = (ms) => { for (const until = Date.now() + ms; Date.now() < until; ); };
const asleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
rmSync(socket, { force: true });
createServer((request, response) => {
  const answer = () => response.end(JSON.stringify({ version: "${version}", pid: process.pid, machine: "lab", server: { url: "nats://x" }, spool: {} }), () => { if (request.url === "/v1/stop") end(); });
  setTimeout(answer, request.url === "/healthz" ? 0 : lateMs);
}).listen({ path: socket, backlog: 1 }, () => process.stdout.write("up\\n", () => { ${then} }));
`;

interface Held {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly socketFile: string;
  /** Starts one that answers. */
  again(): ChildProcess;
  fleet(...argv: readonly string[]): Promise<Ran>;
}

/** Runs the test with a holder of a home of its own. */
async function withHolder(then: string, work: (held: Held) => Promise<void>): Promise<void> {
  const home = await emptyHome();
  const { lockFile, socketFile } = pathsOf({ FLEET_HOME: home });
  for (const file of [lockFile, socketFile]) await mkdir(dirname(file), { recursive: true });
  const script = join(home, "holder.mjs");
  await writeFile(script, holder(then));
  const child = spawn(process.execPath, [script, lockFile, socketFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    const fleet = (...argv: readonly string[]) => runFleet(argv, home);
    const again = () => spawn(process.execPath, [script, lockFile, socketFile, "again"], { stdio: "ignore" });
    await work({ child, socketFile, fleet, again, pid: child.pid ?? 0 });
  } finally {
    child.kill("SIGKILL");
    await rm(home, { recursive: true, force: true });
  }
}

const asking = (pid: number) => `fleet: the daemon, pid ${pid}, does not answer: ending it with SIGTERM\n`;

describe.runIf(process.platform === "linux")(
  "a daemon that lives and does not answer",
  { concurrent: true },
  () => {
    test("stands still: fleet up says so with its pid, and fleet down ends it, in the end by SIGKILL", async ({
      expect,
    }) => {
      await withHolder("asleep()", async ({ child, pid, fleet }) => {
        const gone = once(child, "exit");
        const before = performance.now();
        const up = await fleet("up");
        const said = `fleet: asking the daemon, pid ${pid}: it stands still; fleet down ends it\n`;
        expect(up).toEqual({ code: 7, stdout: "", stderr: said });
        expect(performance.now() - before).toBeLessThan(15_000);
        const kill = `fleet: pid ${pid} takes no SIGTERM: ending it with SIGKILL; what it accepted is on disk\n`;
        expect(await fleet("down")).toEqual({
          code: 0,
          stdout: "",
          stderr: `${asking(pid)}${kill}fleet: stopped\n`,
        });
        expect(await gone).toEqual([null, "SIGKILL"]);
        expect(await fleet("down")).toMatchObject({ code: 0, stderr: "fleet: it was not running\n" });
      });
    }, 60_000);

    test("is stopped, and no connection fits its queue any more: fleet down lets it end by itself", async ({
      expect,
    }) => {
      await withHolder("", async ({ child, pid, socketFile, fleet }) => {
        child.kill("SIGSTOP");
        await filled(socketFile);
        const gone = once(child, "exit");
        expect(await fleet("down")).toMatchObject({ code: 0, stderr: `${asking(pid)}fleet: stopped\n` });
        expect(await gone).toEqual([0, null]);
      });
    }, 60_000);

    test("is busy for ten seconds: fleet down waits, and signals nobody", async ({ expect }) => {
      await withHolder("busy(10_000)", async ({ child, fleet }) => {
        const gone = once(child, "exit");
        expect(await fleet("down")).toEqual({ code: 0, stdout: "", stderr: "fleet: stopped\n" });
        expect(await gone).toEqual([0, null]);
      });
    }, 60_000);

    test("takes ten seconds for one answer, and others come meanwhile: it is waited for", async ({
      expect,
    }) => {
      await withHolder("lateMs = 10_000", async ({ child, pid, fleet }) => {
        const up = await fleet("up");
        expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining(`it runs already: daemon`) });
        expect(up.stderr).toContain(`pid ${pid}`);
        expect([child.exitCode, child.signalCode]).toEqual([null, null]);
      });
    }, 60_000);

    test("is started again by the machine a second after it was killed: fleet down asks that one too", async ({
      expect,
    }) => {
      await withHolder(
        "if (process.argv[4] === undefined) asleep()",
        async ({ child, pid, again, fleet }) => {
          const next = new Promise<ChildProcess>((resolve) =>
            child.once("exit", () => setTimeout(() => resolve(again()), 1000)),
          );
          const { code, stderr } = await fleet("down");
          expect(code).toBe(0);
          expect(stderr.startsWith(asking(pid))).toBe(true);
          expect(
            stderr.endsWith(
              "fleet: the machine has started it again: stopping that one too\nfleet: stopped\n",
            ),
          ).toBe(true);
          const second = await next;
          expect([second.exitCode ?? (await once(second, "exit"))[0], child.signalCode]).toEqual([
            0,
            "SIGKILL",
          ]);
        },
      );
    }, 60_000);

    test("does not listen, as one that starts for ever: fleet down ends it all the same", async ({
      expect,
    }) => {
      await withHolder("", async ({ child, pid, socketFile, fleet }) => {
        await rm(socketFile);
        const gone = once(child, "exit");
        expect(await fleet("down")).toMatchObject({ code: 0, stderr: `${asking(pid)}fleet: stopped\n` });
        expect(await gone).toEqual([0, null]);
      });
    }, 60_000);
  },
);

/** Connects until there is no room: who stands still for an hour has this from its hooks. */
async function filled(socketFile: string): Promise<void> {
  for (;;) {
    const socket = connect(socketFile);
    const isFull = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(false));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EAGAIN"));
    });
    if (isFull) return;
    socket.on("error", () => undefined); // its end takes them along
    socket.unref();
  }
}
