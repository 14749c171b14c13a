import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { openDefinitionRig } from "../../test/definition-rig.ts";
import { accessSettings } from "../build-access.ts";
import { pairsOf } from "./pairs.ts";

const page = path.join(import.meta.dirname, "../../../../docs/own-definitions.md");

/** The examples, each with the path that its first or second line has. */
function examplesOf(text: string): Readonly<Record<string, string>> {
  const blocks = [...text.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  return Object.fromEntries(
    blocks.map((block) => {
      const name = /^(?:#!.*\n)?# ~\/(\S+)\n/.exec(block)?.[1];
      if (name === undefined) throw new Error(`an example without a path: ${block}`);
      return [name, block];
    }),
  );
}

it("has examples that are sound definitions, which go together", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.home, examplesOf(await readFile(page, "utf8")));
  const catalogue = await rig.read();
  const { agents, bases, extensions, extendedImages } = catalogue;
  const found = [...agents, ...bases, ...extensions, ...extendedImages];
  expect(found.map(({ kind, name, state }) => `${kind} ${name} ${state}`)).toEqual([
    "agent cline sound",
    "base trixie-node sound",
    "extension jq sound",
    "extension shellcheck sound",
    "image-extended cline-shell sound",
  ]);
  expect(pairsOf(catalogue).map(({ obstacle }) => obstacle)).toEqual([undefined]);
});

it("names every variable that a build is given", async () => {
  const text = await readFile(page, "utf8");
  const { variables } = accessSettings(
    { caBundle: "/ca.crt", npmRegistry: "https://npm.example/", proxies: {} },
    "/tmp/slipway/access",
  );
  const infra = path.join(import.meta.dirname, "../../../../infra/images");
  const dockerfiles = await Promise.all(
    ["agent.Dockerfile", "extension.Dockerfile"].map(async (name) =>
      readFile(path.join(infra, name), "utf8"),
    ),
  );
  const ofScripts = dockerfiles.flatMap((one) =>
    [...one.matchAll(/\b([A-Z][A-Z_]+)="\$\{/g)].map(([, name = ""]) => name),
  );
  const given = [...Object.keys(variables), ...new Set(ofScripts)];
  expect(given).toContain("AGENT_VERSION");
  expect(given.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
