// Runs `fleet demo` and draws what it printed as docs/demo.svg: the picture of the README is always of a real run.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const fleet = fileURLToPath(new URL("../../packages/cli/bin/fleet.mjs", import.meta.url));
const target = fileURLToPath(new URL("../../docs/demo.svg", import.meta.url));
const lineHeight = 18;
const width = 900;

const { stdout } = await promisify(execFile)("sh", ["-c", `"${process.execPath}" "${fleet}" demo 2>&1`], {
  timeout: 180_000,
});
const lines = ["$ npx fleet demo", ...stdout.trimEnd().split("\n")].map((line) =>
  line.replace(/\/tmp\/fleet-demo-\w+/g, "/tmp/fleet-demo").replace(/ at \/\S+nats-server$/, ""),
);
await writeFile(target, svg(lines));
process.stdout.write(`${lines.join("\n")}\n`);

/** @param {readonly string[]} text */
function svg(text) {
  const height = text.length * lineHeight + 40;
  const rows = text.map(
    (line, index) =>
      `<text x="20" y="${36 + index * lineHeight}" class="${classOf(line)}">${escape(line.slice(0, 108))}</text>`,
  );
  const style =
    "text{font:13px ui-monospace,monospace;fill:#c9d1d9;white-space:pre}.p{fill:#7ee787;font-weight:bold}.s{fill:#79c0ff}.d{fill:#8b949e}";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="fleet demo in a terminal"><style>${style}</style><rect width="100%" height="100%" rx="8" fill="#0d1117"/>${rows.join("")}</svg>\n`;
}

/** @param {string} line */
function classOf(line) {
  if (line.startsWith("$")) return "p";
  if (/^(stored|woken|offered|shown|done) /.test(line)) return "s";
  return line.startsWith("fleet:") ? "d" : "t";
}

/** @param {string} text */
function escape(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
