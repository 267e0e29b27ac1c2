import { posix } from "node:path";
import { z } from "zod";
import { cutDeep, FleetError } from "@fleetbus/core";
import { hookProtocol } from "../client/render.ts";

/** What a hook's call says of where it came from; all of it but `cli`, `event` and `time` may be missing. */
export interface HookFacts {
  /** `wait` is the waiter that stays until the session is to be woken. */
  readonly verb: "hook" | "wait";
  readonly cli: string;
  /** The CLI's own name of the event. */
  readonly event: string;
  /** Made by the client, the same in the request and in the file it leaves when the answer was lost: drop a second one. */
  readonly id?: string | undefined;
  /** RFC 3339, UTC: when it happened. */
  readonly time: string;
  readonly pid?: number | undefined;
  /** `$TMUX_PANE`, as `%3`. */
  readonly pane?: string | undefined;
  /** `$TMUX`: socket path, server pid, session, with commas. */
  readonly tmux?: string | undefined;
  /** `$ZELLIJ_PANE_ID`, and the folder of the sockets with the session's name. */
  readonly zellij?: { readonly id: string; readonly socket: string } | undefined;
  readonly session?: string | undefined;
  readonly parent?: string | undefined;
  readonly role?: string | undefined;
  readonly messagingSocket?: string | undefined;
  /** The hooks of a plugin said it; else those of the CLI's settings. */
  readonly via?: "plugin" | undefined;
}

/** One call of a hook, whichever way it came: over HTTP from the client or the CLI, or as a dropped file. */
export interface HookRequest extends HookFacts {
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A request as a server or a file gives it. */
export interface RawHookRequest {
  /** `/v1/hook/<cli>/<Event>` or `/v1/wait/<cli>`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array | string;
  /** Milliseconds since 1970: the time of a request that names none. */
  readonly now: number;
}

/**
 * Reads a hook's call. A fact that makes no sense is left out, for an event is worth more than its pane, and of the payload
 * what is nested too deep (core: `cutDeep`);
 * throws `malformed` for a path or payload that cannot be read, `version` for a client of another protocol.
 */
export function parseHookRequest(raw: RawHookRequest): HookRequest {
  const facts = parseHookFacts(raw);
  const payload = parsePayload(raw.body, `${facts.cli} ${facts.event}`);
  const event = facts.event === "" ? (eventNameSchema.parse(payload).hook_event_name ?? "") : facts.event;
  return { ...facts, event, payload };
}

/** The facts alone, from path and headers: what is left of a call whose payload was lost. */
export function parseHookFacts({ path, headers, now }: Omit<RawHookRequest, "body">): HookFacts {
  const { hook, event = "", wait } = PATH.exec(path)?.groups ?? {};
  const cli = hook ?? wait;
  if (cli === undefined)
    throw new FleetError("malformed", `reading a hook's call: no hook has the path ${path.slice(0, 80)}`);
  const { "x-fleet-version": version, "x-fleet-time": time, ...found } = headersSchema.parse(headers);
  if (version !== undefined && version !== hookProtocol) throw wrongVersion(version);
  return {
    verb: wait === undefined ? "hook" : "wait",
    cli,
    event,
    id: found["x-fleet-id"],
    time: timeOf(time, now),
    pid: found["x-fleet-pid"],
    pane: found["x-fleet-pane"],
    tmux: found["x-fleet-tmux"],
    zellij: found["x-fleet-zellij"],
    session: found["x-fleet-session"],
    parent: found["x-fleet-parent"],
    role: found["x-fleet-role"],
    messagingSocket: found["x-fleet-socket"],
    via: found["x-fleet-via"],
  };
}

const PATH = /^\/v1\/(?:hook\/(?<hook>[a-z]{1,32})\/(?<event>[A-Za-z]{1,64})|wait\/(?<wait>[a-z]{1,32}))$/;

const text = (longest: number) => z.string().min(1).max(longest).optional().catch(undefined);

const headersSchema = z.object({
  "x-fleet-version": z.coerce.number().optional().catch(Number.NaN),
  "x-fleet-id": z
    .string()
    .regex(/^\d+-\d+-\d+$/)
    .max(60)
    .optional()
    .catch(undefined),
  "x-fleet-time": z
    .string()
    .regex(/^\d{1,12}(\.\d{1,6})?$/)
    .optional()
    .catch(undefined),
  "x-fleet-pid": z.coerce.number().int().positive().optional().catch(undefined),
  "x-fleet-pane": z
    .string()
    .regex(/^%\d+$/)
    .optional()
    .catch(undefined),
  "x-fleet-tmux": text(400),
  "x-fleet-zellij": z
    .string()
    .regex(/^\d{1,9} \/[^\n]{1,400}[^/\n]$/)
    .transform((place) => ({
      id: place.split(" ", 1)[0] ?? "",
      socket: posix.normalize(place.replace(/^\d+ /, "")),
    }))
    .optional()
    .catch(undefined),
  "x-fleet-session": text(200),
  "x-fleet-parent": text(200),
  "x-fleet-role": text(200),
  "x-fleet-socket": text(400),
  "x-fleet-via": z.literal("plugin").optional().catch(undefined),
});

const payloadSchema = z.record(z.string(), z.unknown());
const eventNameSchema = z.object({ hook_event_name: z.string().optional().catch(undefined) });

function parsePayload(body: Uint8Array | string, what: string): Readonly<Record<string, unknown>> {
  const json = typeof body === "string" ? body : new TextDecoder().decode(body);
  try {
    return payloadSchema.parse(cutDeep(JSON.parse(json)));
  } catch (cause) {
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    throw new FleetError(
      "malformed",
      `reading the payload of ${what}: ${bytes} bytes that are no JSON object`,
      { cause },
    );
  }
}

/** A clock of another boot or a forged time says nothing: no event is from the future. */
function timeOf(seconds: string | undefined, now: number): string {
  const said = seconds === undefined ? now : Math.floor(Number(seconds) * 1000);
  return new Date(said > now + 60_000 ? now : said).toISOString();
}

function wrongVersion(version: number): FleetError {
  const way = "run `fleet hooks install --apply`";
  return new FleetError(
    "version",
    `reading a hook's call: the client speaks protocol ${version}, this daemon ${hookProtocol}; ${way}`,
  );
}
