import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { SettingsDocument } from "./document.ts";
import { ownHandlers, type HookSet } from "./hook-set.ts";
import { hookStates, isInstalled } from "./hook-state.ts";
import { readRecord, recordFile } from "./install-record.ts";
import { standingRules } from "./rules.ts";
import { readSettings } from "./settings-file.ts";
import { standingLine, withoutLine } from "./status-line.ts";
import { documentOf, withHooks, withoutHooks, type Installed, type SettingsText } from "./settings-text.ts";

/** A settings file of one CLI, and where fleet keeps its notes and backups. */
export interface SettingsPlace {
  readonly file: string;
  readonly dataDir: string;
}

/** A change to a settings file that was thought through and not made: shown by a dry run, made by applyPlan. */
export interface SettingsPlan {
  readonly action: "install" | "uninstall";
  readonly file: string;
  /** Where the text really stands, links followed. */
  readonly target: string;
  /** Undefined: there is no file, or there is to be none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Unified; empty when nothing is to be done. */
  readonly diff: string;
  readonly isReadOnly: boolean;
  /** What to note, or was noted, for the way back. */
  readonly record: { readonly file: string; readonly installed: Installed | undefined };
}

/** What an installation adds beside the hooks. */
export interface InstallOptions {
  /** The set's permission rules; else those that an earlier one added stay. */
  readonly addRules?: boolean;
  /** The script of the status line, or false: none; else what an earlier one added stays. */
  readonly line?: string | false;
}

/**
 * What installing the set would change. Fleet's own handlers are replaced, other tools' in the same events stay as they
 * are; when all of it stands there already, nothing changes. Writes nothing. Throws `config` (with line and column) for
 * a file that is no valid settings, `storage` for one that cannot be read.
 */
export async function planInstall(
  place: SettingsPlace,
  set: HookSet,
  { addRules = false, line: wantedLine }: InstallOptions = {},
): Promise<SettingsPlan> {
  const { settings, installed, recordAt } = await read(place);
  const document = documentOf(settings);
  const asked = addRules ? set.rules : (installed?.rules ?? []);
  // Where fleet has no rules it need not understand the user's.
  const standing = asked.length === 0 ? [] : standingRules(document);
  const rules = addRules ? asked : asked.filter((rule) => standing.includes(rule));
  const line = lineFor(document, wantedLine, installed);
  const isDone =
    isInstalled(hookStates(document, set)) &&
    rules.every((rule) => standing.includes(rule)) &&
    (wantedLine === undefined || standingLine(document)?.script === line);
  if (settings.text !== undefined && isDone)
    return plan("install", { settings, after: settings.text, recordAt, installed });
  const undone = withoutHooks(settings, set, installed);
  const cleaned = wantedLine === false && undone !== undefined ? lineless(settings.file, undone) : undone;
  const next = withHooks({ file: settings.file, text: cleaned }, set, { rules, line });
  const folder = installed?.folder ?? (await missingFolder(settings.target));
  return plan("install", {
    settings,
    after: next.text,
    recordAt,
    installed: { ...next.installed, folder: next.installed.base.is === "missing" ? folder : undefined },
  });
}

/** What uninstalling would change: every byte of the user's is kept or comes back. Writes nothing; throws as planInstall. */
export async function planUninstall(place: SettingsPlace, set: HookSet): Promise<SettingsPlan> {
  const { settings, installed, recordAt } = await read(place);
  const after = withoutHooks(settings, set, installed);
  return plan("uninstall", { settings, after, recordAt, installed });
}

/** What adding the set's rules would change, alone: as planLine of the hooks. Writes nothing; throws as planInstall. */
export async function planRules(place: SettingsPlace, set: HookSet): Promise<SettingsPlan> {
  const { settings } = await read(place);
  return planInstall(place, isHooked(settings, set) ? set : { ...set, wanted: [] }, { addRules: true });
}

/**
 * What adding fleet's status line (its script), or taking it out (undefined), would change; hooks that stand there are
 * brought up to date, and none are added. Writes nothing; throws as planInstall.
 */
export async function planLine(
  place: SettingsPlace,
  set: HookSet,
  script: string | undefined,
): Promise<SettingsPlan> {
  const { settings, installed } = await read(place);
  const noHooks = { ...set, wanted: [] };
  const hasHooks = isHooked(settings, set);
  const hasRules = (installed?.rules.length ?? 0) > 0;
  if (hasHooks || hasRules || script !== undefined)
    return planInstall(place, hasHooks ? set : noHooks, { line: script ?? false });
  return installed === undefined
    ? planInstall(place, noHooks, { line: false })
    : planUninstall(place, noHooks);
}

function isHooked(settings: SettingsText, set: HookSet): boolean {
  const document = documentOf(settings);
  return document !== undefined && ownHandlers(document, set).length > 0;
}

/** A line that the user has taken out meanwhile is not put in again unless it is asked for. */
function lineFor(
  document: SettingsDocument | undefined,
  wanted: string | false | undefined,
  installed: Installed | undefined,
): string | undefined {
  if (wanted !== undefined) return wanted === false ? undefined : wanted;
  return installed?.line !== undefined && standingLine(document) !== undefined ? installed.line : undefined;
}

function lineless(file: string, text: string): string {
  return documentOf({ file, text }) === undefined ? text : withoutLine({ file, text });
}

async function read({ file, dataDir }: SettingsPlace) {
  const settings = await readSettings(file);
  const recordAt = recordFile(dataDir, settings.target);
  return { settings, recordAt, installed: await readRecord(recordAt, settings.target) };
}

/** The outermost folder that writing the file would make. */
async function missingFolder(target: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let folder = dirname(target); folder !== dirname(folder); folder = dirname(folder)) {
    const isThere = await access(folder).then(
      () => true,
      () => false, // what else may be wrong with it is told when it is written
    );
    if (isThere) return missing;
    missing = folder;
  }
  return missing;
}

interface Parts {
  readonly settings: Awaited<ReturnType<typeof readSettings>>;
  readonly after: string | undefined;
  readonly recordAt: string;
  readonly installed: Installed | undefined;
}

function plan(action: SettingsPlan["action"], { settings, after, recordAt, installed }: Parts): SettingsPlan {
  const { file, target, text: before, isReadOnly } = settings;
  const diff = diffOf(target, before, after);
  return { action, file, target, before, after, diff, isReadOnly, record: { file: recordAt, installed } };
}

function diffOf(target: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const nameOf = (text: string | undefined) => (text === undefined ? "/dev/null" : target);
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(nameOf(before), nameOf(after), before ?? "", after ?? "", "", "", options);
}
