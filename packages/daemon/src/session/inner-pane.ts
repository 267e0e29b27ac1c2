import {
  findArguments,
  findProcess,
  findServer,
  zellijPlace,
  type FindArguments,
  type FindProcess,
} from "@fleetbus/adapters";
import { paneSchema, type Pane } from "@fleetbus/core";

/** How processes are looked up; others in tests. */
export interface PaneLooks {
  readonly find: FindProcess;
  readonly argumentsOf: FindArguments;
}

/**
 * The pane that a process runs in, of the one or two that its environment names: where one multiplexer runs in the other
 * its variables are all there, and only the process's ancestors tell which is the inner one.
 */
export async function innerPane(
  pid: number,
  told: Pane,
  looks: PaneLooks = { find: findProcess, argumentsOf: findArguments },
): Promise<Pane> {
  const { or, ...pane } = told;
  const other = paneSchema.optional().safeParse(or).data;
  const place = zellijPlace(other);
  if (other === undefined || place === undefined) return pane;
  return (await findServer(pid, place, looks)) === undefined ? pane : other;
}
