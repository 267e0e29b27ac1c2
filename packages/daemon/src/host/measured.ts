import type { Adapter, Clock, FleetError, Sink } from "@fleetbus/core";
import type { SendOutcome } from "../adapter-metrics.ts";
import { judged } from "./course/attempt.ts";

/** Told of each send, once, when it is over. */
export type OnSend = (outcome: SendOutcome, seconds: number) => void;

/** The adapter with a sink whose sends are measured, those too that hang until the host gives them up. */
export function measured(adapter: Adapter, clock: Clock, onSend: OnSend): Adapter {
  return {
    ...adapter,
    open: (config, context) => {
      const { sink, ...rest } = adapter.open(config, context);
      return sink === undefined ? rest : { ...rest, sink: measuredSink(sink, clock, onSend) };
    },
  };
}

function measuredSink(sink: Sink, clock: Clock, onSend: OnSend): Sink {
  return {
    connect: (signal) => sink.connect(signal),
    close: () => sink.close(),
    send: async (event, signal, notice) => {
      const tell = once(clock, onSend);
      const late = () => isTimeout(signal) && tell("retry");
      signal.addEventListener("abort", late, { once: true });
      try {
        const receipt = await sink.send(event, signal, notice);
        tell(receipt.skipped === undefined ? "delivered" : "skipped");
        return receipt;
      } catch (error) {
        if (!signal.aborted) tell(outcomeOf(judged(error)));
        throw error;
      } finally {
        signal.removeEventListener("abort", late);
      }
    },
  };
}

function once(clock: Clock, onSend: OnSend): (outcome: SendOutcome) => void {
  const begin = clock.monotonic();
  let isTold = false;
  return (outcome) => {
    if (!isTold) onSend(outcome, (clock.monotonic() - begin) / 1000);
    isTold = true;
  };
}

function outcomeOf(error: FleetError): SendOutcome {
  return error.isRetryable ? "retry" : "refused";
}

/** All other aborts are the adapter's end: nothing is known of such a send. */
function isTimeout({ reason }: AbortSignal): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}
