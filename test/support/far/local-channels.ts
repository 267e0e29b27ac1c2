import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Told } from "./http-channels.ts";

const recorder = fileURLToPath(new URL("record-call.mjs", import.meta.url));
const callSchema = z.object({
  args: z.array(z.string()),
  title: z.string().default(""),
  text: z.string().default(""),
  stdin: z.string(),
});
type Call = z.output<typeof callSchema>;

/** A channel that runs a program of this machine. */
export interface LocalChannelFar {
  /** The adapter's own keys, for a program that notes its calls in `file` (its only argument of its own). */
  keys(program: string, file: string): Readonly<Record<string, unknown>>;
  told(call: Call): Told;
}

/** What the program of a channel is, and what it was told. */
export interface Recorder {
  /** A program without arguments of its own. */
  readonly program: string;
  readonly file: string;
  calls(): Promise<readonly Call[]>;
  close(): Promise<void>;
}

/** Every channel of the machine itself, by its type. */
export const localChannels: Readonly<Record<string, LocalChannelFar>> = {
  desktop: {
    keys: (command) => ({ platform: "linux", tool: "notify-send", command }),
    told: ({ args }) => {
      const [title = "", body = ""] = args.slice(args.indexOf("--") + 1);
      return { title, text: plainOf(body) };
    },
  },
  exec: {
    keys: (_, file) => ({ command: [process.execPath, recorder, file] }),
    told: ({ title, text }) => ({ title, text }),
  },
};

/** A program in a folder of its own. */
export async function startRecorder(): Promise<Recorder> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-far-"));
  const [program, file] = [join(folder, "program"), join(folder, "calls")];
  await writeFile(file, "");
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${recorder}' '${file}' "$@"\n`);
  await chmod(program, 0o755);
  const calls = async () => {
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
    return lines.map((line) => callSchema.parse(JSON.parse(line)));
  };
  return { program, file, calls, close: () => rm(folder, { recursive: true, force: true }) };
}

/** What notify-send makes of its body. */
function plainOf(body: string): string {
  return body
    .replaceAll("\\\\", "\\")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
