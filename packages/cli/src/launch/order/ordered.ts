import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import type { MuxName } from "../mux/names.ts";
import { crewOf, type Member } from "./crew.ts";
import { readLayout, type LaidOut } from "./layout.ts";
import { clisOf, dirOf, prefixOf, workersOf } from "./order.ts";

/** Who is to run, under which name, and in what. */
export interface Ordered {
  readonly prefix: string;
  readonly mux: MuxName;
  readonly crew: readonly Member[];
}

/** What the command line says of it, as it stands there. */
export interface OrderFlags {
  readonly workers: string | undefined;
  readonly cli: string | undefined;
  readonly dir: string | undefined;
  readonly name: string | undefined;
  readonly mux: MuxName | undefined;
  readonly layout: string | undefined;
}

/** The crew of the layout file, else the one that the flags describe. Throws `usage` or `config` naming what is wrong. */
export async function orderOf(flags: OrderFlags, context: Context): Promise<Ordered> {
  if (flags.layout !== undefined) return laidOut(flags, await layoutOf(flags.layout, context));
  const prefix = prefixOf(flags.name);
  const [workers, clis] = [workersOf(flags.workers), clisOf(flags.cli)];
  const dir = await dirOf(flags.dir, context.world.cwd);
  return { prefix, mux: flags.mux ?? "tmux", crew: crewOf({ prefix, workers, clis, dir }) };
}

/** Whose crew is to end: a layout file is read for its name only. */
export async function crewNameOf(flags: OrderFlags, context: Context): Promise<Omit<Ordered, "crew">> {
  const { prefix, mux } =
    flags.layout === undefined
      ? { prefix: prefixOf(flags.name), mux: flags.mux ?? ("tmux" as const) }
      : laidOut(flags, await layoutOf(flags.layout, context));
  return { prefix, mux };
}

function layoutOf(file: string, { world }: Context): Promise<LaidOut> {
  return readLayout(file, { cwd: world.cwd, home: world.env["HOME"] });
}

/** Name and multiplexer of the command line go before the file's. */
function laidOut(flags: OrderFlags, layout: LaidOut): Ordered {
  const { workers, cli, dir, name, mux } = flags;
  const beside = { "[N]": workers, "--cli": cli, "--dir": dir };
  const [extra] = Object.entries(beside).find(([, value]) => value !== undefined) ?? [];
  if (extra !== undefined)
    throw new FleetError("usage", `reading ${extra}: the layout file says that; leave one of them out`);
  const prefix = prefixOf(name ?? layout.prefix);
  return { prefix, mux: mux ?? layout.mux ?? "tmux", crew: layout.crew };
}
