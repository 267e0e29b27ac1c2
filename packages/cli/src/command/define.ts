import { FleetError } from "@fleetbus/core";
import type { Context } from "./context.ts";

/** One flag: its syntax (command/syntax.ts), its help, and how the raw value becomes a typed one. `T` holds undefined where it may be absent. */
export interface Flag<T> {
  /** `--ttl <duration>`, `-f, --follow`. */
  readonly syntax: string;
  readonly about: string;
  /** `raw` is undefined when the flag was not given. Throws `usage`. */
  read(raw: unknown): T;
}

/** One positional argument: `<target>`, `[id]` or `[body...]`. */
export type Arg<T> = Flag<T>;

/** What a record of flags or arguments gives once read. */
export type Values<S> = { readonly [K in keyof S]: S[K] extends Flag<infer T> ? T : never };

/** A line of the help's examples. */
export interface Example {
  readonly line: string;
  readonly about: string;
}

type Specs = Readonly<Record<string, Flag<unknown>>>;

/** A command: options, flags and `run`; nothing is opened before `run` asks its context. */
export interface CommandSpec<A extends Specs, F extends Specs> {
  /** A paragraph for `--help`. */
  readonly about: string;
  /** In the order of the command line. */
  readonly args: A;
  readonly flags: F;
  readonly examples: readonly Example[];
  /** Exit code of its own failures, where the error table's could be taken for that of a command it runs. */
  readonly failureExit?: number;
  /** Resolves with the exit code where it is another's; without one it is 0. */
  run(options: Values<A> & Values<F>, context: Context): Promise<number | void>;
}

/** Raw values by the name they have in the command's records. */
export type Raw = Readonly<Record<string, unknown>>;

/** A command whose options' types are known only to itself. */
export interface Command {
  readonly about: string;
  readonly args: Specs;
  readonly flags: Specs;
  readonly examples: readonly Example[];
  readonly failureExit?: number;
  /** Reads the raw values and runs; resolves as `CommandSpec.run`. */
  execute(raw: Raw, context: Context): Promise<number | void>;
}

/** Types a command: `run` receives what its arguments and flags read. */
export function defineCommand<A extends Specs, F extends Specs>(
  spec: CommandSpec<A, F>,
): CommandSpec<A, F> & Command {
  const execute = (raw: Raw, context: Context) =>
    spec.run({ ...read(spec.args, raw), ...read(spec.flags, raw) }, context);
  return { ...spec, execute };
}

function read<S extends Specs>(specs: S, raw: Raw): Values<S> {
  const values = Object.fromEntries(
    Object.entries(specs).map(([name, flag]) => [name, flag.read(raw[name])]),
  );
  if (isRead(values, specs)) return values;
  throw new FleetError("internal", "reading the command line: a flag was not read");
}

/** Each value comes from its own flag's `read`, so its type is that one's. */
function isRead<S extends Specs>(values: object, specs: S): values is Values<S> {
  return Object.keys(specs).every((name) => Object.hasOwn(values, name));
}
