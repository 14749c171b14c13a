import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GraphSchema, Work } from "@slipway/pipeline-sdk/graph";
import { PlanRequestSchema, PlanResultSchema } from "@slipway/pipeline-sdk/protocol";
import type { PlanResult } from "@slipway/pipeline-sdk/protocol";
import { detectLanguage } from "../src/language/detect.ts";
import type { Detected } from "../src/language/detect.ts";
import type { Language } from "../src/language/language.ts";
import { planLanguage } from "../src/language/plan.ts";
import type { Tree } from "../src/tree.ts";
import { valueInWords, variablesInWords } from "./words.ts";

type Texts = Readonly<Record<string, string>>;

export function treeOf(files: Texts): Tree {
  return { paths: Object.keys(files), text: (file) => files[file] };
}

/** Facts, signals and confidence, and the codes of what is told. */
export function detected(language: Language, files: Texts) {
  const { diagnostics = [], ...found }: Detected = detectLanguage(language, treeOf(files));
  return { ...found, told: diagnostics.map(({ code, message }) => `${code}: ${message}`) };
}

type Asked = {
  readonly files?: Texts;
  readonly facts?: Texts;
  readonly work?: Partial<Pick<Work, "container" | "workingDirectory">>;
  readonly providers?: readonly string[];
  readonly caches?: MessageInitShape<typeof GraphSchema>["caches"];
};

/** What is planned for uses in one job with these inputs, in the words of a reader. */
export function planned(
  language: Language,
  uses: readonly Texts[],
  { files = {}, facts = {}, work = {}, caches = [], providers = ["github", "jenkins"] }: Asked = {},
) {
  const job = { id: "test", kind: { case: "work", value: work } as const };
  const request = create(PlanRequestSchema, {
    facts,
    capabilities: providers.map((provider) => `provider:${provider}`),
    graph: { workflows: [{ id: "ci", jobs: [job] }], caches: caches ?? [] },
    uses: uses.map((inputs, at) => ({
      number: at + 1,
      job: "test",
      module: `lang/${language.name}`,
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
          name,
          { kind: { case: "literal", value } as const },
        ]),
      ),
    })),
  });
  return inWords(create(PlanResultSchema, planLanguage(language, request, treeOf(files))));
}

function inWords({ expansions, caches, diagnostics }: PlanResult) {
  return {
    uses: expansions.map(({ steps, env, caches: ids }) => ({
      steps: steps.map(({ name, kind, onlyFor }) => {
        if (kind.case === "providerStep") {
          const inputs = kind.value.with.map(({ name: input, value }) => {
            return `${input}=${valueInWords(value)}`;
          });
          return `${onlyFor.join(",")}: ${kind.value.reference} ${inputs.join(" ")}`;
        }
        const where = kind.case === "run" ? kind.value.workingDirectory : "";
        const only = onlyFor.length === 0 ? "" : `${onlyFor.join(",")}: `;
        return where === "" ? `${only}${name}` : `${only}${name} in ${where}`;
      }),
      env: variablesInWords(env),
      caches: ids,
    })),
    caches: caches.map(({ id, paths, keyParts }) => ({
      id,
      paths,
      key: keyParts.map(({ kind }) => (kind.case === "platform" ? "platform" : kind.value)),
    })),
    told: diagnostics.map(({ code, message }) => `${code}: ${message}`),
  };
}

/** The command of the last step of a use. */
export function installCommand(language: Language, files: Texts): string {
  const request = create(PlanRequestSchema, { uses: [{ number: 1 }] });
  const result = create(PlanResultSchema, planLanguage(language, request, treeOf(files)));
  const kind = result.expansions[0]?.steps.at(-1)?.kind;
  return kind?.case === "run" ? kind.value.command : "";
}
