import { messageOf } from "@fleetbus/core";
import { changeHooks, offerRules, type Change, type Consent } from "../clis/change-hooks.ts";
import { changeLine } from "../clis/change-line.ts";
import { changePlugin } from "../clis/change-plugin.ts";
import { foundHooks, isByPlugin } from "../clis/hooks-found.ts";
import type { HookableCli } from "../clis/found.ts";
import type { Context } from "../command/context.ts";
import { versionOf } from "./cli-version.ts";

/** What became of one CLI in a tour. */
export interface Visit {
  readonly cli: HookableCli;
  /** Of each step that could be taken. */
  readonly changes: readonly Change[];
  /** Whether its sessions tell fleet what they do, now. */
  readonly isHooked: boolean;
  /** Something could not be done; it was said. */
  readonly hasFailed: boolean;
}

/**
 * One stop of the tour: the CLI with its version, its hooks, then rules and status line, each with its own diff and
 * question. What is wrong with one CLI is said, and keeps none of the others.
 */
export async function visit(cli: HookableCli, consent: Consent, context: Context): Promise<Visit> {
  const missed = { cli, changes: [], isHooked: false };
  if (await isTooOld(cli, context)) return { ...missed, hasFailed: true };
  const hooks = await attempt(cli, context, () => changeEither(cli, consent, context));
  if (hooks === "failed") return { ...missed, hasFailed: true };
  if (hooks === "declined") return { ...missed, changes: [hooks], hasFailed: false };
  await sayWhatToDo(cli, hooks, context);
  const more = await offerMore(cli, consent, context);
  return {
    cli,
    changes: [hooks, ...more.filter((change) => change !== "failed")],
    isHooked: hooks !== "shown",
    hasFailed: more.includes("failed"),
  };
}

async function isTooOld(cli: HookableCli, context: Context): Promise<boolean> {
  const { version, needs, tested } = await versionOf(cli, context);
  const said = version ?? "(of a version that it does not say)";
  await context.say(`found ${cli.title} ${said}: ${cli.program ?? ""}`);
  if (needs === undefined) return false;
  await context.say(
    `${cli.title}: ${said} is too old, fleet's hooks need ${needs} or newer (tested with ${tested ?? needs}): update it, then run fleet setup again; nothing was changed for it`,
  );
  return true;
}

/** Who has the plugin is kept on it. */
async function changeEither(cli: HookableCli, consent: Consent, context: Context): Promise<Change> {
  const change = isByPlugin(await foundHooks(cli)) ? changePlugin : changeHooks;
  return change("install", { cli, consent }, context);
}

/** New hooks say by themselves what is to be done; those that stood there may still wait for it. */
async function sayWhatToDo(cli: HookableCli, hooks: Change, context: Context): Promise<void> {
  const { title, trust, listed, afterwards } = cli;
  if (hooks === "shown" && afterwards !== undefined) await context.say(`${title} ${afterwards}`);
  if (hooks === "nothing to do" && (await trust?.()) === false)
    await context.say(
      `${title}: its hooks are not trusted yet: start it, and choose "Trust all" where it says that hooks need review; until then it skips them without a word`,
    );
  if (listed !== undefined) await context.say(`${title}: ${listed}`);
}

async function offerMore(
  cli: HookableCli,
  consent: Consent,
  context: Context,
): Promise<readonly (Change | "failed")[]> {
  const rules =
    cli.set.rules.length === 0
      ? []
      : [await attempt(cli, context, () => offerRules({ cli, consent }, context))];
  const line = cli.hasStatusLine
    ? [await attempt(cli, context, () => changeLine({ cli, isShown: true, consent }, context))]
    : [];
  return [...rules, ...line];
}

/** Settings that cannot be read or written are the user's to mend: said with the place, not thrown. */
async function attempt(
  { title }: HookableCli,
  context: Context,
  step: () => Promise<Change>,
): Promise<Change | "failed"> {
  try {
    return await step();
  } catch (error) {
    if (context.world.signal.aborted) throw error;
    await context.say(`${title}: ${messageOf(error)}`);
    return "failed";
  }
}
