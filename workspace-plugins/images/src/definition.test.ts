import { describe, expect, it } from "vitest";
import type { ZodType } from "zod";
import { AgentDefinition, BaseDefinition, ImageName, basesFor } from "./definition.ts";
import { emptyImagesLock, lockedAgent, lockedImage, lockedReference } from "./images-lock.ts";

const base = {
  from_image: "localhost:5055/rootfs:debian",
  base_image_distro: "Debian",
  base_image_description: "Debian with a shell",
  architectures: ["amd64"],
};
const agent = { agent_full_name: "Agent", agent_homepage: "https://agent.example" };

function problems(schema: ZodType, value: unknown): readonly string[] {
  const parsed = schema.safeParse(value);
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("BaseDefinition", () => {
  const cases: readonly (readonly [name: string, more: object, expected: readonly string[]])[] = [
    ["all that it needs", {}, []],
    ["both architectures", { architectures: ["arm64", "amd64"] }, []],
    [
      "an architecture twice",
      { architectures: ["amd64", "amd64"] },
      ["architectures: must not repeat an architecture"],
    ],
    [
      "no architecture",
      { architectures: [] },
      ["architectures: Too small: expected array to have >=1 items"],
    ],
    [
      "an unknown architecture",
      { architectures: ["riscv64"] },
      ['architectures.0: Invalid option: expected one of "amd64"|"arm64"'],
    ],
    [
      "what every object has in place of an image",
      { from_image: "toString" },
      ["from_image: must be the name of an image"],
    ],
    [
      "no reference in place of an image",
      { from_image: "BAD IMAGE" },
      ["from_image: must be the name of an image"],
    ],
    ["blanks for a text", { from_image: " \n" }, ["from_image: must not be empty"]],
    [
      "a key left empty",
      { base_image_distro: null },
      ["base_image_distro: Invalid input: expected string, received null"],
    ],
    ["a key of another version", { root_image: "x" }, [': Unrecognized key: "root_image"']],
  ];

  it.each(cases)(
    "says exactly what is wrong, or nothing, of one with %s",
    (_name, more, expected) => {
      expect(problems(BaseDefinition, { ...base, ...more })).toEqual(expected);
    },
  );
});

describe("AgentDefinition", () => {
  const cases: readonly (readonly [name: string, more: object, expected: readonly string[]])[] = [
    ["all that it needs", {}, []],
    ["paths of one kind", { agent_path: { files: ["~/.agent.json"] } }, []],
    [
      "paths as a list",
      { agent_path: ["~/.agent"] },
      [
        "agent_path: is written with files and directories now: agent_path: { directories: [~/.agent] }",
      ],
    ],
    [
      "a path alone, as the first versions had it",
      { agent_path: "~/.agent" },
      [
        "agent_path: is written with files and directories now: agent_path: { directories: [~/.agent] }",
      ],
    ],
    [
      "files among the paths of a list",
      { agent_path: ["~/.agent", "~/.agent.json", "~/.config/agent/settings.toml"] },
      [
        "agent_path: is written with files and directories now: agent_path: { files: [~/.agent.json, ~/.config/agent/settings.toml], directories: [~/.agent] }",
      ],
    ],
    [
      "a number for paths",
      { agent_path: 3 },
      ["agent_path: Invalid input: expected object, received number"],
    ],
    [
      "paths of a third kind",
      { agent_path: { folders: ["~/.agent"] } },
      ['agent_path: Unrecognized key: "folders"'],
    ],
    [
      "an exclude that is no list",
      { base_exclude: "alpine" },
      ["base_exclude: Invalid input: expected array, received string"],
    ],
    [
      "an exclude of nothing",
      { base_distro_exclude: ["Alpine", ""] },
      ["base_distro_exclude.1: must not be empty"],
    ],
  ];

  it.each(cases)(
    "says exactly what is wrong, or nothing, of one with %s",
    (_name, more, expected) => {
      expect(problems(AgentDefinition, { ...agent, ...more })).toEqual(expected);
    },
  );

  it("is built here and excludes nothing unless it says so", () => {
    expect(AgentDefinition.parse(agent)).toEqual({
      ...agent,
      build_local: true,
      base_exclude: [],
      base_distro_exclude: [],
    });
  });
});

describe("ImageName", () => {
  it("is nothing that is found in every object", () => {
    expect(problems(ImageName, "constructor")).toEqual([
      ": must be another: every object has one of that name",
    ]);
  });

  it.each(["debian", "claude-code", "node_22", "a.b-c", "x".repeat(60)])("takes %s", (name) => {
    expect(problems(ImageName, name)).toEqual([]);
  });

  it.each(["", "Debian", "a..b", "-a", "a-", "a/b", "a:b", "a b", "ä"])("refuses %j", (name) => {
    expect(problems(ImageName, name)).toEqual([
      ": must be lower-case letters, digits, single . _ -",
    ]);
  });

  it("refuses what is too long for a tag with something beside it", () => {
    expect(problems(ImageName, "x".repeat(61))).toEqual([": must have 60 characters at most"]);
  });
});

describe("basesFor", () => {
  const offer = [
    { name: "debian", distro: "Debian" },
    { name: "ubuntu", distro: "Debian" },
    { name: "alpine", distro: "Alpine" },
    { name: "broken", distro: "" },
  ];

  function check(
    excluded: { readonly names?: readonly string[]; readonly distros?: readonly string[] },
    expected: readonly string[],
  ): void {
    const agentOf = {
      base_exclude: [...(excluded.names ?? [])],
      base_distro_exclude: [...(excluded.distros ?? [])],
    };
    expect(basesFor(agentOf, offer).map(({ name }) => name)).toEqual(expected);
  }

  it("keeps all bases in their order where nothing is excluded", () => {
    check({}, ["debian", "ubuntu", "alpine", "broken"]);
  });

  it("compares without case", () => {
    check({ names: ["DEBIAN"], distros: ["aLPINE"] }, ["ubuntu", "broken"]);
  });

  it("takes a name for no distribution, and a distribution for no name", () => {
    check({ distros: ["ubuntu"] }, ["debian", "ubuntu", "alpine", "broken"]);
    check({ names: ["debian"] }, ["ubuntu", "alpine", "broken"]);
    check({ distros: ["debian"] }, ["alpine", "broken"]);
  });

  it("can leave none", () => {
    check({ names: ["broken"], distros: ["Debian", "Alpine"] }, []);
  });
});

it("nothing is locked that the lock does not say itself", () => {
  expect(lockedReference(emptyImagesLock, "constructor", "linux/amd64")).toBeUndefined();
  expect(lockedImage(emptyImagesLock, "constructor")).toBeUndefined();
  expect(lockedAgent(emptyImagesLock, "constructor")).toBeUndefined();
});
