import { SecretName, settingsOfBackends } from "@slipway/pipeline-kit/cache";
import type { Backend } from "@slipway/pipeline-kit/cache";
import { z } from "zod";

const settings = z.strictObject({
  ...settingsOfBackends,
  /** The name of a secret with the key of a service account, in JSON; `false`: the machine has an account. */
  credentials: z.union([z.literal(false), SecretName]).default("GOOGLE_CREDENTIALS"),
});

export const gcs: Backend<z.output<typeof settings>> = {
  name: "gcs",
  settings,
  functions: `if [ -n "\${SLIPWAY_CACHE_CREDENTIALS:-}" ]; then
  (umask 077 && printf '%s' "$SLIPWAY_CACHE_CREDENTIALS" >"$folder/credentials.json")
  export CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE="$folder/credentials.json"
fi
has() { gcloud storage objects describe "gs://$SLIPWAY_CACHE_BUCKET/$1" >/dev/null; }
get() { gcloud storage cp --quiet "gs://$SLIPWAY_CACHE_BUCKET/$1" "$2"; }
put() { gcloud storage cp --quiet "$1" "gs://$SLIPWAY_CACHE_BUCKET/$2"; }`,
  env: ({ credentials }) =>
    credentials === false
      ? {}
      : { SLIPWAY_CACHE_CREDENTIALS: { kind: { case: "secret", value: credentials } } },
};
