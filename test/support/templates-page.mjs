// docs/templates.md: what a template of an adapter may say, and what is said where the config says nothing.
import { defaultTemplates } from "../../packages/daemon/dist/host/notice/template/default-templates.js";
import { variables } from "../../packages/daemon/dist/host/notice/words/variables.js";

const head = `# Templates

An adapter for people says of each kind of event what a template says: a title and a text, in [Mustache](https://mustache.github.io)
without partials. \`fleet adapter test <name> --kind turn.failed --dry-run\` shows what comes of it.

\`\`\`toml
[[adapter]]
name = "phone"
type = "ntfy"
topic = "agents"

[adapter.template."turn.failed"]
title = "{{session}} failed"
text = "{{error}}{{#lastText}}\\n\\n{{lastText}}{{/lastText}}"
\`\`\`

\`"*"\` stands for every kind that has none of its own, \`digest\` for several events in one. The markup is the channel's own; what a
variable holds is made harmless in it. What is too long is cut in the variables, the longest first: prose keeps its head, a log its end.
Generated from the code.
`;

/** @returns {string} */
export function templatesPage() {
  const rows = Object.entries(variables).map(([name, { about }]) => `| \`{{${name}}}\` | ${about} |`);
  const defaults = Object.entries(defaultTemplates).map(
    ([kind, { title, text }]) => `## ${kind}\n\n\`\`\`text\n${title}\n\n${text}\n\`\`\`\n`,
  );
  const table = ["## Variables", "", "| variable | what |", "|---|---|", ...rows, ""];
  return [head, ...table, "# What is said where the config says nothing", "", ...defaults].join("\n");
}
