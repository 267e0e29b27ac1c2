import { errorTable, toFleetError, type FleetError } from "@fleetbus/core";
import { contextOf, type Context } from "./command/context.ts";
import { parse } from "./command/parse.ts";
import { resolve, type Resolved } from "./command/resolve.ts";
import type { Tree } from "./command/tree.ts";
import { tree } from "./commands/tree.ts";
import { version } from "./version.ts";
import type { World } from "./world/world.ts";

/** Runs one command line and gives the process's exit code: the only place that decides it (errors/table.ts). */
export async function main(world: World, commands: Tree = tree): Promise<number> {
  try {
    return (await run(resolve(commands, world.argv), contextOf(world), commands)) ?? 0;
  } catch (thrown) {
    if (isBrokenPipe(thrown)) return 0; // the reader has seen enough, as with `| head`
    if (world.signal.aborted) return 130;
    return tell(toFleetError(thrown), world);
  }
}

async function run(resolved: Resolved, context: Context, commands: Tree): Promise<number | void> {
  const { stdout } = context.world;
  if (resolved.type === "version") return stdout.write(`${version}\n`);
  if (resolved.type === "list") {
    const { renderNoun, renderTree } = await import("./command/listing.ts");
    return stdout.write(resolved.noun ? renderNoun(resolved.noun) : renderTree(commands));
  }
  const name = `fleet ${resolved.path}`.trimEnd();
  const command = await resolved.leaf.load();
  try {
    const parsed = parse(name, command, resolved.argv);
    if (parsed.type === "run") return await command.execute(parsed.raw, context);
  } catch (thrown) {
    if (command.failureExit === undefined) throw thrown;
    await tell(toFleetError(thrown), context.world);
    return command.failureExit;
  }
  const { renderHelp } = await import("./command/help.ts");
  return stdout.write(renderHelp(name, command, stdout.columns));
}

async function tell(error: FleetError, world: World): Promise<number> {
  const { renderError } = await import("./output/error.ts");
  await world.stderr
    .write(renderError(error, { isVerbose: Boolean(world.env["FLEET_DEBUG"]) }))
    .catch(() => undefined); // nobody listens
  return errorTable[error.code].exit;
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
