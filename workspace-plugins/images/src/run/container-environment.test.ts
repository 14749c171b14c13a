import { expect, it } from "vitest";
import { containerEnvironment } from "./container-environment.ts";

const nothing = {
  agent: "codex",
  project: "/w",
  host: {},
  zone: undefined,
  hasTerminal: false,
  identity: { AICAGE_UID: "1" },
  ofImage: [],
  asked: [],
};
const least = { AICAGE_UID: "1", AICAGE_WORKSPACE: "/w", AICAGE_ENTRYPOINT_CMD: "codex" };

it("has the identity, the project and the agent's command, and nothing else of the host", () => {
  const host = { SECRET: "s", HOME: "/home/me", PATH: "/bin", TERM: "screen" };
  expect(containerEnvironment({ ...nothing, host })).toEqual(least);
});

it("has language, proxies, zone and, with a terminal, its kind", () => {
  const host = {
    LANG: "C.UTF-8",
    https_proxy: "http://p:1",
    TERM: "screen",
    COLORTERM: "truecolor",
  };
  expect(
    containerEnvironment({ ...nothing, host, zone: "Europe/Berlin", hasTerminal: true }),
  ).toEqual({ ...least, ...host, TZ: "Europe/Berlin" });
  expect(containerEnvironment({ ...nothing, hasTerminal: true })).toEqual({
    ...least,
    TERM: "xterm",
  });
});

it("has what is asked for, by value or by the host's, and never another identity", () => {
  const asked = ["A=b=c d", "KEY", "NONE", "EMPTY=", "AICAGE_UID=0"];
  expect(containerEnvironment({ ...nothing, host: { KEY: "k" }, asked })).toEqual({
    ...least,
    A: "b=c d",
    KEY: "k",
    EMPTY: "",
  });
});

it("leaves the command to an image that names its own, but not to a base's shell", () => {
  const commandWith = (line: string): string | undefined =>
    containerEnvironment({ ...nothing, ofImage: [line] })["AICAGE_ENTRYPOINT_CMD"];
  expect(commandWith("AICAGE_ENTRYPOINT_CMD=kiro-cli")).toBeUndefined();
  expect(commandWith("AICAGE_ENTRYPOINT_CMD=bash")).toBe("codex");
});
