/** How one CLI's composer looks and wants to be typed into: HOOKS.md §5 as data. */
export interface ComposerFacts {
  /** Names that the pane's foreground process may have. */
  readonly commands: RegExp;
  /** How its first row begins, in each mode; exact, for look-alikes differ in one blank only. All of one length. */
  readonly prompts: readonly string[];
  /** How its later rows begin. */
  readonly indent: string;
  /** Column of the cursor when it is empty. */
  readonly home: number;
  /** The rows directly above and below it. */
  readonly edge: RegExp;
  /** What its upper edge holds when its first rows are out of sight. */
  readonly scrolled?: RegExp;
  /** What its rows end with beside what was typed. */
  readonly tail?: RegExp;
  /** Text it shows while empty where that is not dim. */
  readonly placeholders: readonly string[];
  /** What it suggests in an empty composer is in italics, and not dim. */
  readonly isGhostItalic?: boolean;
  /** Beginnings that it takes for a command, a shell line or a file. */
  readonly leads: string;
  /** From the paste to Enter: an Enter that comes sooner can be lost (HOOKS.md §5, 4 to 8 tries each). */
  readonly pasteWaitMs: number;
}

const claude: ComposerFacts = {
  // By its name, by npm's wrapper, or by its versioned binary.
  commands: /^(claude|node|\d+\.\d+\.\d+[\w.-]*)$/,
  // The agents view and the rows of the conversation have a plain blank there: what is typed there starts a new session.
  prompts: ["\u276F\u00A0"],
  indent: "  ",
  home: 2,
  // May hold the session's name near its end.
  edge: /^\u2500{2,}.*\u2500\s*$/u,
  scrolled: /\u2191 \d+ more/u,
  placeholders: [],
  leads: "/!#@&?",
  pasteWaitMs: 0,
};

const codex: ComposerFacts = {
  commands: /^(codex|node)$/,
  prompts: ["\u203A "],
  indent: "  ",
  home: 2,
  edge: /^\s*$/,
  placeholders: [],
  leads: "/!@$?",
  pasteWaitMs: 100,
};

const gemini: ComposerFacts = {
  commands: /^(gemini|node)$/,
  prompts: [" > ", " * "],
  indent: "   ",
  home: 3,
  // Half blocks, or a line where the terminal's colours are few.
  edge: /^(?:[\s\u2580\u2584]*|\u2500+\s*)$/u,
  placeholders: ["Type your message or @path/to/file"],
  leads: "/!@?",
  // 100 was too little for a busy machine: the Enter became a newline.
  pasteWaitMs: 250,
};

const grok: ComposerFacts = {
  commands: /^(grok|node|\d+\.\d+\.\d+[\w.-]*)$/,
  prompts: ["  \u2502 \u276F "],
  indent: "  \u2502   ",
  home: 6,
  edge: /^\s*[\u256D\u2570]\u2500/u,
  tail: /\s*\u2502\s*$/u,
  placeholders: [],
  isGhostItalic: true,
  leads: "/!@?",
  pasteWaitMs: 0,
};

/** `fleet demo`'s agent: a composer like Claude's. */
const demo: ComposerFacts = { ...claude, commands: /^(fleet-demo-agent|node)$/ };

/** By the `cli` of a session's record. A CLI that is not here is never typed into. */
export const composers: Readonly<Record<string, ComposerFacts>> = { claude, codex, gemini, grok, demo };

/** The facts of a CLI, or undefined. */
export function composerOf(cli: string): ComposerFacts | undefined {
  return Object.hasOwn(composers, cli) ? composers[cli] : undefined;
}

/** Whether the tmux adapter knows how to type into a CLI; it skips a wake of any other one. */
export function isTypedInto(cli: string): boolean {
  return composerOf(cli) !== undefined;
}
