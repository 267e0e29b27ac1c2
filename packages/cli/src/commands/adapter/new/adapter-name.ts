import { FleetError, isReserved, isToken, slug } from "@fleetbus/core";

const prefix = "fleet-adapter-";
/** The package's name adds the prefix, and a name of a host may have so many. */
const maxLength = 40;

/** The name of a new adapter, with or without the prefix of its package. Throws `usage` with the nearest that is one. */
export function adapterName(given: string): string {
  const name = given.startsWith(prefix) ? given.slice(prefix.length) : given;
  if (isToken(name) && !isReserved(name) && name.length <= maxLength) return name;
  const rule = `use a-z, 0-9, - and _, at most ${maxLength} characters, and no reserved name`;
  throw new FleetError("usage", `naming an adapter "${given}": ${rule}, as ${nearestTo(name)}`, {
    details: { didYouMean: nearestTo(name) },
  });
}

/** What its package is called, and by which keyword it is found beside: fleet's convention for all. */
export function packageOf(name: string): string {
  return `${prefix}${name}`;
}

function nearestTo(text: string): string {
  const folded = slug(text.toLowerCase())
    .slice(0, maxLength)
    .replace(/[-_]+$/, "");
  if (folded === "session") return "mine"; // slug's word for what holds no letter
  return folded.replace(/^session-/, "my-");
}
