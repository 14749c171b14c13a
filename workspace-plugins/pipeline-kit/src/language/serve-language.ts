import { servePlugin } from "@slipway/pipeline-sdk";
import { detectLanguage } from "./detect.ts";
import type { Language } from "./language.ts";
import { planLanguage } from "./plan.ts";
import { openTree } from "../tree.ts";

export type { Folder } from "../folder.ts";
export type { Install, Language, Manager, Texts } from "./language.ts";
export { firstLine, toolVersions } from "./find.ts";

/** Makes this process the plugin of a language. */
export function serveLanguage(language: Language, version: string): void {
  servePlugin({
    name: `lang/${language.name}`,
    version,
    capabilities: [
      `lang:${language.name}`,
      `detect:${language.name}`,
      "step:setup",
      "step:install",
    ],
    hooks: {
      detect: async ({ repository }) => detectLanguage(language, openTree(repository)),
      plan: async (request) => planLanguage(language, request, openTree(request.repository)),
    },
  });
}
