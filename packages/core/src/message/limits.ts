/** The largest body, in bytes of UTF-8. The server's payload limit is 1 MiB; the envelope needs the rest. Apart from the schemas, because the CLI checks it without loading them. */
export const maxBodyBytes = 900_000;
