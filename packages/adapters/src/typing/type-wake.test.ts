import type { Clock } from "@fleetbus/core";
import { expect, test } from "vitest";
import { composers } from "./screen/clis.ts";
import { squeeze } from "./screen/composer.ts";
import type { Sight, Terminal } from "./terminal.ts";
import { typeWake } from "./type-wake.ts";

const line = "2 messages wait for you. Run: fleet inbox [fleet:4k2mzz]";

/** A CLI that takes an Enter which comes sooner after a paste for a line's end (HOOKS.md §5), on a clock that sleeping moves. */
function stage(command: string, losesEnterForMs: number) {
  let now = 0;
  let pastedAt = 0;
  let text = "";
  const did: string[] = [];
  const submitted: string[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms) => {
      now += ms;
      if (ms > 0) did.push(`rests ${ms}`);
      return Promise.resolve();
    },
  };
  const sight = (): Sight => ({
    pane: { pid: 7, command, isDead: false, isInMode: false, isSynchronized: false, isInputOff: false },
    composer: text === "" ? { is: "empty" } : { is: "text", squeezed: squeeze(text), isWhole: true },
    quietInMs: 0,
    paste: (pasted) => {
      did.push("pastes");
      [text, pastedAt] = [text + pasted, now];
      return Promise.resolve(true);
    },
    enter: () => {
      did.push("enters");
      if (now - pastedAt < losesEnterForMs) text += "\n";
      else {
        submitted.push(text);
        text = "";
      }
      return Promise.resolve(true);
    },
  });
  const terminal: Terminal = {
    id: "%1",
    look: () => Promise.resolve(sight()),
    change: () => Promise.resolve(true),
    close: () => undefined,
  };
  const find = (pid: number) => Promise.resolve({ pid, parent: 1, group: pid, foreground: pid });
  return { world: { terminal, clock, find, stillWanted: () => Promise.resolve(true) }, did, submitted };
}

test.each<readonly [cli: string, losesEnterForMs: number, restsMs: number]>([
  ["claude", 0, 0],
  ["codex", 0, 100],
  ["gemini", 50, 250],
  ["grok", 0, 0],
  ["demo", 0, 0],
])("[row 85] %s is typed into by its own sequence: paste, its rest, Enter", async (cli, loses, restsMs) => {
  const facts = composers[cli];
  if (facts === undefined) throw new Error(`no composer of ${cli}`);
  const { world, did, submitted } = stage("node", loses);
  const job = { pid: 7, facts, line, isRetry: false, progress: { hasTyped: false, reason: "" } };
  const command = cli === "demo" ? "node" : cli;
  expect(facts.commands.test(command)).toBe(true);
  expect(await typeWake(job, world, new AbortController().signal)).toEqual({ providerId: "%1" });
  expect(did).toEqual(["pastes", ...(restsMs === 0 ? [] : [`rests ${restsMs}`]), "enters"]);
  expect(submitted).toEqual([line]);
});
