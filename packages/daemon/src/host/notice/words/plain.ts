/** What a value of an event's data says to a reader: texts, numbers, lists of them, addresses; nothing else. */
export function plainOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value))
    return value
      .map(plainOf)
      .filter((text) => text !== "")
      .join(" ");
  return addressOf(value);
}

function addressOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("machine" in value) || !("session" in value))
    return "";
  return `${plainOf(value.machine)}/${plainOf(value.session)}`;
}

/** A time of RFC 3339 for a reader in `zone`: `2026-01-02 15:04 Europe/Berlin`. What is no time stays as it is. */
export function timeOf(time: string, zone = "UTC"): string {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return time;
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: zone });
  return `${format.format(ms)} ${zone}`;
}
