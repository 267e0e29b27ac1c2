import { installLine } from "@fleetbus/hooks";
import { FleetError, timeLimit } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { text, toggle } from "../../command/flags.ts";
import type { Context } from "../../command/context.ts";
import { snippets, type Place } from "./snippets.ts";

const maxInput = 1024 * 1024;
/** A daemon that is asked for the first time writes the line at once. */
const firstLineMs = 2000;
const lookAgainMs = 50;

/** `fleet statusline` */
export const show = defineCommand({
  about:
    "Prints `[name · N peers · ✉ N]`, with dead letters and parked sessions where there are any, by the same script that status lines run; `[fleet: down]` without a daemon. For the session whose JSON is on stdin (as Claude Code gives it), else for you. With --claude, --tmux or --starship it prints what to put into that program's settings, and changes none of them; fleet statusline install does.",
  args: {},
  flags: {
    session: text("--session <name>", "the line of that session of this machine"),
    claude: toggle("--claude", "print what to add to Claude Code's settings.json"),
    tmux: toggle("--tmux", "print what to add to tmux.conf"),
    starship: toggle("--starship", "print what to add to starship.toml"),
  },
  examples: [
    { line: "fleet statusline", about: "who is there, and your mail" },
    { line: "fleet statusline --tmux >> ~/.tmux.conf", about: "each pane's session in tmux's status line" },
  ],
  async run({ session, ...places }, context) {
    const script = await installLine(context.paths());
    const place = placeOf(places);
    if (place !== undefined) return context.world.stdout.write(snippets[place](script));
    const line = await lineOf(script, session, context);
    if (line !== "") return context.world.stdout.write(line);
    await context.say("fleet: no such session on this machine, so its status line is empty");
  },
});

function placeOf(places: Readonly<Record<Place, boolean>>): Place | undefined {
  const asked = (["claude", "tmux", "starship"] as const).filter((place) => places[place]);
  if (asked.length < 2) return asked[0];
  throw new FleetError(
    "usage",
    `printing settings: one of ${asked.map((each) => `--${each}`).join(", ")} at a time`,
  );
}

/** As the script prints it; the first time it is given until the daemon has written it. */
async function lineOf(script: string, session: string | undefined, { world }: Context): Promise<string> {
  const { execa } = await import("execa");
  const input = session === undefined && !world.stdin.isTerminal ? await stdinOf(world) : "";
  const args = input === "" ? ["name", session ?? "me"] : ["claude"];
  const limit = timeLimit(firstLineMs);
  for (;;) {
    const options = { input, stripFinalNewline: false, cancelSignal: world.signal, timeout: firstLineMs };
    const { stdout } = await execa(script, args, options);
    if (stdout !== "" || limit.aborted) return stdout;
    await world.clock.sleep(lookAgainMs, world.signal);
  }
}

async function stdinOf({ stdin, signal }: Context["world"]): Promise<string> {
  return Buffer.from(await stdin.read(maxInput, signal))
    .toString("utf8")
    .trim();
}
