import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fleet } from "./fleet.ts";

/** What goes wrong with one hook. */
export type Fault =
  /** The daemon's answer is lost: the client is killed with it in its hands. */
  | "answer discarded"
  /** The answer comes when nobody waits for it any more. */
  | "answer late"
  /** It is killed before it has told anybody anything. */
  | "never told";

/** A hook client that fails once where it is told to. */
export interface FaultyHook {
  /** The program that settings call. */
  readonly program: string;
  /** The next hook of this event fails so. */
  failNext(event: string, fault: Fault): Promise<void>;
  /** Whether the fault has happened. */
  hasFailed(): boolean;
}

/** Longer than the time-out in the settings. */
const lateS = 3;

const script = (client: string, plan: string) => `#!/bin/sh
if read -r event fault <'${plan}' 2>/dev/null && [ "$2" = "$event" ] && mv '${plan}' '${plan}.done' 2>/dev/null; then
  case $fault in
    never*) kill -9 $$ ;;
    late*) '${client}' "$@" >'${plan}.answer'; sleep ${lateS}; exec cat '${plan}.answer' ;;
    *) '${client}' "$@" >'${plan}.answer'; kill -9 $$ ;;
  esac
fi
exec '${client}' "$@"
`;

/** Writes it beside the fleet's own client. */
export async function faultyHook(fleet: Pick<Fleet, "home" | "client">, name: string): Promise<FaultyHook> {
  const program = join(fleet.home, `faulty-${name}`);
  const plan = `${program}.plan`;
  await writeFile(program, script(fleet.client, plan));
  await chmod(program, 0o755);
  return {
    program,
    failNext: (event, fault) => writeFile(plan, `${event} ${fault.replace("answer ", "")}\n`),
    hasFailed: () => existsSync(`${plan}.done`),
  };
}
