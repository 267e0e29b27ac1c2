import { write } from "node:fs";
import { systemClock } from "@fleetbus/core";

const retryMs = 5;

/** Writes all of it to a descriptor; rejects with EPIPE when its reader has gone. */
export async function writeAll(fd: number, bytes: Buffer): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const written = await writeSome(fd, rest);
    rest = rest.subarray(written);
    if (written === 0) await systemClock.sleep(retryMs);
  }
}

/** Another owner of the same pipe may have made it non-blocking: a full one then takes nothing for a while. */
function writeSome(fd: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === "EAGAIN") resolve(0);
      else reject(error);
    });
  });
}
