import { create } from "@bufbuild/protobuf";
import { DiagnosticSchema, Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import type { FoundPlugin } from "../plugins/discover.ts";
import { runsOurs } from "../plugins/open-plugins.ts";
import type { Sandbox } from "../plugins/sandbox.ts";

/** Programs of others ran with all that the user may do. */
export function sandboxOff(
  sandbox: Sandbox,
  plugins: readonly Pick<FoundPlugin, "name" | "place" | "program">[],
): readonly Diagnostic[] {
  if (sandbox.state === "enforced") return [];
  const foreign = plugins.filter((plugin) => !runsOurs(plugin)).map(({ name }) => name);
  if (foreign.length === 0) return [];
  return [
    create(DiagnosticSchema, {
      level: Diagnostic_Level.WARNING,
      code: "SANDBOX_OFF",
      title: "no sandbox",
      message: `${foreign.join(", ")} could read and write all that you can: ${sandbox.detail}`,
      fixHint: "install bubblewrap, or run slipway in a container of its own",
    }),
  ];
}
