import { describe, expect, it } from "vitest";
import type { Choices } from "./choices.ts";
import { chooseImage } from "./choose.ts";
import type { Asker } from "./choose.ts";
import { baseRefused, distributionsOf } from "./select.ts";
import type { Asked, Remembered } from "./select.ts";

const extension = (name: string) => ({ name, title: name, description: `has ${name}`, shares: [] });

const choices: Choices = {
  agent: "codex",
  agentPath: { files: [], directories: [] },
  bases: [
    { name: "alpine", description: "small" },
    { name: "debian", description: "Debian 12" },
    { name: "ubuntu", description: "Ubuntu" },
  ],
  otherBases: [{ name: "arch", obstacle: "architecture" }],
  // The order in which they go on an image, not that of their names.
  extensions: [extension("shellcheck"), extension("act")],
  extendedImages: [
    { name: "both", base: "debian", extensions: ["shellcheck", "act"], reference: "my/both:1" },
  ],
};

type Answers = { readonly one?: number; readonly some?: readonly number[] };

/** `base[+extensions][ as name]`, or the reason; then what was asked and noted. */
async function check(
  of: { readonly asked?: Asked; readonly remembered?: Remembered; readonly choices?: Choices },
  by: { readonly answers?: Answers; readonly takesUsual?: boolean; readonly host?: string } = {},
): Promise<readonly string[]> {
  const told: string[] = [];
  const asker: Asker = {
    pickOne: async ({ rows, usual }) => {
      told.push(`one of ${rows.map(([name]) => name).join(" ")}, usually ${usual}`);
      return by.answers?.one;
    },
    pickSome: async ({ rows }) => {
      told.push(`some of ${rows.map(([name]) => name).join(" ")}`);
      return by.answers?.some;
    },
    agree: async () => undefined,
    enter: async () => undefined,
  };
  const chosen = await chooseImage(
    of.choices ?? choices,
    { asked: of.asked ?? {}, remembered: of.remembered ?? {} },
    {
      asker: by.answers === undefined ? undefined : asker,
      takesUsual: by.takesUsual ?? false,
      host: by.host === undefined ? [] : [by.host],
    },
  );
  if (!chosen.ok) return [...told, chosen.failure.reason];
  const { base, extensions, extended } = chosen.value.selection;
  const name = extended === undefined ? "" : ` as ${extended}`;
  return [...told, ...chosen.value.notes, `${[base, ...extensions].join("+")}${name}`];
}

it("says why an agent does not go on a base that there is", () => {
  expect(baseRefused(choices, "arch")).toMatchObject({ obstacle: "architecture" });
  expect(baseRefused(choices, "none")).not.toHaveProperty("obstacle");
});

