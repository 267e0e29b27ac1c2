import type { Address } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";

/** Something that came in, as the daemon is to store it. */
export interface Posted {
  /** The instance that it came by. */
  readonly adapter: string;
  /** In the name of whose `me` it is stored. */
  readonly machine: string;
  readonly id: string;
  readonly body: string;
}

/** What the daemon does for those who answer from outside. Everything rejects as `fleet pub` does. */
export interface ReplyPost {
  /** Where a message to that would go now, as `lab/web` or `all`. */
  placeOf(target: string): Promise<string>;
  /** A request to a session, or a group. */
  say(posted: Posted & { readonly to: string }): Promise<PublishAnswer>;
  /** An answer to a message that `owner` (a machine's `me`) was sent. */
  answer(posted: Posted & { readonly message: string; readonly owner: Address }): Promise<PublishAnswer>;
  /** What the session is called that was called so at that time (RFC 3339). */
  nowOf(address: Address, time: string): Address;
  /** Who could be named. */
  names(): Promise<readonly string[]>;
}
