import { isatty } from "node:tty";
import { FleetError, messageOf } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import { launch, type Launch, type Launched } from "../run/child/launch.ts";
import { forwardSignals } from "../run/child/signals.ts";
import type { Holding } from "./hold.ts";
import { loadPtyLibrary } from "./library.ts";
import { whyNotStarted } from "./program.ts";
import { startInTerminal } from "./proxy.ts";
import { outerTerminal } from "./terminal.ts";

/** What to wrap. */
export interface WrapOrder {
  readonly argv: readonly string[];
  /** What the session is to be called; without it the environment is left as it is. */
  readonly name?: string;
  /** The mail of a session without hooks is typed whole, in place of a pointer. */
  readonly typesBody?: boolean;
}

/**
 * Runs a command in a terminal that fleet holds, and gives its exit code (128+n after signal n). Where one of the
 * standard streams is no terminal, the command gets the streams themselves. Needs no daemon.
 */
export async function wrap({ argv, name, typesBody = false }: WrapOrder, context: Context): Promise<number> {
  const { world, say } = context;
  const env = { ...world.env, ...(name === undefined ? {} : { FLEET_SESSION: name }) };
  const what: Launch = { argv, env, cwd: world.cwd, isCaptured: false };
  let launched: Launched | undefined;
  const undo = forwardSignals(() => launched);
  try {
    const refused = whyNotStarted(argv[0] ?? "", what);
    launched = refused === undefined ? await start(what, { argv, name, typesBody }, context) : undefined;
    const ending = refused ?? (await launched?.ended);
    if (ending?.error !== undefined) await say(`fleet: ${ending.error}`);
    return ending?.exitCode ?? 0;
  } finally {
    undo();
  }
}

async function start(what: Launch, holding: Holding, context: Context): Promise<Launched> {
  if (![0, 1, 2].every((fd) => isatty(fd))) return launch(what);
  const library = await loadPtyLibrary();
  const { stdin, stdout } = process;
  const { holdTerminal } = await import("./hold.ts");
  const held = await holdTerminal(holding, context);
  try {
    const proxy = { library, outer: outerTerminal(), stdin, stdout, hand: held.hand };
    const launched = startInTerminal(what, proxy);
    void launched.spawned.then((pid) => pid !== undefined && held.started(pid));
    const ended = launched.ended.then(async (ending) => {
      await held.close();
      return ending;
    });
    return { ...launched, ended };
  } catch (error) {
    await held.close();
    throw new FleetError(
      "failed",
      `wrapping the command: it got no terminal of its own: ${messageOf(error)}; start it without fleet wrap`,
    );
  }
}
