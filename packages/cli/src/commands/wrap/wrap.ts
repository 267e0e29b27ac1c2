import { FleetError } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { rest, text, toggle } from "../../command/flags.ts";
import { wrap as wrapCommand } from "../../wrap/wrap.ts";

/** `fleet wrap … -- <command…>`, and what `fleet claude …` stands for. */
export const wrap = defineCommand({
  about:
    "Runs a command in a terminal that fleet holds, and passes every byte between it and yours as it is: keys, pastes, colours, sizes, signals. Its exit code is passed through (128+n after signal n; 125 where fleet itself could not, 126 and 127 where the command could not be started). Where one of the standard streams is no terminal (a pipe, a file), the command gets the streams themselves. An idle session in it is woken by a typed line, between your keys and never over a draft (docs/wrap.md); it needs no daemon and starts none. `fleet claude …`, `fleet codex …`, `fleet gemini …` and `fleet grok …` are `fleet wrap -- claude …` and so on.",
  args: { command: rest("<command...>", "what to run, behind --") },
  flags: {
    name: text(
      "--name <name>",
      "what its session is to be called, for the hooks of its CLI (as FLEET_SESSION); a command without hooks becomes a session by it, idle when it prints nothing",
    ),
    typeBody: toggle(
      "--type-body",
      "with --name: the mail of a command without hooks is pasted whole, in place of a pointer; for those that cannot run fleet inbox",
    ),
  },
  examples: [
    { line: "fleet wrap -- claude -c", about: "the same as fleet claude -c" },
    { line: "fleet wrap --name web -- codex", about: "the session that its hooks tell of is called web" },
    { line: "fleet wrap --name helper -- aider", about: "a session of a command without hooks: weaker" },
    { line: 'fleet claude -p "what is new?" | less', about: "in a pipe: the streams themselves" },
  ],
  failureExit: 125,
  run({ command, name, typeBody }, context) {
    if (name?.trim() === "")
      throw new FleetError("usage", "reading the command line: --name is empty: give the session a name");
    if (typeBody && name === undefined)
      throw new FleetError("usage", "reading the command line: --type-body is of no use without --name");
    return wrapCommand(
      { argv: command, typesBody: typeBody, ...(name === undefined ? {} : { name }) },
      context,
    );
  },
});
