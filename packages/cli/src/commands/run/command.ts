import { resolve } from "node:path";
import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand, type Values } from "../../command/define.ts";
import { choice, duration, json, rest, text, toggle } from "../../command/flags.ts";
import { capped, needsOutput, tailBytesOf, triggersOf, type Order } from "../../run/order.ts";
import { run } from "../../run/run.ts";

const flags = {
  title: text("--title <text>", "what the run is called; else its command"),
  message: text("--message <text>", "a text that comes with every notification"),
  sound: text("--sound <sound>", "a sound's name, or its file (with a slash), for adapters that play one"),
  to: text("--to <adapters>", "names of the adapters that are to tell of this run, with commas"),
  notifyOn: text(
    "--notify-on <when>",
    "besides the end: partial (each --interval), or regex:<re> (a line fits)",
  ),
  interval: duration("--interval <duration>", "how often at most (partial: 10m, regex: 10s)"),
  tail: text("--tail <size>", "how much of the end of its output is told (10k)"),
  log: choice("--log <mode>", "what is kept of its output", ["full", "tail", "none"]),
  attach: choice(
    "--attach <what>",
    "what adapters that take files send with the end: nothing beside the tail, or the full log (--log full)",
    ["full", "tail"],
  ),
  output: toggle("--output", "tell all output as it comes, in pieces (run.output)"),
  timeout: duration("--timeout <duration>", "end it after this, with exit code 124"),
  json,
} as const;

/** `fleet run … -- <command…>` */
export const command = defineCommand({
  about:
    "Runs a command as it would run without fleet and tells of it on the bus: run.started, run.finished with exit code, duration and the end of its output, and run.output where asked. Its exit code is passed through (128+n after signal n; 124 after --timeout, 125 where fleet itself could not, 126 and 127 where the command could not be started). --json prints run.finished on stderr.",
  args: { command: rest("<command...>", "what to run, behind --") },
  flags,
  examples: [
    { line: "fleet run -- make test", about: "its end is told to the adapters that take run.finished" },
    {
      line: "fleet run --title Training --to phone --notify-on partial --interval 1h -- python train.py",
      about: "tells the phone alone, each hour too",
    },
    { line: "fleet run --to mail --attach full -- ./nightly.sh", about: "the mail holds the whole log" },
    { line: "fleet run --notify-on 'regex:^ERROR' -- ./import.sh", about: "tells of each such line" },
  ],
  failureExit: 125,
  async run(options, context) {
    const ran = await run(orderOf(options, context.world.cwd), context);
    if (options.json) await printFinished(ran.finished, context);
    return ran.exitCode;
  },
});

type Options = Values<typeof flags> & { readonly command: readonly string[] };

function orderOf(options: Options, cwd: string): Order {
  const { title, message, attach } = options;
  const log = options.log ?? (attach === "full" ? "full" : "tail");
  if (attach === "full" && log !== "full")
    throw new FleetError("usage", `reading the command line: --attach full needs --log full, not ${log}`);
  // who plays it has another folder
  const sound = options.sound?.includes("/") === true ? resolve(cwd, options.sound) : options.sound;
  const triggers = triggersOf(options.notifyOn, options.interval, options.output);
  if (log === "none" && needsOutput(triggers))
    throw new FleetError(
      "usage",
      "reading the command line: --log none leaves nothing to tell of the output",
    );
  return {
    argv: options.command,
    words: given({ title, message, sound, to: options.to === undefined ? undefined : namesIn(options.to) }),
    triggers,
    tailBytes: tailBytesOf(options.tail ?? "10k"),
    log,
    isAttached: attach === "full",
    timeoutMs: options.timeout === undefined ? undefined : capped(options.timeout),
  };
}

function namesIn(list: string): readonly string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new FleetError("usage", `reading --to: "${list}" names no adapters: give names with commas between`);
}

function given(words: {
  readonly [K in keyof Required<Order["words"]>]: Order["words"][K] | undefined;
}): Order["words"] {
  const { title, message, sound, to } = words;
  return {
    ...(title === undefined ? {} : { title }),
    ...(message === undefined ? {} : { message }),
    ...(sound === undefined ? {} : { sound }),
    ...(to === undefined ? {} : { to }),
  };
}

/** The standard output is the command's own. */
async function printFinished(finished: object, context: Context): Promise<void> {
  await context.say(JSON.stringify(finished)).catch(() => undefined); // nobody listens
}
