// A strict stand-in for zellij: takes the arguments and prints the answers that zellij's source gives (0.44 to 0.46-dev:
// zellij-utils/src/cli.rs, src/commands.rs, zellij-server/src/route.rs), refuses everything else as clap does, and keeps
// its sessions in private tmux servers. What it does not know it refuses, also where zellij knows it.
//   node zellij.mjs <version> <call log> <arguments…>
import { appendFileSync } from "node:fs";
import { act } from "./actions.mjs";
import { parse, Refusal } from "./grammar.mjs";
import { createSession, deadSessions, deleteSession, liveSessions } from "./sessions.mjs";

const [version = "", log = "", ...argv] = process.argv.slice(2);
appendFileSync(log, `${JSON.stringify(argv)}\n`);

const print = (text) => process.stdout.write(`${text}\n`);

try {
  const { command, session, values } = parse(argv, version);
  const commands = { version: showVersion, "list-sessions": list, attach, "delete-session": remove };
  await (commands[command] ?? action)({ command, session, values });
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.isPrinted) print(error.message);
  else process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exit;
}

function showVersion() {
  print(`zellij ${version}`);
}

async function list({ values }) {
  const [live, dead] = [await liveSessions(), deadSessions()];
  if (live.length + dead.length === 0) throw new Refusal("No active zellij sessions found.", 1);
  for (const name of live) print(values.short ? name : `${name} [Created 1s ago] `);
  for (const name of dead)
    print(values.short ? name : `${name} [Created 1s ago] (EXITED - attach to resurrect)`);
}

async function attach({ values }) {
  const name = values.session_name ?? "";
  if (!values.create_background) throw new Refusal("the stand-in attaches to no terminal", 99);
  if ((await liveSessions()).includes(name)) throw new Refusal("Session already exists", 1);
  if (deadSessions().includes(name)) throw new Refusal("the stand-in resurrects no session", 99);
  await createSession(name);
}

async function remove({ values }) {
  const name = values.target_session ?? "";
  if ((await liveSessions()).includes(name)) {
    const text = `A session by the name "${name}" exists and is active, use --force to delete it.`;
    throw new Refusal(text, 1, { isPrinted: true });
  }
  if (!deleteSession(name)) throw new Refusal(`Session: "${name}" not found.`, 2);
  print(`Session: "${name}" successfully deleted.`);
}

async function action({ command, session, values }) {
  const live = await liveSessions();
  if (live.length === 0) throw new Refusal("There is no active session!", 1);
  const name = session ?? process.env["ZELLIJ_SESSION_NAME"] ?? (live.length === 1 ? live[0] : undefined);
  if (name === undefined) {
    const text = "Please specify the session name to send actions to. The following sessions are active:";
    throw new Refusal([text, ...live].join("\n"), 1);
  }
  if (!live.includes(name))
    throw new Refusal(
      [`Session '${name}' not found. The following sessions are active:`, ...live].join("\n"),
      1,
    );
  const said = await act(name, command, values);
  if (said !== undefined) print(said);
}
