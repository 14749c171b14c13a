import { aosSource, pageSizeBytes } from "@slipway/aos";
import { expect, test } from "vitest";
import { isOurModule, readLiveMemory } from "./live-memory.ts";

const { signal } = new AbortController();

async function check(
  answers: readonly (() => Response)[],
  expected: Awaited<ReturnType<typeof readLiveMemory>>,
): Promise<void> {
  const asked: string[] = [];
  const waiting = [...answers];
  const fetch = async (input: string | URL | Request) => {
    asked.push(new Request(input).url);
    const next = waiting.shift();
    if (next === undefined) throw new Error("asked too often");
    return next();
  };
  expect(await readLiveMemory("http://cu.test/", "P", { signal, fetch })).toEqual(expected);
  expect(asked).toEqual(answers.map(() => "http://cu.test/state/P"));
}

const url = "http://cu.test/state/P";

test("the bytes of a memory are kept without its zero pages", async () => {
  const memory = new Uint8Array(3 * pageSizeBytes);
  memory[pageSizeBytes] = 7;
  const bytes = memory.slice(pageSizeBytes, 2 * pageSizeBytes);
  await check([() => new Response(memory)], {
    ok: true,
    value: { pageCount: 3, pages: [1], bytes },
  });
});

test("a busy unit is asked again", async () => {
  const busy = () => Response.json({ message: "in progress" }, { status: 202 });
  const memory = new Uint8Array(pageSizeBytes);
  await check([busy, () => new Response(memory)], {
    ok: true,
    value: { pageCount: 1, pages: [], bytes: new Uint8Array() },
  });
});

test("a unit that does not serve it says nothing against the code", async () => {
  const missing = () => new Response("Not Found", { status: 404 });
  await check([missing], { ok: true, value: "unserved" });
});

test("what cannot be a memory is none, whatever the status", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  await check([page], {
    ok: false,
    failure: { reason: "live-memory-invalid", url, sizeBytes: 6 },
  });
  await check([() => new Response("")], {
    ok: false,
    failure: { reason: "live-memory-invalid", url, sizeBytes: 0 },
  });
});

test("a refusal is told with its status and what the unit says", async () => {
  const limited = () => Response.json({ error: "Rate limit exceeded" }, { status: 429 });
  await check([limited], {
    ok: false,
    failure: {
      reason: "unit-refused",
      unit: "cu",
      method: "GET",
      url,
      status: 429,
      detail: '{"error":"Rate limit exceeded"}',
      retryable: true,
    },
  });
});

test("a unit that does not answer is given up at the limit", async () => {
  const fetch = (_url: unknown, init?: RequestInit) =>
    new Promise<Response>((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  expect(await readLiveMemory("http://cu.test", "P", { signal, fetch, timeoutMs: 20 })).toEqual({
    ok: false,
    failure: {
      reason: "unit-unreachable",
      unit: "cu",
      method: "GET",
      url,
      problem: "no answer in 20 ms",
    },
  });
});

test("a memory of another module is not for ours", () => {
  const digest = Buffer.from(aosSource.digest.slice("sha256:".length), "hex");
  expect(isOurModule(digest.toString("base64url"))).toBe(true);
  expect(isOurModule("ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s")).toBe(false);
});
