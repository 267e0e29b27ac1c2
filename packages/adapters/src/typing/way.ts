import { isInTree, type FindProcess } from "./process.ts";
import type { ComposerFacts } from "./screen/clis.ts";
import { squeeze } from "./screen/composer.ts";
import type { Sight } from "./terminal.ts";

/** What may be done with a pane now. */
export type Way =
  /** The composer is empty and it is nobody's turn: type. */
  | { readonly is: "free"; readonly sight: Sight }
  /** Exactly our own text stands there: only Enter is missing. */
  | { readonly is: "ours"; readonly sight: Sight }
  /** Somebody else's text stands there; `isPart`: it may be ours, not wholly drawn yet. */
  | { readonly is: "draft"; readonly reason: string; readonly isPart: boolean; readonly retryInMs?: number }
  /** Something that passes: copy mode, a menu, a person who types. */
  | { readonly is: "blocked"; readonly reason: string; readonly retryInMs?: number }
  /** It will never be free for this session again. */
  | { readonly is: "gone"; readonly reason: string };

/** Whose pane it has to be. */
export interface Owner {
  /** The CLI's process. */
  readonly pid: number;
  readonly facts: ComposerFacts;
  /** What we type. */
  readonly line: string;
  readonly find: FindProcess;
}

/** Judges a pane by the rules of DESIGN §6 (safe typing), the gravest first. */
export async function wayOf(sight: Sight | undefined, owner: Owner): Promise<Way> {
  if (sight === undefined) return { is: "gone", reason: "the pane is gone" };
  const { pane } = sight;
  if (pane.isDead) return { is: "gone", reason: "the pane is dead" };
  const stranger = await whyNotIts(sight, owner);
  if (stranger !== undefined) return stranger;
  if (pane.isInMode) return { is: "blocked", reason: "the pane is in copy mode" };
  if (pane.isSynchronized)
    return { is: "blocked", reason: "the pane's keys go to its neighbours too (synchronize-panes)" };
  if (pane.isInputOff) return { is: "blocked", reason: "the pane takes no input (select-pane -d)" };
  return wayOfComposer(sight, owner.line);
}

/** Never into a shell: the CLI's own process group must have the terminal, and its name must be known. */
async function whyNotIts({ pane }: Sight, { pid, facts, find }: Owner): Promise<Way | undefined> {
  const cli = await find(pid);
  if (cli === undefined)
    return { is: "gone", reason: `process ${pid} is gone; ${pane.command} runs in the pane` };
  if (!(await isInTree(find, pid, pane.pid)))
    return { is: "gone", reason: `process ${pid} does not run in the pane` };
  if (cli.foreground !== cli.group)
    return { is: "blocked", reason: `${pane.command} is in front of process ${pid}` };
  // A wrapper that does not `exec` looks the same after the CLI's end: no guard could tell.
  if (!facts.commands.test(pane.command))
    return { is: "blocked", reason: `${pane.command} runs in the pane, around process ${pid}` };
  return undefined;
}

function wayOfComposer(sight: Sight, line: string): Way {
  const { composer, quietInMs } = sight;
  if (composer.is === "hidden")
    return {
      is: "blocked",
      reason: "the composer is not on the screen: a menu, a dialog or another view is open",
    };
  const retry = quietInMs > 0 ? { retryInMs: quietInMs } : {};
  if (composer.is === "text" && !isLine(composer, line)) {
    const isPart = squeeze(line).includes(composer.squeezed);
    return { is: "draft", reason: "a draft stands in the composer", isPart, ...retry };
  }
  if (quietInMs > 0) return { is: "blocked", reason: "a person is typing", ...retry };
  return { is: composer.is === "empty" ? "free" : "ours", sight };
}

function isLine(
  { squeezed, isWhole }: { readonly squeezed: string; readonly isWhole: boolean },
  line: string,
): boolean {
  const wanted = squeeze(line);
  return isWhole ? squeezed === wanted : squeezed !== "" && wanted.endsWith(squeezed);
}
