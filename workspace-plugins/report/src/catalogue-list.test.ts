import { expect, test } from "vitest";
import type { Catalogue } from "@slipway/images";
import { catalogueRows } from "./catalogue-list.ts";

const nothing: Catalogue = {
  agents: [],
  bases: [],
  extensions: [],
  extendedImages: [],
  rootFileSystems: [],
  overrides: [],
  ignored: [],
};

function located<Kind extends string>(kind: Kind, name: string) {
  return { kind, name, place: "user", folder: `/h/${name}`, file: `/h/${name}/file` } as const;
}

const agent = {
  agent_full_name: "A",
  agent_homepage: "h",
  build_local: true,
  base_exclude: [],
  base_distro_exclude: [],
};

test("an agent names the bases it goes on with the version built, those it does not with the reason, and what it replaces", () => {
  const codex = located("agent", "codex");
  const catalogue = {
    ...nothing,
    agents: [{ ...codex, state: "sound" as const, definition: agent }],
    overrides: [
      {
        by: codex,
        replaced: { ...codex, place: "workspace" as const, state: "broken" as const, problems: [] },
      },
    ],
  };
  const pairs = [
    { agent: "codex", base: "alpine", obstacle: "base_distro_exclude" },
    { agent: "codex", base: "debian", version: "1.2.3" },
    { agent: "codex", base: "node" },
    { agent: "gemini", base: "arch" },
  ];
  expect(catalogueRows(catalogue, pairs)).toEqual([
    ["kind", "name", "from", "what it is"],
    [
      "agent",
      "codex",
      "user, for workspace",
      "on debian (1.2.3), node; not on alpine (base_distro_exclude)",
    ],
  ]);
});

test("an extended image names its parts, and a broken definition where its problems are told", () => {
  const catalogue = {
    ...nothing,
    extensions: [{ ...located("extension", "act"), state: "broken" as const, problems: [] }],
    extendedImages: [
      {
        ...located("image-extended", "best"),
        state: "sound" as const,
        definition: { agent: "codex", base: "debian", extensions: ["act", "gh"] },
      },
    ],
  };
  expect(catalogueRows(catalogue, []).slice(1)).toEqual([
    ["extension", "act", "user", "broken: slipway agent validate says why"],
    ["image-extended", "best", "user", "codex on debian + act + gh"],
  ]);
});

test("where there are none, that is said", () => {
  expect(catalogueRows(nothing, [])).toEqual([["no definitions found"]]);
});
