import { FleetError, nearest } from "@fleetbus/core";
import type { ConsumerView } from "@fleetbus/core/api";

/** The consumer that a name means; throws `not_found` or `target_ambiguous` with the names. */
export function pick(consumers: readonly ConsumerView[], name: string): ConsumerView {
  const wanted = name.replace("/", "=");
  const exact = consumers.find((each) => each.name === wanted);
  const found = exact ? [exact] : consumers.filter((each) => each.name.endsWith(`=${wanted}`));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const all = found.length > 1 ? found : consumers;
  const candidates = all.map((each) => each.name);
  if (found.length > 1)
    throw new FleetError("target_ambiguous", `looking for consumer "${name}": ${found.length} match`, {
      details: { candidates },
    });
  const near = nearest(
    wanted,
    candidates.flatMap((each) => [each, each.split("=")[1] ?? each]),
  );
  const way = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
  throw new FleetError("not_found", `looking for consumer "${name}": there is none${way}`, {
    details: { candidates },
  });
}
