import type { Clock, Said } from "@fleetbus/core";
import { refusal } from "../../replies/refusal.ts";
import type { Quotas } from "../effects/quotas.ts";

/** What setting a quota needs of a host. */
export interface QuotaDeps {
  readonly quotas: Quotas;
  readonly clock: Clock;
  /** The adapters of this machine. */
  names(): readonly string[];
  /** What is held back by an adapter's old quota is looked at anew. Never rejects. */
  reconsider(adapter: string): Promise<void>;
}

const most = 1_000_000;

/** Sets or lifts a quota as a signed request says; resolves with a line. Rejects for one that cannot be, naming what there is. */
export async function setQuota(
  { quotas, clock, names, reconsider }: QuotaDeps,
  { adapter, daily }: Extract<Said, { type: "quota" }>,
  by: string,
): Promise<string> {
  if (!names().includes(adapter))
    throw refusal("target", `there is no adapter of that name; there are ${names().join(", ")}`, {
      code: "not_found",
    });
  if (daily !== undefined && !(Number.isInteger(daily) && daily >= 0 && daily <= most))
    throw refusal("quota", "daily is no whole number of sends", { code: "usage" });
  await quotas.set(adapter, daily === undefined ? undefined : { daily, by, at: clock.now() });
  await reconsider(adapter);
  return daily === undefined ? `${adapter}: as its config says` : `${adapter}: ${daily} sends a day`;
}
