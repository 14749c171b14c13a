import { expect, test } from "vitest";
import { sandboxOff } from "./sandbox-off.ts";

const plugins = [
  { name: "lang/node", place: "standard", program: "/s/lang-node/main.ts" },
  { name: "acme/deploy", place: "local", program: "/r/deploy/main.ts" },
  { name: "acme/small", place: "local", program: "/r/small/small.wasm" },
] as const;

const off = { state: "not-enforced", detail: "bubblewrap is not installed" } as const;

test("without a sandbox the plugins of others are named in a warning", () => {
  expect(sandboxOff(off, plugins)).toMatchObject([
    {
      code: "SANDBOX_OFF",
      message: "acme/deploy could read and write all that you can: bubblewrap is not installed",
    },
  ]);
});

test("of our own programs, and in a sandbox, nothing is said", () => {
  expect(sandboxOff(off, [plugins[0], plugins[2]])).toEqual([]);
  expect(sandboxOff({ state: "enforced" }, plugins)).toEqual([]);
});
