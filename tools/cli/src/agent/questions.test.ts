import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { openAsker } from "./questions.ts";

/** What a definition's author writes to have a question read as another: back to the left, and all erased. */
const forged = "gh shares /secret\r\u001b[2Kgh shares nothing\n\u202e";

async function shownFor(
  ask: (asker: ReturnType<typeof openAsker>) => Promise<unknown>,
  answer: string,
): Promise<string> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const shown: string[] = [];
  output.on("data", (chunk) => shown.push(String(chunk)));
  using asker = openAsker(input, output);
  const asked = ask(asker);
  input.write(`${answer}\n`);
  await asked;
  return shown.join("");
}

it("shows what a definition's author has written, and obeys none of it", async () => {
  const shown = String.raw`gh shares /secret\x0d\x1b[2Kgh shares nothing\x0a\u202e`;
  expect(await shownFor(async (asker) => asker.agree(forged), "n")).toContain(`${shown} [y/N]`);
  const rows = [["debian", forged] as const];
  const list = { question: forged, rows, usual: 0 };
  expect(await shownFor(async (asker) => asker.pickOne(list), "1")).toContain(
    `${shown}:\n  1  debian  ${shown}\n`,
  );
  expect(await shownFor(async (asker) => asker.pickSome(list), "1")).toContain(
    `${shown}:\n  1  debian  ${shown}\n`,
  );
});
