import type { HookPayload } from "./payload.ts";

type Known<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** The fields that have a value: an absent one must not overwrite what an earlier event told. */
export function known<Fields extends object>(fields: Fields): Known<Fields>;
export function known(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Which tool a payload is about. */
export function toolOf(payload: HookPayload) {
  return known({ tool: payload.tool_name, toolUseId: payload.tool_use_id });
}

const longestDetail = 300;

/** What a permission dialog asks about, in one line. */
export function detailOf({ tool_input: input = {}, details = {}, message }: HookPayload): string | undefined {
  const found = [
    ...[input["command"], input["file_path"], input["url"], input["description"]],
    ...[details["command"], details["title"], message],
  ].find((value) => typeof value === "string");
  return typeof found === "string" ? found.slice(0, longestDetail) : undefined;
}
