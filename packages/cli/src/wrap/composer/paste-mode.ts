/** Whether the command wants its pastes in brackets, by what it has printed. */
export interface PasteMode {
  readonly isBracketed: boolean;
  /** The beginning of a sequence that was printed last, where it has not all come. */
  readonly tail: string;
}

/** A terminal as it begins. */
export const plainPaste: PasteMode = { isBracketed: false, tail: "" };

/** More than the longest list of modes that is set at once. */
const longest = 32;
// eslint-disable-next-line no-control-regex -- a control sequence is what is looked for
const modes = /\u001b\[\?([\d;]*)([hl])/g;
// eslint-disable-next-line no-control-regex -- as above, up to where it was cut
const begun = /\u001b(?:\[(?:\?[\d;]*)?)?$/;

/** Folds what the command printed; it is looked at closely only where the mode's number may stand in it. */
export function foldPasteMode({ isBracketed, tail: before }: PasteMode, output: Buffer): PasteMode {
  const [tail = ""] = begun.exec(output.toString("latin1", Math.max(0, output.length - longest))) ?? [];
  if (before === "" && !output.includes("2004")) return { isBracketed, tail };
  const set = [...(before + output.toString("latin1")).matchAll(modes)];
  const last = set.findLast(([, numbers]) => numbers?.split(";").includes("2004"));
  return { isBracketed: last === undefined ? isBracketed : last[2] === "h", tail };
}
