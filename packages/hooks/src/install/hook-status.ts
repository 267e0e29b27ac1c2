import { getNodeValue } from "jsonc-parser";
import { hookStates, type EventState, type HookState } from "./hook-state.ts";
import type { HookSet } from "./hook-set.ts";
import { readSettings } from "./settings-file.ts";
import { documentOf } from "./settings-text.ts";

/** What stands in a settings file, for `fleet hooks status` and doctor. */
export interface HookStatus {
  readonly file: string;
  readonly hasFile: boolean;
  /** `missing` when nothing is there, `installed` when everything is, else `outdated`. */
  readonly state: HookState;
  readonly events: readonly EventState[];
  /** Settings by which the CLI runs no hooks of the user's at all, as `file: key`. */
  readonly disabledBy: readonly string[];
  /** The file holds comments or trailing commas: fleet keeps them, but Claude Code 2.1.329 then ignores the whole file. */
  readonly isStrictJson: boolean;
}

/** Keys that switch the user's hooks off: the first anywhere, the second in managed settings only. */
const switches = ["disableAllHooks", "allowManagedHooksOnly"];

/**
 * The state of fleet's hooks in a settings file. `others` are further files that the same CLI reads (project, managed):
 * only their switches count. Throws `config` for an invalid file, `storage` for an unreadable one; a missing one is no error.
 */
export async function hookStatus(
  file: string,
  set: HookSet,
  others: readonly string[] = [],
): Promise<HookStatus> {
  const settings = await readSettings(file);
  const events = hookStates(documentOf(settings), set);
  const disabled = await Promise.all([file, ...others].map(switchesIn));
  return {
    file,
    hasFile: settings.text !== undefined,
    state: overall(events.map(({ state }) => state)),
    events,
    disabledBy: disabled.flat(),
    isStrictJson: isStrict(settings.text),
  };
}

function overall(states: readonly HookState[]): HookState {
  if (states.every((state) => state === "installed")) return "installed";
  return states.every((state) => state === "missing") ? "missing" : "outdated";
}

async function switchesIn(file: string): Promise<readonly string[]> {
  const document = documentOf(await readSettings(file));
  if (document === undefined) return [];
  const values: unknown = getNodeValue(document.root);
  const isOn = (key: string) =>
    typeof values === "object" && values !== null && Reflect.get(values, key) === true;
  return switches.filter(isOn).map((key) => `${file}: ${key}`);
}

function isStrict(text: string | undefined): boolean {
  if (text === undefined) return true;
  try {
    JSON.parse(text.replace(/^\uFEFF/, "").trim() || "{}");
    return true;
  } catch {
    return false;
  }
}
