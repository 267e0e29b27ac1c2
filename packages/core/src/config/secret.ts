import { z } from "zod";
import { FleetError, messageOf } from "../errors/fleet-error.ts";

const redacted = "[redacted]";

/** Where the content of a secret comes from, when it is needed. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rejects when it cannot be read. */
  readFile(path: string): Promise<string>;
}

/**
 * A secret as the config names it: `env:NAME`, `file:/path`, or its content itself. It prints as `[redacted]` wherever it
 * lands (logs, JSON, templates); only `revealSecret` gives the content (ECOSYSTEM.md, security 1).
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** `env:NAME` or `file:/path`, which may be shown; undefined for a literal. */
  get reference(): string | undefined {
    return isSecretReference(this.#text) ? this.#text : undefined;
  }

  /** The content of a literal; of a reference the reference. For `revealSecret`. */
  static textOf(secret: Secret): string {
    return secret.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }
}

/** A config value that is a secret: reads the text into a `Secret`, and is marked so in the JSON Schema. */
export const secretSchema = z
  .string()
  .min(1)
  .transform((text) => new Secret(text))
  .meta({ secret: true });

/** Whether a text names a secret instead of holding it. */
export function isSecretReference(text: string): boolean {
  return /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/s.test(text);
}

/** The content of a secret, or of a text that may name one; throws `config` when it is not there. */
export async function revealSecret(secret: Secret | string, sources: SecretSources): Promise<string> {
  const text = typeof secret === "string" ? secret : Secret.textOf(secret);
  if (!isSecretReference(text)) return text;
  const name = text.slice(text.indexOf(":") + 1);
  const content = text.startsWith("env:") ? sources.env[name] : await readSecretFile(name, sources);
  if (content !== undefined && content !== "") return content;
  throw new FleetError("config", `reading secret ${text}: it is ${content === "" ? "empty" : "not set"}`);
}

/** One newline at the end is an editor's, not the secret's. */
async function readSecretFile(path: string, sources: SecretSources): Promise<string> {
  try {
    return (await sources.readFile(path)).replace(/\r?\n$/, "");
  } catch (error) {
    throw new FleetError("config", `reading secret file:${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** What may be printed of a secret value. */
export function printableSecret(value: unknown): unknown {
  return typeof value === "string" && isSecretReference(value) ? value : redacted;
}
