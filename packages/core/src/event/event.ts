import type { Address } from "../names/address.ts";
import type { Origin } from "./origin.ts";

/**
 * Something that happened (DESIGN §2): immutable, published once under its own id,
 * a CloudEvent 1.0 on the wire (event/envelope.ts).
 */
export interface FleetEvent {
  /** Lower-case ULID; also the deduplication id on the bus. */
  readonly id: string;
  /** `turn.stopped`, … (event/kinds.ts) or a kind this version does not know. */
  readonly kind: string;
  readonly from: Address;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly origin: Origin;
  /** How many forwards it came by (`fleethop`); absent where it was published here. What came by one is forwarded no more. */
  readonly hop?: number;
  /** Parsed by its kind's schema where the kind is known. */
  readonly data: Readonly<Record<string, unknown>>;
}
