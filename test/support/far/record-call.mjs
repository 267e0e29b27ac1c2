// A program that channels of this machine run: it notes how it was called, a line for each call, in the file that its
// first argument names, and prints a number as notify-send does.
import { appendFileSync, readFileSync } from "node:fs";

const [file, ...args] = process.argv.slice(2);
const { FLEET_NOTICE_TITLE: title, FLEET_NOTICE_TEXT: text } = process.env;
appendFileSync(file, `${JSON.stringify({ args, title, text, stdin: readFileSync(0, "utf8") })}\n`);
process.stdout.write("4711\n");
