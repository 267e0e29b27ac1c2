/** This package's version, as the handshake with the daemon carries it (DESIGN §8); version.test.ts holds it to package.json. */
export const version = "0.1.0";
