import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const settingsSchema = z.looseObject({ hooks: z.record(z.string(), z.array(z.unknown())) });
const payloadSchema = z.record(z.string(), z.unknown());

/** A payload as a CLI gave it to a hook. */
export interface Recorded {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Puts a hook that keeps each payload beside fleet's own, at the same events. */
export async function recordPayloads(settingsFile: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const settings = settingsSchema.parse(JSON.parse(await readFile(settingsFile, "utf8")));
  const own = (event: string) => ({ type: "command", command: `cat > ${folder}/${event}.$$` });
  const hooks = Object.entries(settings.hooks).map(
    ([event, groups]) => [event, [...groups, { hooks: [own(event)] }]] as const,
  );
  await writeFile(settingsFile, JSON.stringify({ ...settings, hooks: Object.fromEntries(hooks) }, null, 2));
}

/** What was kept so far; one that is being written is left out. */
export async function recordedIn(folder: string): Promise<readonly Recorded[]> {
  const files = await readdir(folder);
  const read = files.map(async (file) => {
    const text = await readFile(join(folder, file), "utf8");
    const payload = text.endsWith("}") || text.endsWith("}\n") ? payloadSchema.parse(JSON.parse(text)) : {};
    return { event: file.split(".")[0] ?? "", payload };
  });
  return (await Promise.all(read)).filter(({ payload }) => Object.keys(payload).length > 0);
}
