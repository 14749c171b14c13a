import { expect, test } from "vitest";
import type { Unit } from "../failure.ts";
import { openUnits } from "./units.ts";
import type { Question } from "./units.ts";

const json = (status: number, value: unknown) => () => Response.json(value, { status });
const html = () => new Response("<html>", { headers: { "content-type": "text/html" } });
const reset = () => {
  throw new TypeError("fetch failed", { cause: new Error("ECONNRESET") });
};

const unitAt: Readonly<Record<string, Unit>> = { 4000: "mu", 40001: "su", 40002: "cu" };

/** Asks once with these answers in turn, the last one for ever; says what came of it and what was asked. */
async function ask(
  url: string,
  answers: readonly (() => Response)[],
  question: Partial<Question> = {},
) {
  const asked: string[] = [];
  const units = openUnits({
    fetch: async () => (answers[asked.length - 1] ?? answers.at(-1) ?? reset)(),
    signal: new AbortController().signal,
    counted: (counted) => asked.push(counted),
    limits: { requestMs: 1000, retryMs: [1, 1], busyMs: 60, answerBytes: 1000 },
  });
  const unit = unitAt[new URL(url).port] ?? "gateway";
  const answer = await units.ask({ unit, url, ...question });
  const outcome = answer.ok ? (JSON.parse(answer.value.text) as unknown) : answer.failure;
  return { outcome, requests: asked.length, question: asked[0] };
}

test("a good answer is read once, and counted by unit and path", async () => {
  expect(await ask("http://127.0.0.1:40001/processes/p", [json(200, { a: 1 })])).toEqual({
    outcome: { a: 1 },
    requests: 1,
    question: "GET su /processes/p",
  });
});

test("a reset, a page of HTML and a status that may pass are asked again", async () => {
  const answers = [reset, html, json(200, { a: 1 })];
  expect(await ask("http://127.0.0.1:40002/x", answers)).toMatchObject({
    outcome: { a: 1 },
    requests: 3,
  });
  const limited = [json(429, { error: "Rate limit exceeded" }), json(200, {})];
  expect(await ask("http://127.0.0.1:40002/x", limited)).toMatchObject({
    outcome: {},
    requests: 2,
  });
});

test("JSON with a bad status is a refusal, and a refusal for good is not repeated", async () => {
  expect(await ask("http://127.0.0.1:40002/x", [json(404, { error: "no" })])).toEqual({
    outcome: {
      reason: "unit-refused",
      unit: "cu",
      method: "GET",
      url: "http://127.0.0.1:40002/x",
      status: 404,
      detail: '{"error":"no"}',
      retryable: false,
    },
    requests: 1,
    question: "GET cu /x",
  });
});

test("HTML to the end is told as what it is", async () => {
  expect((await ask("http://127.0.0.1:40002/x", [html])).outcome).toMatchObject({
    reason: "unit-unreadable",
    contentType: "text/html",
    start: "<html>",
  });
});

test("an item that the network already has counts as sent", async () => {
  const answers = [reset, json(400, { error: "Message already exists" })];
  const asked = await ask("http://127.0.0.1:4000", answers, {
    method: "POST",
    accepts: ({ text }) => text.includes("already exists"),
  });
  expect(asked).toMatchObject({ requests: 2, question: "POST mu /" });
  expect(asked.outcome).toEqual({ error: "Message already exists" });
});

test("a busy compute unit is asked until it has answered or its time is over", async () => {
  const busy = json(202, { message: "Evaluation in progress" });
  expect(await ask("http://127.0.0.1:40002/x", [busy, json(200, { a: 1 })])).toMatchObject({
    outcome: { a: 1 },
  });
  expect((await ask("http://127.0.0.1:40002/x", [busy])).outcome).toMatchObject({
    reason: "unit-busy",
  });
});

test("an answer without an end is given up at its limit, packed or not", async () => {
  let sentBytes = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (stream) => {
          sentBytes += 100;
          stream.enqueue(new Uint8Array(100).fill(0x20));
        },
      }),
    );
  const asked = await ask("http://127.0.0.1:40002/x", [endless]);
  expect(asked).toMatchObject({
    outcome: {
      reason: "unit-unreachable",
      problem: "its answer does not end within 1000 bytes",
    },
    requests: 3,
  });
  expect(sentBytes).toBeLessThan(3 * 1300);
});
