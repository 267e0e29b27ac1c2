import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { eventually } from "../tmux.ts";
import { dunstrc, sessionBus } from "./files.ts";

const run = promisify(execFile);

const toastSchema = z.object({
  id: z.int(),
  summary: z.string(),
  /** Its markup as it came, `&lt;` and all. */
  body: z.string(),
  appname: z.string(),
  urgency: z.string(),
});

/** A toast as the notification daemon printed it when it was shown. */
export type ShownToast = z.output<typeof toastSchema>;

/** A screen, a session bus and a notification daemon of a test's own. */
export interface Desktop {
  /** Address of the session bus. */
  readonly bus: string;
  /** What has been shown so far, oldest first; one that replaced another comes again. */
  shown(): readonly ShownToast[];
  /** How many toasts are on the screen now; all that came before is among `shown` then. Rejects where dunst is not there. */
  displayed(): Promise<number>;
  /** What went over the bus, as dbus-monitor words it. */
  overheard(): string;
  /** Picks the choice of the first toast that begins so, by dunst's own menu. */
  pick(label: string): Promise<void>;
  dismissAll(): Promise<void>;
  /** The command lines of programs that wait for a choice on this desktop. */
  waiting(): Promise<readonly string[]>;
  /** Pauses the notification daemon's process: it answers nothing more. */
  stall(): void;
  /** Ends the notification daemon. */
  leave(): Promise<void>;
  /** Writes a picture of the screen. */
  picture(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on free names. */
export async function startDesktop(): Promise<Desktop> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-desktop-"));
  const bus = `unix:path=${join(folder, "bus")}`;
  const started: ChildProcess[] = [];
  const start = (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const options = { env: { PATH: `${process.env["PATH"]}:/usr/bin:/bin`, HOME: folder, ...env } };
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    started.push(child);
    return child;
  };
  const close = async () => {
    for (const child of started.toReversed()) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await writeFile(join(folder, "bus.conf"), sessionBus(bus));
    const [menu, wish] = [join(folder, "menu"), join(folder, "wish")];
    await writeFile(menu, `#!/bin/sh\ngrep -m1 -F "#$(cat '${wish}')"\n`, { mode: 0o755 });
    await writeFile(join(folder, "dunstrc"), dunstrc(menu));
    await firstLine(
      start("dbus-daemon", [`--config-file=${join(folder, "bus.conf")}`, "--nofork", "--print-address"]),
      1,
    );
    const screen = start("Xvfb", [
      "-displayfd",
      "3",
      "-screen",
      "0",
      "640x272x24",
      "-nolisten",
      "tcp",
      "-wr",
    ]);
    const display = `:${await firstLine(screen, 3)}`;
    const session = { DBUS_SESSION_BUS_ADDRESS: bus, DISPLAY: display };
    const overheard = textOf(
      start("dbus-monitor", ["--session", "interface=org.freedesktop.Notifications"], session),
    );
    const dunst = start("dunst", ["-conf", join(folder, "dunstrc"), "-print"], session);
    const printed = textOf(dunst);
    await untilOwned(session);
    await eventually(
      async () => overheard().includes("NameAcquired") || undefined,
      () => overheard(),
    );
    return {
      ...{ bus, overheard, close },
      shown: () => toastsIn(printed()),
      displayed: () => countOf(session),
      pick: async (label) => {
        await writeFile(wish, label);
        await run("dunstctl", ["action", "0"], { env: { ...process.env, ...session }, timeout: 5000 });
      },
      dismissAll: async () => {
        await run("dunstctl", ["close-all"], { env: { ...process.env, ...session }, timeout: 5000 });
      },
      waiting: () => waitingFor(bus),
      stall: () => void dunst.kill("SIGSTOP"),
      leave: () => end(dunst),
      picture: async (file) => {
        await run("import", ["-window", "root", "-strip", file], { env: { ...process.env, ...session } });
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** dunst prints each toast over several lines: a name, and a value that may be quoted and hold lines of its own. */
function toastsIn(text: string): readonly ShownToast[] {
  return [...text.matchAll(/^\{\n(\tappname: [^]*?)\n\tscript_count: \d+\n\}/gm)].map(([, block = ""]) =>
    toastSchema.parse({
      appname: /^\tappname: '([^]*?)'\n\tsummary: /m.exec(block)?.[1],
      summary: /^\tsummary: '([^]*?)'\n\tbody: /m.exec(block)?.[1],
      body: /^\tbody: '([^]*?)'\n\ticon: /m.exec(block)?.[1],
      urgency: /^\turgency: (\w+)$/m.exec(block)?.[1],
      id: Number(/^\tid: (\d+)$/m.exec(block)?.[1]),
    }),
  );
}

function textOf(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

async function firstLine(child: ChildProcess, descriptor: number): Promise<string> {
  const stream = child.stdio[descriptor];
  if (stream === null || stream === undefined)
    throw new Error("starting a desktop: a program has no such output");
  const [chunk]: unknown[] = await once(stream, "data", { signal: AbortSignal.timeout(20_000) });
  return String(chunk).trim();
}

async function untilOwned(session: Readonly<Record<string, string>>): Promise<void> {
  const name = "org.freedesktop.Notifications";
  const args = [
    "--session",
    "--print-reply",
    "--dest=org.freedesktop.DBus",
    "/",
    "org.freedesktop.DBus.NameHasOwner",
  ];
  await eventually(
    async () => {
      const { stdout } = await run("dbus-send", [...args, `string:${name}`], {
        env: { ...process.env, ...session },
      });
      return stdout.includes("boolean true") || undefined;
    },
    () => "a notification daemon on the bus",
  );
}

async function countOf(session: Readonly<Record<string, string>>): Promise<number> {
  const options = { env: { ...process.env, ...session }, timeout: 5000 };
  const { stdout } = await run("dunstctl", ["count", "displayed"], options);
  await setImmediate(); // what dunst printed before it answered is read then
  return Number(stdout.trim());
}

/** A process's environment tells whose desktop it is on. */
async function waitingFor(bus: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string) => readFile(join("/proc", pid, name), "latin1").catch(() => ""); // gone
      const [line, env] = await Promise.all([read("cmdline"), read("environ")]);
      return env.includes(bus) && line.includes("--action=") ? line.replaceAll("\0", " ") : "";
    }),
  );
  return lines.filter(Boolean);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
