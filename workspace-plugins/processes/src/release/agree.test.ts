import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { expect, test } from "vitest";
import { agree, planNow } from "./agree.ts";
import type { Agreement } from "./agree.ts";
import type { ReleaseFailure } from "./failure.ts";
import type { ReleaseStep } from "./step.ts";

const publish: ReleaseStep = { step: "publish", version: "1.0.0", tag: "latest" };
const move: ReleaseStep = { step: "move-tag", version: "1.0.0", tag: "next", from: undefined };
const refused: Result<never, ReleaseFailure> = fail({
  reason: "npm-failed",
  asked: "publish",
  code: "E409",
  answer: "conflict",
});

async function settle(agreement: Agreement<readonly ReleaseStep[], ReleaseStep>) {
  const planned = await planNow(agreement);
  return planned.ok ? agree(agreement, planned.value) : planned;
}

/** A registry that is asked: what is left after each question, the last answer for all that follow. */
function world(
  left: readonly (readonly ReleaseStep[])[],
  take: () => Result<undefined, ReleaseFailure> = () => ok(undefined),
) {
  const log: string[] = [];
  const signal = new AbortController();
  let asked = 0;
  return {
    log,
    abort: () => signal.abort(),
    agreement: {
      name: "cli",
      ask: async () => ok(left[Math.min(asked++, left.length - 1)] ?? []),
      plan: (steps: readonly ReleaseStep[]) => ok(steps),
      take: async ({ step }: ReleaseStep) => {
        log.push(step);
        return take();
      },
      progress: () => {},
      signal: signal.signal,
      waitsMs: [1, 1],
    },
  };
}

test("what the registry has already is not done", async () => {
  const { agreement, log } = world([[]]);
  expect(await settle(agreement)).toEqual(ok([]));
  expect(log).toEqual([]);
});

test("each step is taken once and read back before the next", async () => {
  const { agreement, log } = world([[publish, move], [move], []]);
  expect(await settle(agreement)).toEqual(ok([publish, move]));
  expect(log).toEqual(["publish", "move-tag"]);
});

test("a registry that shows old answers for a while is asked again, and nothing is done twice", async () => {
  const { agreement, log } = world([[publish], [publish], [publish], []]);
  expect(await settle(agreement)).toEqual(ok([publish]));
  expect(log).toEqual(["publish"]);
});

test("a step whose answer got lost is done when the registry shows it", async () => {
  const { agreement } = world([[publish], []], () => refused);
  expect(await settle(agreement)).toEqual(ok([publish]));
});

test("a step that failed and is left is the failure of npm", async () => {
  const { agreement, log } = world([[publish]], () => refused);
  expect(await settle(agreement)).toEqual(refused);
  expect(log).toEqual(["publish"]);
});

test("npm said done, and the registry never shows it", async () => {
  const { agreement } = world([[publish]]);
  expect(await settle(agreement)).toEqual(
    fail({ reason: "step-without-effect", step: "publish cli@1.0.0 as latest", waitedMs: 2 }),
  );
});

test("it stops while it waits", async () => {
  const { agreement, abort } = world([[publish]], () => {
    abort();
    return ok(undefined);
  });
  expect(await settle(agreement)).toEqual(fail({ reason: "npm-stopped" }));
});
