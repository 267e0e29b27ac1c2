/**
 * The plugin's commands, `/fleet:<name>`. They are a human's: the model cannot call them, for `allowed-tools` lets each
 * run its one command of fleet without asking.
 */
export const commandTexts: Readonly<Record<string, string>> = {
  inbox: command({
    about: "Read what waits for this session on the fleet bus, and act on it",
    allowed: ["inbox"],
    text: `What waited for this session:

!\`fleet inbox\`

Say in one line each what came in and from whom. Then do what is asked, and answer with \`fleet reply\`. If nothing waited, say so
and stop.`,
  }),
  status: command({
    about: "How the fleet is: the daemon, and who is there",
    allowed: ["status", "ls", "whoami"],
    text: `!\`fleet whoami\`

!\`fleet status\`

!\`fleet ls\`

Say in a few lines how the fleet is and who is there. Change nothing.`,
  }),
  pub: command({
    about: "Say something to another session, a group or me",
    hint: "<target> <text>",
    allowed: ["pub"],
    text: `Send this on the fleet bus, as it stands: $ARGUMENTS

The first word is the target, the rest is the text. Run \`fleet pub <target> -\` with the text on the standard input, in a quoted
here-document, so that the shell changes nothing. Then say what it printed. If the target is unknown, show who is there with
\`fleet ls\` and stop.`,
  }),
};

interface Parts {
  readonly about: string;
  readonly hint?: string;
  /** Commands of fleet. */
  readonly allowed: readonly string[];
  readonly text: string;
}

function command({ about, hint, allowed, text }: Parts): string {
  const lines = [
    `description: ${about}`,
    ...(hint === undefined ? [] : [`argument-hint: ${JSON.stringify(hint)}`]),
    `allowed-tools: ${allowed.map((name) => `Bash(fleet ${name}:*)`).join(", ")}`,
    "disable-model-invocation: true",
  ];
  return `---\n${lines.join("\n")}\n---\n\n${text}\n`;
}
