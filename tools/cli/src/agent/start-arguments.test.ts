import { describe, expect, it } from "vitest";
import { readStartArguments } from "./start-arguments.ts";

/** What the agent gets, and what of the rest is asked; or the problem. */
function check(line: string): unknown {
  const read = readStartArguments(line.split(" ").filter((word) => word !== ""));
  return read.ok ? read.value : read.failure.problem;
}

describe("readStartArguments", () => {
  it("takes our options before and after the agent's name, and leaves the agent its own", () => {
    const asked = { agent: "codex", base: "debian" };
    expect(check("--base debian codex exec -")).toMatchObject({ ...asked, words: ["exec", "-"] });
    expect(check("codex --base debian exec --base x -y")).toMatchObject({
      ...asked,
      words: ["exec", "--base", "x", "-y"],
      takesUsual: false,
    });
    expect(check("codex --base=debian -- --version")).toMatchObject({
      ...asked,
      words: ["--version"],
    });
    expect(check("codex -- -- x")).toMatchObject({ words: ["--", "x"] });
  });

  it("does not take an unknown option for the agent's", () => {
    expect(check("codex --bsae debian")).toBe(
      "Unknown option '--bsae'; what is for the agent goes after --",
    );
  });

  it("tells no extensions from extensions that are not said", () => {
    expect(check("codex")).not.toHaveProperty("extensions");
    expect(check("codex --no-extensions")).toMatchObject({ extensions: [] });
    expect(check("codex --extension a --extension b")).toMatchObject({ extensions: ["a", "b"] });
  });

  it("takes arguments for the container as a list", () => {
    expect(check("codex --docker-arg=--publish=80:80 --docker-arg=-eA=1")).toMatchObject({
      containerArguments: ["--publish=80:80", "-eA=1"],
    });
  });

  it("reads what is mounted by its names", () => {
    expect(check("codex --docker --mount ssh --no-mount gitconfig")).toMatchObject({
      mounts: { docker: true, ssh: true, gitconfig: false },
    });
  });

  it.each([
    ["", "a word is missing"],
    ["codex --image a --base b", "--image is a base"],
    ["codex --update --offline", "--update asks what is newer"],
    ["codex --update --frozen", "--update asks what is newer"],
    ["codex --image a --save b", "--image has a name"],
    ["codex --extension a --no-extensions", "--no-extensions and"],
    ["codex --mount clipboard", "--mount clipboard: known are"],
    ["codex --docker --no-mount docker", "docker is both"],
    ["codex --offline --rebuild", "--offline builds nothing"],
    ["codex --json", "--json is for --dry-run"],
  ])("refuses %j", (line, problem) => {
    expect(check(line)).toContain(problem);
  });
});
