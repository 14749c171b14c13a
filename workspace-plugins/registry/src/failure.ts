import type { Digest } from "@slipway/signature";

export type ReferenceProblem =
  | "host-missing"
  | "host-invalid"
  | "repository-invalid"
  | "tag-invalid"
  | "digest-invalid";

/** `url` is redacted: no user, no query. `retryable`: the same request may succeed later. */
type Asked = { readonly method: string; readonly url: string };

export type RegistryFailure =
  | {
      readonly reason: "reference-invalid";
      readonly text: string;
      readonly problem: ReferenceProblem;
    }
  | (Asked & {
      readonly reason: "registry-refused";
      readonly status: number;
      readonly retryable: boolean;
      readonly codes: readonly string[];
      readonly detail: string;
      readonly retryAfterMs?: number;
    })
  | (Asked & {
      readonly reason: "registry-unreachable";
      readonly retryable: boolean;
      readonly error: string;
    })
  | (Asked & {
      readonly reason: "registry-timeout";
      readonly retryable: true;
      readonly timeoutMs: number;
    })
  | (Asked & { readonly reason: "registry-stopped" })
  | (Asked & { readonly reason: "response-invalid"; readonly problem: ResponseProblem })
  | (Asked & { readonly reason: "upload-location-foreign"; readonly location: string })
  | (Asked & {
      readonly reason: "redirect-refused";
      readonly location: string;
      readonly problem: "too-many" | "insecure";
    })
  | CredentialFailure
  | (Asked & {
      readonly reason: "manifest-mismatch";
      readonly expected: Digest;
      readonly actual: string;
    })
  | {
      readonly reason: "blob-mismatch";
      readonly repository: string;
      readonly expected: Digest;
      readonly expectedBytes: number;
      readonly actual: Digest | "too-long";
      readonly actualBytes: number;
    }
  | ServerFailure;

/** What keeps a credential from being found. Nothing of it is in the facts. */
export type CredentialFailure =
  | {
      readonly reason: "credentials-file-invalid";
      readonly file: string;
      readonly problem: "not-json" | "not-an-object" | "auth-invalid";
      /** The host whose entry it is. */
      readonly host?: string;
    }
  | {
      readonly reason: "credential-helper-failed";
      readonly program: string;
      readonly host: string;
      readonly error: string;
    };

export type ResponseProblem =
  | "location-missing"
  | "manifest-too-large"
  | "manifest-invalid"
  | "tags-invalid"
  | "tags-too-many"
  | "next-page-foreign"
  | "referrers-invalid"
  | "next-page-seen"
  | "token-invalid"
  | "realm-insecure"
  | "range-invalid"
  | "encoding-unasked";

/** What can keep the loopback registry from being served. */
export type ServerFailure =
  | { readonly reason: "registry-port-taken"; readonly port: number; readonly answer: string }
  | {
      readonly reason: "registry-exited";
      readonly program: string;
      readonly exitCode: number | undefined;
      readonly logFile: string;
      readonly lastLines: string;
    }
  | {
      readonly reason: "registry-never-ready";
      readonly program: string;
      readonly port: number;
      readonly timeoutMs: number;
      readonly logFile: string;
    }
  | {
      readonly reason: "registry-program-missing";
      readonly step: "apt-get update" | "apt-get download" | "dpkg-deb" | "package-empty";
      readonly error: string;
    };

export type RegistryCause =
  | "registry-served"
  | "registry-attached"
  | "registry-logged-in"
  | "registry-logged-out"
  | "registry-not-logged-in";
