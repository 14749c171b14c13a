import { expect, test } from "vitest";
import { openProgress } from "./nx-progress.ts";

function check(lines: readonly string[], expected: readonly string[]): void {
  const progressOf = openProgress();
  expect(lines.flatMap((line) => progressOf(line) ?? [])).toEqual(expected);
}

test("a task that begins is told once, although a batch names it twice", () => {
  check(["> nx run slugify:push", "", "> nx run slugify:push"], ["slugify:push"]);
});

test("what a task says of its progress is told with its project", () => {
  check(["rootfs:   · bootstrapping Debian bookworm"], ["rootfs: bootstrapping Debian bookworm"]);
  check(["\u001b[1mcodex:\u001b[22m   · laying out"], ["codex: laying out"]);
});

test("replays, outcomes and advice are not progress", () => {
  const lines = [
    "> nx run codex:image  [local cache]",
    "  · building slipway/codex:debian",
    "codex: ✓ done: built",
    "codex:   slipway/codex:debian  0.169.0",
    " NX   Successfully ran target image",
  ];
  check(lines, []);
});
