import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { root } from "../../support/tree.ts";
import type { User } from "./machine.ts";

/** What the README's adapter posted on one machine. */
export interface Listener {
  /** Each event as often as it came, in the order in which it came. */
  events(): Promise<readonly PostedEvent[]>;
}

const eventSchema = z.object({
  id: z.string(),
  kind: z.string(),
  from: z.object({ machine: z.string(), session: z.string() }),
  data: z.looseObject({ toolUseId: z.string().optional() }),
});
type PostedEvent = z.infer<typeof eventSchema>;

const port = 8099;

const program = `
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  appendFileSync("posted.jsonl", Buffer.concat(chunks).toString() + "\\n");
  response.end();
}).listen(${port}, "127.0.0.1", () => appendFileSync("posted.jsonl", ""));
`;

/** Puts the adapter and what it posts to on a machine whose daemon does not run yet; it takes these kinds of events. */
export async function startListener(user: User, kinds: readonly string[]): Promise<Listener> {
  const readme = await readFile(join(root, "packages/core/README.md"), "utf8");
  const adapter = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const config = `[[adapter]]
name = "listener"
type = "./post.mjs"
url = "http://127.0.0.1:${port}/"
allow_private = ["127.0.0.1:${port}"]
runs = "each"
on = ${JSON.stringify(kinds)}
`;
  const script = `mkdir -p .config/fleet && cd .config/fleet && ln -s /opt/fleet/node_modules node_modules
    printf %s "$ADAPTER" >post.mjs; printf %s "$CONFIG" >fleet.toml; cd
    printf %s "$PROGRAM" >listener.mjs; node listener.mjs >/dev/null 2>&1 &
    for ((n = 0; n < 100; n++)); do [ -e posted.jsonl ] && exit; sleep 0.1; done; exit 1`;
  const said = await user.run(script, { ADAPTER: adapter, CONFIG: config, PROGRAM: program });
  if (said.code !== 0) throw new Error(`starting a listener: ${said.stderr}`);
  return {
    events: async () => {
      const { stdout } = await user.run("cat posted.jsonl");
      const lines = stdout.split("\n").filter(Boolean);
      return lines.map((line) => eventSchema.parse(JSON.parse(line)));
    },
  };
}
