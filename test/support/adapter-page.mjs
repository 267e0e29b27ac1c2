// docs/adapters/<type>.md: an adapter's spec is its documentation.
import { z } from "zod";

/**
 * The page of one adapter.
 * @param {import("@fleetbus/core").Adapter<never>} adapter
 * @returns {string}
 */
export function renderAdapter({ spec }) {
  const made = `Generated from the adapter's spec. In fleet.toml: \`type = "${spec.type}"\`.`;
  const takes =
    spec.on === undefined
      ? []
      : [`Takes ${spec.on.map((kind) => `\`${kind}\``).join(", ")} where the config names nothing.`, ""];
  const parts = [
    traits(spec.traits),
    keys(spec.config),
    ...spec.examples.map((example) => exampleOf(spec.type, example)),
  ];
  return [`# ${spec.type}`, "", spec.summary, "", made, "", ...takes, ...parts.flat()].join("\n");
}

function traits({ idempotent, ordered, maxBytes, rate, proves }) {
  return [
    "## What it can do",
    "",
    "| trait | |",
    "|---|---|",
    `| the far side drops a second send of the same event | ${idempotent ? "yes" : "no"} |`,
    `| one send at a time | ${ordered ? "yes" : "no"} |`,
    `| longest payload | ${maxBytes === undefined ? "no limit" : `${maxBytes} bytes`} |`,
    `| rate | ${rate === undefined ? "no limit" : `${rate.count} in ${rate.perMs / 1000} s`} |`,
    `| a receipt proves | ${proves} |`,
    "",
  ];
}

function keys(config) {
  const schema = z.toJSONSchema(config, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    keyRow(name, field, schema.required ?? []),
  );
  if (rows.length === 0) return ["It has no keys of its own.", ""];
  return ["## Keys", "", "| key | | default | what |", "|---|---|---|---|", ...rows, ""];
}

function keyRow(name, field, required) {
  const note = [required.includes(name) ? "required" : "", field.secret === true ? "secret" : ""]
    .filter(Boolean)
    .join(", ");
  const fallback = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
  return `| \`${name}\` | ${note} | ${fallback} | ${field.description ?? ""} |`;
}

function exampleOf(type, { title, config }) {
  const entry = { name: type, type, ...config };
  const lines = Object.entries(entry).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return [`## Example: ${title}`, "", "```toml", "[[adapter]]", ...lines, "```", ""];
}
