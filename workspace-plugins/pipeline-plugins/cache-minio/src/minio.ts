import { SecretName, settingsOfBackends } from "@slipway/pipeline-kit/cache";
import type { Backend } from "@slipway/pipeline-kit/cache";
import { z } from "zod";

const settings = z.strictObject({
  ...settingsOfBackends,
  endpoint: z.url({ protocol: /^https?$/ }),
  /** Names of secrets. */
  credentials: z
    .strictObject({ access_key: SecretName, secret_key: SecretName })
    .default({ access_key: "MINIO_ACCESS_KEY", secret_key: "MINIO_SECRET_KEY" }),
});

export const minio: Backend<z.output<typeof settings>> = {
  name: "minio",
  settings,
  // The keys go in by standard input: arguments are read by everybody on the machine.
  functions: `export MC_CONFIG_DIR="$folder/mc"
printf '%s\\n%s\\n' "$SLIPWAY_CACHE_ACCESS_KEY" "$SLIPWAY_CACHE_SECRET_KEY" | mc --quiet alias set cache "$SLIPWAY_CACHE_ENDPOINT" >/dev/null
has() { mc --quiet stat "cache/$SLIPWAY_CACHE_BUCKET/$1" >/dev/null; }
get() { mc --quiet cp "cache/$SLIPWAY_CACHE_BUCKET/$1" "$2" >/dev/null; }
put() { mc --quiet cp "$1" "cache/$SLIPWAY_CACHE_BUCKET/$2" >/dev/null; }`,
  env: ({ endpoint, credentials }) => ({
    SLIPWAY_CACHE_ENDPOINT: endpoint,
    SLIPWAY_CACHE_ACCESS_KEY: { kind: { case: "secret", value: credentials.access_key } },
    SLIPWAY_CACHE_SECRET_KEY: { kind: { case: "secret", value: credentials.secret_key } },
  }),
};
