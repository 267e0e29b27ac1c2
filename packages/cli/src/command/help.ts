import type { Command } from "./define.ts";

/** The help of one command: usage, what it does, arguments, options, examples; at most `columns` wide. */
export function renderHelp(name: string, command: Command, columns = 80): string {
  const args = Object.values(command.args);
  const flags = [...Object.values(command.flags), { syntax: "-h, --help", about: "show this" }];
  const usage = [name, ...args.map((arg) => arg.syntax), "[options]"].join(" ");
  const width = Math.max(...[...args, ...flags].map((each) => each.syntax.length));
  const section = (title: string, rows: readonly Row[]) =>
    rows.length === 0 ? [] : [`${title}:`, ...lines(rows, { width, columns }), ""];
  return [
    `Usage: ${usage}`,
    "",
    ...wrap(command.about, columns),
    "",
    ...section("Arguments", args),
    ...section("Options", flags),
    "Examples:",
    ...command.examples.flatMap(({ line, about }) => [`  ${line}`, `      ${about}`]),
    "",
  ].join("\n");
}

interface Row {
  readonly syntax: string;
  readonly about: string;
}

function lines(
  rows: readonly Row[],
  { width, columns }: { readonly width: number; readonly columns: number },
): readonly string[] {
  return rows.flatMap(({ syntax, about }) => {
    const [first = "", ...more] = wrap(about, columns - width - 4);
    return [`  ${syntax.padEnd(width)}  ${first}`, ...more.map((line) => `${" ".repeat(width + 4)}${line}`)];
  });
}

function wrap(text: string, width: number): readonly string[] {
  const wrapped: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > Math.max(width, 20)) {
      wrapped.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...wrapped, line];
}
