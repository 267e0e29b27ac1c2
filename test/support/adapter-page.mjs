// docs/adapters/<type>.md: an adapter's spec is its documentation.
import { stringify } from "smol-toml";
import { z } from "zod";

/**
 * The page of one adapter.
 * @param {import("@fleetbus/core").Adapter<never>} adapter
 * @param {{ readonly hasPicture?: boolean }} [beside] whether there is a picture of it beside the page, which a test drew
 * @returns {string}
 */
export function renderAdapter({ spec }, { hasPicture = false } = {}) {
  const short = spec.urls === undefined ? "" : `, or its short form: a URL as ${schemes(spec.urls)}`;
  const made = `Generated from the adapter's spec. In fleet.toml: \`type = "${spec.type}"\`${short}.`;
  const takes =
    spec.on === undefined
      ? []
      : [`Takes ${spec.on.map((kind) => `\`${kind}\``).join(", ")} where the config names nothing.`, ""];
  const parts = [
    traits(spec),
    keys(spec.config),
    answers(spec),
    ...spec.examples.map((example) => exampleOf(spec.type, example)),
  ];
  const picture = hasPicture ? [`![As its test saw it](${spec.type}.png)`, ""] : [];
  return [`# ${spec.type}`, "", spec.summary, "", ...picture, made, "", ...takes, ...parts.flat()].join("\n");
}

/**
 * The list of all of them.
 * @param {readonly import("@fleetbus/core").Adapter<never>[]} adapters
 * @returns {string}
 */
export function renderAdapters(adapters) {
  const row = ({ spec }) =>
    `| [${spec.type}](${spec.type}.md) | ${spec.summary} | ${spec.urls === undefined ? "" : schemes(spec.urls)} |`;
  const isRung = ({ spec }) => spec.on?.some((kind) => kind.startsWith("wake.")) === true;
  const head = ["| type | | by URL |", "|---|---|---|"];
  const channels = adapters.filter((adapter) => !isRung(adapter)).map(row);
  const rungs = adapters.filter(isRung).map(row);
  const made =
    "Generated from the adapters' specs. What is not here is [a package of yours](../custom-adapters.md).";
  const woken = ["## Ways to wake a session", "", "Every machine has them, without an entry.", ""];
  return ["# Adapters", "", made, "", ...head, ...channels, "", ...woken, ...head, ...rungs, ""].join("\n");
}

function schemes({ schemes: names }) {
  return names.map((name) => `\`${name}://\``).join(" or ");
}

function traits({ traits: { idempotent, ordered, maxBytes, rate, proves }, text }) {
  return [
    "## What it can do",
    "",
    "| trait | |",
    "|---|---|",
    `| the far side drops a second send of the same event | ${idempotent ? "yes" : "no"} |`,
    `| one send at a time | ${ordered ? "yes" : "no"} |`,
    `| longest payload | ${maxBytes === undefined ? "no limit" : `${maxBytes} bytes`} |`,
    `| rate | ${rate === undefined ? "no limit" : `${rate.count} in ${rate.perMs / 1000} s`} |`,
    ...(text === undefined ? [] : limits(text)),
    `| a receipt proves | ${proves} |`,
    "",
  ];
}

function limits({ maxTitle, maxText, unit, overflow }) {
  const [first, ...others] = overflow;
  const ways = others.length === 0 ? first : `${first}; or ${others.join(", ")}`;
  return [
    `| longest title | ${maxTitle === 0 ? "none: it is the text's first line" : `${maxTitle} ${unit}`} |`,
    `| longest text | ${maxText} ${unit} |`,
    `| what becomes of more (\`overflow\`) | ${ways} |`,
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

/** Whom a source believes, and what to write for it. */
const believing = {
  sender: {
    says: "The service vouches for who speaks: list them in `from`. Nobody else is answered, or heard.",
    replies: { from: ["123456789"], choices: ["go on", "stop"] },
  },
  signature: {
    says: "Only what bears a signature is read, and it is believed.",
    replies: { to: "lab/web", quotas: true },
  },
  token: {
    says: "Anybody may speak there: what counts is a token that a notice shows, once, until it expires.",
    replies: { choices: ["go on", "stop"], expire: "12h" },
  },
};

/** What it can take in, where it can. */
function answers({ source }) {
  if (source === undefined) return [];
  const { says, replies } = believing[source.vouches];
  const notes = source.notes ?? [];
  const one = "Of several machines with this adapter one listens; another one takes over where that is gone.";
  const toml = ["```toml", "[adapter.replies]", stringify(replies).trimEnd(), "```"];
  const intro =
    "With `[adapter.replies]` in its entry answers come back by it, to the session that they are about:";
  const known = notes.length === 0 ? [] : [...notes.map((note) => `- ${note}`), ""];
  const ways = [says, "", ...(source.isExclusive ? [one, ""] : []), intro, ""];
  return ["## Answers", "", ...ways, ...toml, "", ...known];
}

function exampleOf(type, { title, config }) {
  const entry = stringify({ adapter: [{ name: type, type, ...config }] });
  return [`## Example: ${title}`, "", "```toml", entry.trimEnd(), "```", ""];
}
