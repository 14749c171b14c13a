import { expect, it } from "vitest";
import { decideMounts } from "./decide-mounts.ts";
import type { MountQuestion } from "./decide-mounts.ts";

const extension = (name: string, shares: readonly string[]) => ({
  name,
  title: name,
  description: "",
  shares,
});

const nothing: MountQuestion = {
  choices: {
    agent: "codex",
    agentPath: { files: [], directories: [] },
    bases: [],
    otherBases: [],
    extensions: [extension("gh", ["~/.config/gh"]), extension("act", [])],
    extendedImages: [],
  },
  extensions: [],
  asked: {},
  remembered: {},
  needed: { gnupg: false, ssh: false },
  asker: undefined,
  takesUsual: false,
};

/** What is mounted, or the reason; questions and notes before it. */
async function check(
  of: Partial<MountQuestion>,
  answer?: boolean | "none",
): Promise<readonly string[]> {
  const told: string[] = [];
  const asker = {
    pickOne: async () => undefined,
    pickSome: async () => undefined,
    enter: async () => undefined,
    agree: async (question: string) => {
      told.push(question);
      return answer === "none" ? undefined : answer;
    },
  };
  const decided = await decideMounts({
    ...nothing,
    asker: answer === undefined ? undefined : asker,
    ...of,
  });
  if (!decided.ok) return [...told, decided.failure.reason];
  const { mounts, extensionMounts, notes } = decided.value;
  const on = Object.entries({ ...mounts, ...extensionMounts }).filter(([, isOn]) => isOn);
  return [...told, ...notes, on.map(([name]) => name).join(" ")];
}

it("gives git's settings and repository, and nothing of value", async () => {
  expect(await check({}, true)).toEqual(["gitconfig gitroot"]);
});

it("asks for keys where git needs them, once", async () => {
  const needed = { gnupg: false, ssh: true };
  const question = "git reaches this project's remotes by SSH. May the agent use your SSH keys?";
  expect(await check({ needed }, true)).toEqual([question, "gitconfig gitroot ssh"]);
  expect(await check({ needed }, false)).toEqual([question, "gitconfig gitroot"]);
  expect(await check({ needed }, "none")).toEqual([question, "nothing-chosen"]);
  const remembered = { mounts: { ssh: true } };
  expect(await check({ needed, remembered }, "none")).toEqual(["gitconfig gitroot ssh"]);
});

it("remembers an answer and a flag, and nothing that only followed", async () => {
  const asker = { pickOne: async () => undefined, pickSome: async () => undefined };
  const decided = await decideMounts({
    ...nothing,
    needed: { gnupg: true, ssh: true },
    asked: { docker: true },
    remembered: { mounts: { gnupg: true } },
    asker: { ...asker, enter: async () => undefined, agree: async () => false },
  });
  expect(decided).toMatchObject({ ok: true, value: { said: { docker: true, ssh: false } } });
  expect(decided.ok && Object.keys(decided.value.said)).toEqual(["docker", "ssh"]);
});

it("leaves keys out where nobody is asked, and says so, also with --yes", async () => {
  const needed = { gnupg: true, ssh: false };
  const note = "gnupg is not mounted, though git needs it here: --mount gnupg would";
  expect(await check({ needed })).toEqual([note, "gitconfig gitroot"]);
  expect(await check({ needed, takesUsual: true }, true)).toEqual([note, "gitconfig gitroot"]);
});

it("lets flags win over what is remembered", async () => {
  expect(
    await check({
      remembered: { mounts: { docker: true, gitconfig: false } },
      asked: { docker: false, gitconfig: true, gitroot: false },
    }),
  ).toEqual(["gitconfig"]);
});

it("has somebody agree to what an extension shares", async () => {
  const extensions = ["gh", "act"];
  expect(await check({ extensions }, true)).toEqual([
    "gh shares ~/.config/gh with the agent. Mount it?",
    "gitconfig gitroot gh",
  ]);
  expect(await check({ extensions })).toEqual(["choice-open"]);
  expect(await check({ extensions, takesUsual: true })).toEqual(["gitconfig gitroot gh"]);
  const remembered = { extension_mounts: { gh: false } };
  expect(await check({ extensions, remembered }, "none")).toEqual(["gitconfig gitroot"]);
});

it("asks about an extension that is called as what every object has", async () => {
  const choices = { ...nothing.choices, extensions: [extension("constructor", ["~/x"])] };
  const remembered = { extension_mounts: {}, extension_shares: {} };
  expect(await check({ choices, extensions: ["constructor"], remembered }, true)).toEqual([
    "constructor shares ~/x with the agent. Mount it?",
    "gitconfig gitroot constructor",
  ]);
});

it("asks again when an extension shares more than was agreed to", async () => {
  const extensions = ["gh"];
  const agreedTo = (shares: readonly string[]) => ({
    extensions,
    remembered: { extension_mounts: { gh: true }, extension_shares: { gh: [...shares] } },
  });
  expect(await check(agreedTo(["~/.config/gh", "~/other"]), "none")).toEqual([
    "gitconfig gitroot gh",
  ]);
  for (const before of [[], ["~/.config/gh:ro"]]) {
    expect(await check(agreedTo(before), false)).toEqual([
      "gh shares ~/.config/gh with the agent. Mount it?",
      "gitconfig gitroot",
    ]);
    expect(await check(agreedTo(before))).toEqual(["choice-open"]);
  }
  // As aicage remembers it: which folders they were is not known.
  const remembered = { extension_mounts: { gh: true } };
  expect(await check({ extensions, remembered }, "none")).toEqual(["gitconfig gitroot gh"]);
});
