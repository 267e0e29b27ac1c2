import { deepEqual, equal, ok } from "node:assert/strict";
import type { Said, SourceAnswer, SourceDelivery } from "../../adapter/source.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { timeLimit } from "../../time-limit.ts";
import {
  graceMs,
  isSource,
  limitMs,
  rejectsAsFleetError,
  spokenText,
  within,
  type AdapterCase,
  type AdapterSubject,
  type Bench,
} from "./case.ts";
import { connectSource, listening, speak, type Ear } from "./listening.ts";

const can = (ability: "leave" | "keeps") => (subject: AdapterSubject) =>
  isSource(subject) && subject.harness.can.includes(ability);
const taken: SourceAnswer = { line: "→ lab/web: stored" };
const pauseMs = 400;

/** World → bus. */
export const sourceCases: readonly AdapterCase[] = [
  {
    name: "what somebody says comes out once, with an id and an answer to give",
    isFor: isSource,
    run: (bench) =>
      listening(bench, async (ear) => {
        await speak(bench, 1);
        const { id, said, ack } = await ear.next();
        ok(id.trim() !== "", "it has no id");
        equal(textOf(said), spokenText(1));
        await within(ack(taken), "ack");
        await nothingMore(ear);
      }),
  },
  {
    name: "what is refused for a while comes again as the same, and not before the time that was named",
    isFor: isSource,
    run: (bench) => listening(bench, (ear) => comesAgain(bench, ear)),
  },
  {
    name: "what was taken or refused for good does not come again, nor to a source that is opened after",
    isFor: isSource,
    run: doesNotComeAgain,
  },
  {
    name: "keeps: what was neither taken nor refused for good comes to a source that is opened after",
    isFor: can("keeps"),
    run: async (bench) => {
      const first = await listening(bench, async (ear) => {
        await speak(bench, 1);
        return ear.next();
      });
      await listening(bench, async (ear) => {
        const again = await ear.next();
        deepEqual(shownOf(again), shownOf(first));
        await within(again.ack(taken), "ack");
      });
    },
  },
  {
    name: "one at a time: the next comes when the one before is settled",
    isFor: isSource,
    run: (bench) =>
      listening(bench, async (ear) => {
        await speak(bench, 1, 2);
        const first = await ear.next();
        equal((await ear.soon(graceMs))?.id, undefined, "another came before the first was settled");
        await within(first.ack(taken), "ack");
        const second = await ear.next();
        deepEqual([textOf(first.said), textOf(second.said)].toSorted(), [spokenText(1), spokenText(2)]);
        await within(second.ack(taken), "ack");
      }),
  },
  {
    name: "receive ends soon when its signal aborts",
    isFor: isSource,
    run: async (bench) => {
      const source = await connectSource(bench);
      const next = source.receive(timeLimit(100))[Symbol.asyncIterator]().next();
      const ended = next.catch(() => undefined); // ending by throwing is ending
      const result = await within(ended, "an aborted receive", limitMs);
      ok(result === undefined || result.done === true, "something came out of nothing");
    },
  },
  {
    name: "a far side that is gone makes receive throw, for a later try",
    isFor: can("leave"),
    run: (bench) =>
      listening(bench, async (ear) => {
        equal((await ear.soon(graceMs))?.id, undefined, "something came out of nothing");
        await bench.far.leave?.();
        await rejectsAsFleetError(ear.next(), "receive", true);
      }),
  },
  {
    name: "its source may be closed twice, and before it was connected",
    isFor: isSource,
    run: async (bench) => {
      const source = await connectSource(bench);
      await within(source.close(), "close");
      await within(source.close(), "the second close");
      await within(bench.open().source?.close() ?? Promise.resolve(), "close without connect");
    },
  },
];

async function comesAgain(bench: Bench, ear: Ear): Promise<void> {
  await speak(bench, 1);
  const first = await ear.next();
  const since = performance.now();
  const later = new FleetError("unavailable", "taking a reply: later", {
    details: { retryAfterMs: pauseMs },
  });
  await within(first.nak(later), "nak");
  const again = await ear.next();
  ok(performance.now() - since > pauseMs - 20, "it comes again too soon");
  deepEqual(shownOf(again), shownOf(first));
  await within(again.ack(taken), "ack");
  await nothingMore(ear);
}

async function doesNotComeAgain(bench: Bench): Promise<void> {
  await listening(bench, async (ear) => {
    await speak(bench, 1);
    await within((await ear.next()).ack(taken), "ack");
    await speak(bench, 2);
    const second = await ear.next();
    equal(textOf(second.said), spokenText(2));
    await within(second.nak(new FleetError("refused", "taking a reply: no such token")), "nak");
    await nothingMore(ear);
  });
  await listening(bench, async (ear) => {
    await speak(bench, 3);
    const third = await ear.next();
    equal(textOf(third.said), spokenText(3));
    await within(third.ack(taken), "ack");
  });
}

async function nothingMore(ear: Ear): Promise<void> {
  equal((await ear.soon(graceMs))?.id, undefined, "it comes again");
}

function textOf(said: Said): string {
  return said.type === "text" ? said.text : `a ${said.type}`;
}

function shownOf({ id, said, sender }: SourceDelivery) {
  return { id, said, sender };
}