describe("chooseImage, the first time", () => {
  it("asks for the base, extended images among them, then for extensions", async () => {
    expect(await check({}, { answers: { one: 1, some: [1] }, host: "debian" })).toEqual([
      "one of alpine debian ubuntu both, usually 1",
      "some of shellcheck act",
      "debian+act",
    ]);
  });

  it("tells an extended image without extensions by its base", async () => {
    const bare = {
      ...choices,
      extendedImages: [{ name: "bare", base: "debian", extensions: [], reference: "my/bare:1" }],
    };
    const rows: (readonly [string, string])[] = [];
    const asker: Asker = {
      pickOne: async (list) => void rows.push(...list.rows),
      pickSome: async () => undefined,
      agree: async () => undefined,
      enter: async () => undefined,
    };
    await chooseImage(bare, { asked: {}, remembered: {} }, { asker, takesUsual: false, host: [] });
    expect(rows.at(-1)).toEqual(["bare", "debian"]);
  });

  it("asks for no extensions of an extended image, and where there are none", async () => {
    const asked = "one of alpine debian ubuntu both, usually 2";
    expect(await check({}, { answers: { one: 3 } })).toEqual([
      asked,
      "debian+shellcheck+act as both",
    ]);
    const bare = { ...choices, extensions: [], extendedImages: [] };
    expect(await check({ choices: bare }, { answers: { one: 0 } })).toEqual([
      "one of alpine debian ubuntu, usually 2",
      "alpine",
    ]);
  });

  it("asks for nothing that has one answer only", async () => {
    const one = {
      ...choices,
      bases: choices.bases.slice(1, 2),
      extendedImages: [],
      extensions: [],
    };
    expect(await check({ choices: one })).toEqual(["debian"]);
    expect(await check({ choices: { ...one, bases: [] } })).toEqual(["no-base-for-agent"]);
  });

  it("takes flags in place of questions", async () => {
    expect(await check({ asked: { base: "debian" } })).toEqual(["debian"]);
    expect(
      await check({ asked: { base: "debian", extensions: ["act", "shellcheck", "act"] } }),
    ).toEqual(["debian+shellcheck+act"]);
    expect(await check({ asked: { image: "both" } })).toEqual(["debian+shellcheck+act as both"]);
    expect(await check({ asked: { extensions: ["act"] } }, { answers: { one: 0 } })).toEqual([
      "one of alpine debian ubuntu, usually 2",
      "alpine+act",
    ]);
  });

  it("refuses what is not there, and to choose where nobody is asked", async () => {
    expect(await check({ asked: { base: "arch" } })).toEqual(["base-not-for-agent"]);
    expect(await check({ asked: { extensions: ["gh"] } })).toEqual(["extensions-unknown"]);
    expect(await check({ asked: { image: "none" } })).toEqual(["extended-image-unknown"]);
    expect(await check({})).toEqual(["choice-open"]);
    expect(await check({}, { answers: {} })).toEqual([
      "one of alpine debian ubuntu both, usually 2",
      "nothing-chosen",
    ]);
  });

  it("takes what is usual with --yes: the host's distribution, else ubuntu, else the first", async () => {
    expect(await check({}, { takesUsual: true, host: "debian" })).toEqual(["debian"]);
    expect(await check({}, { takesUsual: true, host: "gentoo" })).toEqual(["ubuntu"]);
    const few = { ...choices, bases: choices.bases.slice(0, 2) };
    expect(await check({ choices: few }, { takesUsual: true })).toEqual(["alpine"]);
  });
});

describe("chooseImage, later", () => {
  const remembered = { base: "debian", extensions: ["act"] };

  it("asks nothing", async () => {
    expect(await check({ remembered }, { answers: {} })).toEqual(["debian+act"]);
    expect(await check({ remembered })).toEqual(["debian+act"]);
  });

  it("knows an extended image by its reference, and no longer when other extensions are asked for", async () => {
    const named = { base: "debian", imageReference: "my/both:1" };
    expect(await check({ remembered: named })).toEqual(["debian+shellcheck+act as both"]);
    expect(await check({ remembered: named, asked: { extensions: [] } })).toEqual(["debian"]);
  });

  it("does not mind what another client called its image", async () => {
    const foreign = { ...remembered, imageReference: "aicage-extended:codex-debian-act" };
    expect(await check({ remembered: foreign })).toEqual(["debian+act"]);
  });

  it("lets flags change one of the two, and none by an empty list", async () => {
    expect(await check({ remembered, asked: { base: "alpine" } })).toEqual(["alpine+act"]);
    expect(await check({ remembered, asked: { extensions: [] } })).toEqual(["debian"]);
  });

  it("says what is gone, and asks again for that alone", async () => {
    expect(
      await check(
        { remembered: { base: "arch", extensions: [] } },
        { answers: { one: 0, some: [] } },
      ),
    ).toEqual([
      "one of alpine debian ubuntu both, usually 2",
      "some of shellcheck act",
      "the base arch is no longer one for the agent",
      "alpine",
    ]);
    const gone = { base: "debian", extensions: ["act", "gh"] };
    const note = "the extension gh is no longer there";
    expect(await check({ remembered: gone }, { answers: { some: [0] } })).toEqual([
      "some of shellcheck act",
      note,
      "debian+shellcheck",
    ]);
    expect(await check({ remembered: gone })).toEqual(["choice-open"]);
    expect(await check({ remembered: gone }, { takesUsual: true })).toEqual([note, "debian+act"]);
  });
});

it("reads the host's distribution and those it is like", () => {
  const mint = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="21"\n';
  expect(distributionsOf(mint)).toEqual(["linuxmint", "ubuntu", "debian"]);
  expect(distributionsOf("")).toEqual([]);
});
