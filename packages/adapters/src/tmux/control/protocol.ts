/** What a command printed, or the error it ended with. One command line may give several (HOOKS.md §8). */
export interface ControlBlock {
  readonly lines: readonly string[];
  readonly isError: boolean;
}

/** A line that tmux sends unasked, as `%pane-mode-changed %3`. */
export interface ControlNotice {
  /** Without the `%`. */
  readonly name: string;
  readonly rest: string;
}

/** One whole thing that tmux said. */
export type ControlMessage =
  | { readonly type: "block"; readonly block: ControlBlock }
  | { readonly type: "notice"; readonly notice: ControlNotice };

/** Takes the output of a control mode client apart. Pure but for the line it is in the middle of. */
export interface ControlParser {
  /** Chunks may end anywhere; gives what they completed. */
  push(chunk: string): readonly ControlMessage[];
}

/** A parser at the start of a connection. */
export function controlParser(): ControlParser {
  let rest = "";
  let open: OpenBlock | undefined;
  return {
    push(chunk) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      return lines.flatMap((line) => {
        const [message, next] = take(line.replace(/\r$/, ""), open);
        open = next;
        return message === undefined ? [] : [message];
      });
    },
  };
}

interface OpenBlock {
  /** Time, number and flags of its `%begin`: only the same ones end it, so that what a program printed cannot. */
  readonly guard: string;
  readonly lines: string[];
}

function take(
  line: string,
  open: OpenBlock | undefined,
): readonly [ControlMessage | undefined, OpenBlock | undefined] {
  if (open !== undefined) return takeInside(line, open);
  const begin = /^%begin (.+)$/.exec(line);
  if (begin !== null) return [undefined, { guard: begin[1] ?? "", lines: [] }];
  const notice = /^%([a-z-]+) ?(.*)$/.exec(line);
  if (notice === null) return [undefined, undefined];
  return [{ type: "notice", notice: { name: notice[1] ?? "", rest: notice[2] ?? "" } }, undefined];
}

function takeInside(
  line: string,
  open: OpenBlock,
): readonly [ControlMessage | undefined, OpenBlock | undefined] {
  const isError = line === `%error ${open.guard}`;
  if (!isError && line !== `%end ${open.guard}`) {
    open.lines.push(line);
    return [undefined, open];
  }
  return [{ type: "block", block: { lines: open.lines, isError } }, undefined];
}
