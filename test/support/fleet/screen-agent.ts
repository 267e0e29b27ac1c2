import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "../tmux.ts";
import type { Fleet } from "./fleet.ts";
import { demoSettings } from "./settings.ts";

const run = promisify(execFile);

/** A demo agent in a window of GNU screen's own: only typing wakes it. */
export interface ScreenAgent {
  /** Keys, as a person would press them. */
  press(keys: string): Promise<void>;
  /** What its window shows. */
  text(): Promise<string>;
  close(): Promise<void>;
}

/** Starts it; its hooks are the fleet's. */
export async function startScreenAgent(
  fleet: Fleet,
  { name, modelUrl }: { readonly name: string; readonly modelUrl: string },
): Promise<ScreenAgent> {
  const folder = join(fleet.home, "agents");
  const [cwd, sockets] = [join(folder, name), join(folder, "screens")];
  await mkdir(cwd, { recursive: true });
  await mkdir(sockets, { recursive: true, mode: 0o700 });
  const settings = join(folder, `settings-${name}.json`);
  await writeFile(settings, JSON.stringify(demoSettings(fleet.client, { hasWaiter: false })));
  const env = {
    ...{ PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: folder, FLEET_HOME: fleet.home },
    ...{ FLEET_DEMO_HOME: folder, FLEET_DEMO_SETTINGS: settings, FLEET_DEMO_MODEL: modelUrl },
    ...{ SCREENDIR: sockets, LC_ALL: "C.UTF-8" },
  };
  const argv = ["-U", "-c", "/dev/null", "-D", "-m", "-S", name, process.execPath, fleet.agent];
  const server = spawn("screen", argv, { cwd, env, stdio: "ignore" });
  await once(server, "spawn");
  const call = (...args: readonly string[]) => run("screen", ["-S", name, "-p", "0", ...args], { env, cwd });
  return {
    press: async (keys) => void (await call("-X", "stuff", keys)),
    text: async () => {
      const file = join(folder, `${name}-${process.hrtime.bigint()}.txt`);
      await call("-X", "hardcopy", file);
      const written = async () => {
        const text = await readFile(file, "latin1").catch(() => ""); // not yet
        return text.endsWith("\n") ? text : undefined;
      };
      const text = await eventually(written, () => `the screen of ${name}`);
      await rm(file);
      return text;
    },
    close: async () => {
      if (server.exitCode !== null) return;
      const gone = once(server, "exit");
      await call("-X", "quit");
      await gone;
    },
  };
}
