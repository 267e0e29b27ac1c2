import { Command as Program } from "commander";
import type { Command } from "./define.ts";

/**
 * The help of one command: usage, what it does, arguments, options, examples; at most `columns` wide. Commander writes
 * it, and is loaded for nothing else: reading a command line with it costs `fleet pub` a tenth of its budget.
 */
export function renderHelp(name: string, command: Command, columns = 80): string {
  const program = new Program(name)
    .description(command.about)
    .helpOption("-h, --help", "show this")
    .configureHelp({ helpWidth: columns });
  for (const { syntax, about } of Object.values(command.args)) program.argument(syntax, about);
  for (const { syntax, about } of Object.values(command.flags)) program.option(syntax, about);
  const examples = command.examples.flatMap(({ line, about }) => [`  ${line}`, `      ${about}`]);
  return `${program.helpInformation()}\nExamples:\n${examples.join("\n")}\n`;
}
