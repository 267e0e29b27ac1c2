/**
 * The value of a field of a payload: under that very key, else, of a name with dots, inside of others. Only own keys
 * count, so that no payload reaches what all objects have.
 */
export function fieldAt(payload: unknown, path: string): unknown {
  const whole = own(payload, path);
  if (whole !== undefined || !path.includes(".")) return whole;
  return path.split(".").reduce(own, payload);
}

function own(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
