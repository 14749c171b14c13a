import { SecretName, settingsOfBackends } from "@slipway/pipeline-kit/cache";
import type { Backend } from "@slipway/pipeline-kit/cache";
import { z } from "zod";

const settings = z.strictObject({
  ...settingsOfBackends,
  region: z.string().optional(),
  /** Of what speaks S3 elsewhere. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** Names of secrets; `false`: the machine has a role. */
  credentials: z
    .union([
      z.literal(false),
      z.strictObject({ access_key_id: SecretName, secret_access_key: SecretName }),
    ])
    .default({ access_key_id: "AWS_ACCESS_KEY_ID", secret_access_key: "AWS_SECRET_ACCESS_KEY" }),
});

export const s3: Backend<z.output<typeof settings>> = {
  name: "s3",
  settings,
  functions: `has() { aws s3api head-object --bucket "$SLIPWAY_CACHE_BUCKET" --key "$1" >/dev/null; }
get() { aws s3 cp --only-show-errors "s3://$SLIPWAY_CACHE_BUCKET/$1" "$2"; }
put() { aws s3 cp --only-show-errors "$1" "s3://$SLIPWAY_CACHE_BUCKET/$2"; }`,
  env: ({ region, endpoint, credentials }) => ({
    ...(region === undefined ? {} : { AWS_REGION: region }),
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
    ...(credentials === false
      ? {}
      : {
          AWS_ACCESS_KEY_ID: { kind: { case: "secret", value: credentials.access_key_id } },
          AWS_SECRET_ACCESS_KEY: { kind: { case: "secret", value: credentials.secret_access_key } },
        }),
  }),
};
