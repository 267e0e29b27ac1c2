import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { FleetError } from "@fleetbus/core";
import type { PluginFile } from "./plugin-files.ts";
import { digestOf, isOwnFolder, pluginText, readPluginNote, type PluginNote } from "./plugin-folder.ts";

/** A plugin's folder, and where fleet keeps its notes and backups. */
export interface PluginPlace {
  readonly folder: string;
  readonly dataDir: string;
}

/** What is to become of one file. */
export interface FileChange {
  readonly path: string;
  /** Undefined: there is none, or there is to be none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly mode: number;
  /** Somebody changed what fleet wrote: it is backed up. */
  readonly isEdited: boolean;
}

/** A change to a plugin's folder that was thought through and not made. */
export interface PluginPlan {
  readonly action: "install" | "uninstall";
  readonly place: PluginPlace;
  /** Only files that change. */
  readonly changes: readonly FileChange[];
  /** Unified; empty when nothing is to be done. */
  readonly diff: string;
  /** What to note, or was noted. */
  readonly note: PluginNote | undefined;
}

/**
 * What writing the plugin would change: what an older fleet wrote and this one does not goes. Writes nothing. Throws
 * `conflict` for a folder that holds something else, `storage` for one that cannot be read.
 */
export async function planPluginInstall(
  place: PluginPlace,
  files: readonly PluginFile[],
): Promise<PluginPlan> {
  const noted = await readPluginNote(place.dataDir, place.folder);
  if (!(await isOwnFolder(place.folder, noted)))
    throw new FleetError(
      "conflict",
      `writing the plugin to ${place.folder}: something else is there; move it away first, nothing was changed`,
    );
  const wanted = new Map(files.map((file) => [file.path, file]));
  const stale = Object.keys(noted?.files ?? {}).filter((path) => !wanted.has(path));
  const changes = await changesOf([...stale, ...wanted.keys()], { place, noted, wanted });
  const made = noted === undefined ? await missingFolder(place.folder) : noted.made;
  const digests = files.map(({ path, text }) => [path, digestOf(text)] as const);
  return plan("install", {
    place,
    changes,
    note: { folder: place.folder, files: Object.fromEntries(digests), made },
  });
}

/** What taking the plugin out would change: files of others stay, with their folders. Writes nothing; throws `storage`. */
export async function planPluginUninstall(
  place: PluginPlace,
  files: readonly PluginFile[],
): Promise<PluginPlan> {
  const noted = await readPluginNote(place.dataDir, place.folder);
  if (!(await isOwnFolder(place.folder, noted)))
    return plan("uninstall", { place, changes: [], note: undefined });
  // The manifest first: what is left of the folder is no plugin then.
  const own = files.map(({ path }) => path).toReversed();
  const paths = [...new Set([...own, ...Object.keys(noted?.files ?? {})])];
  const changes = await changesOf(paths, { place, noted, wanted: new Map() });
  return plan("uninstall", { place, changes, note: noted });
}

interface Comparison {
  readonly place: PluginPlace;
  readonly noted: PluginNote | undefined;
  readonly wanted: ReadonlyMap<string, PluginFile>;
}

async function changesOf(
  paths: readonly string[],
  { place, noted, wanted }: Comparison,
): Promise<readonly FileChange[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      const before = await pluginText(place.folder, path);
      const { text: after, mode = 0o644 } = wanted.get(path) ?? {};
      const isEdited = before !== undefined && noted !== undefined && noted.files[path] !== digestOf(before);
      return { path, before, after, mode, isEdited };
    }),
  );
  return all.filter(({ before, after }) => before !== after);
}

/** The outermost folder that making this one would make. */
async function missingFolder(wanted: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let folder = wanted; folder !== dirname(folder); folder = dirname(folder)) {
    const isThere = await access(folder).then(
      () => true,
      () => false, // what else may be wrong with it is told when it is written
    );
    if (isThere) return missing;
    missing = folder;
  }
  return missing;
}

function plan(
  action: PluginPlan["action"],
  { place, changes, note }: Pick<PluginPlan, "place" | "changes" | "note">,
): PluginPlan {
  const diff = changes.map((change) => diffOf(place.folder, change)).join("");
  return { action, place, changes, diff, note };
}

function diffOf(folder: string, { path, before, after }: FileChange): string {
  const file = join(folder, path);
  const nameOf = (text: string | undefined) => (text === undefined ? "/dev/null" : file);
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(nameOf(before), nameOf(after), before ?? "", after ?? "", "", "", options);
}
