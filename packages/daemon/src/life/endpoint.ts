import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";

/** What the hook client needs to reach the daemon; one `key=value` a line, 0600. */
export interface Endpoint {
  readonly port: number;
  readonly token: string;
}

/** The endpoint of an earlier run: port and token stay, because http hooks bear them. */
export async function readEndpoint(file: string): Promise<Partial<Endpoint>> {
  const text = await readFile(file, "utf8").catch(() => ""); // the first run
  const fields = new Map(
    text.split("\n").map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
  const port = Number(fields.get("port"));
  const token = fields.get("token");
  return { ...(port > 0 ? { port } : {}), ...(token ? { token } : {}) };
}

/** Writes the endpoint at once or not at all. */
export async function writeEndpoint(file: string, endpoint: Endpoint): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, `port=${endpoint.port}\ntoken=${endpoint.token}\n`, { mode: 0o600 });
}

/** A new bearer token. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}
