import { DigestText } from "@slipway/definitions/digest-text";
import type { Digest } from "@slipway/signature";
import { z } from "zod";

/** An image config as OCI image-spec config.md has it; what an engine adds beside these keys is dropped. */
export const ImageConfig = z.object({
  architecture: z.string(),
  os: z.string(),
  variant: z.string().optional(),
  config: z
    .object({
      User: z.string().optional(),
      Env: z.array(z.string()).nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      WorkingDir: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.object({})).nullish(),
      Volumes: z.record(z.string(), z.object({})).nullish(),
      StopSignal: z.string().optional(),
    })
    .nullish(),
  rootfs: z.object({
    type: z.literal("layers"),
    diff_ids: z.array(DigestText),
  }),
  history: z
    .array(z.object({ created_by: z.string().optional(), empty_layer: z.boolean().optional() }))
    .optional(),
});
export type ImageConfig = z.output<typeof ImageConfig>;

type Labels = Readonly<Record<string, string>>;

/** Without clocks, host names and what is empty. */
export function normaliseConfig(
  config: ImageConfig,
  labels: Labels,
  diffIds: readonly Digest[],
): unknown {
  const created = "1970-01-01T00:00:00Z";
  const run = Object.entries({
    ...config.config,
    Labels: Object.keys(labels).length === 0 ? undefined : labels,
  })
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    created,
    architecture: config.architecture,
    os: config.os,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
    config: Object.fromEntries(run),
    rootfs: { type: "layers", diff_ids: diffIds },
    history: (config.history ?? []).map((step) => ({
      created,
      created_by: step.created_by ?? "",
      ...(step.empty_layer === true ? { empty_layer: true } : {}),
    })),
  };
}

/** Podman adds the version of its builder, which says nothing of the image. */
export function builtLabels({ config }: ImageConfig): Labels {
  const { "io.buildah.version": _builder, ...labels } = config?.Labels ?? {};
  return labels;
}
