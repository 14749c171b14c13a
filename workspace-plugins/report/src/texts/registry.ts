import type { RegistryCause, RegistryFailure } from "@slipway/registry";
import type { Causes, Texts } from "../text.ts";

export const registryTexts: Texts<RegistryFailure> = {
  "reference-invalid": (f) => ({
    what: "a package reference could not be read",
    facts: { reference: f.text, problem: referenceProblems[f.problem] },
    hint: "write host[:port]/repository:tag, such as localhost:5055/agents/text-tools:1.0.0",
  }),
  "registry-refused": (f) => ({
    what: "the registry refused a request",
    facts: {
      request: `${f.method} ${f.url}`,
      status: f.status,
      ...(f.codes.length === 0 ? {} : { code: f.codes.join(", ") }),
      ...(f.detail === "" ? {} : { said: f.detail }),
      ...(f.retryAfterMs === undefined ? {} : { "asks to wait (s)": f.retryAfterMs / 1000 }),
    },
    hint: refusalHint(f.status, f.url, f.retryable),
  }),
  "registry-unreachable": (f) => ({
    what: "the registry could not be reached",
    facts: { request: `${f.method} ${f.url}`, error: f.error },
    hint: f.error.includes("ECONNREFUSED")
      ? "nothing listens there: check host and port; this workspace's own registry is started by npx nx run registry:serve"
      : "check the host name, the network and the proxy settings, then run it again",
  }),
  "registry-timeout": (f) => ({
    what: "the registry did not answer in time",
    facts: { request: `${f.method} ${f.url}`, "waited (ms)": f.timeoutMs },
    hint: "run it again; what was finished is not done twice",
  }),
  "registry-stopped": (f) => ({
    what: "a registry request was stopped",
    facts: { request: `${f.method} ${f.url}` },
    hint: "run it again; what was finished is not done twice",
  }),
  "response-invalid": (f) => ({
    what: "the registry gave an answer that the distribution spec does not allow",
    facts: { request: `${f.method} ${f.url}`, problem: responseProblems[f.problem] },
    hint: "check that the host is a registry and not a proxy's page",
  }),
  "upload-location-foreign": (f) => ({
    what: "the registry sent an upload to another host, which was not followed",
    facts: { request: `${f.method} ${f.url}`, location: f.location },
    hint: "set the registry's own host name in its configuration",
  }),
  "redirect-refused": (f) => ({
    what:
      f.problem === "insecure"
        ? "the registry sent a request on to a place without TLS, which was not followed"
        : "the registry sent a request on again and again",
    facts: { request: `${f.method} ${f.url}`, location: f.location },
    hint: "set the registry's own host name and scheme in its configuration",
  }),
  "credentials-file-invalid": (f) => ({
    what: "a file with registry credentials could not be read",
    facts: {
      file: f.file,
      ...(f.host === undefined ? {} : { registry: f.host }),
      problem: credentialProblems[f.problem],
    },
    hint: "mend the file, or log in again",
  }),
  "credential-helper-failed": (f) => ({
    what: "a credential helper did not give a credential",
    facts: { program: f.program, registry: f.host, error: f.error },
    hint: "run the program by hand, or take its entry out of docker's config.json",
  }),
  "manifest-mismatch": (f) => ({
    what: "the registry gave a manifest with another digest",
    facts: { request: `${f.method} ${f.url}`, expected: f.expected, actual: f.actual },
    hint: "nothing of it was used; the registry's storage or a proxy changes content",
  }),
  "blob-mismatch": (f) => ({
    what: "the registry gave a blob with other content than its digest says",
    facts: {
      repository: f.repository,
      expected: `${f.expected}, ${f.expectedBytes} bytes`,
      actual: `${f.actual}, ${f.actualBytes} bytes`,
    },
    hint: "nothing of it was used; push the package again or mend the registry's storage",
  }),
  "registry-port-taken": (f) => ({
    what: "something that is not a registry listens on the registry's port",
    facts: { port: f.port, answer: f.answer },
    hint: "stop it, or set another port in infra/registry/project.json and nx.json",
  }),
  "registry-exited": (f) => ({
    what: "the registry ended by itself",
    facts: {
      program: f.program,
      "exit code": f.exitCode ?? "none",
      log: f.logFile,
      "last lines": f.lastLines,
    },
    hint: "the log says why",
  }),
  "registry-never-ready": (f) => ({
    what: "the registry started but did not listen",
    facts: { program: f.program, port: f.port, "waited (ms)": f.timeoutMs, log: f.logFile },
    hint: "the log says why",
  }),
  "registry-program-missing": (f) => ({
    what: "docker-registry is not on PATH and could not be fetched",
    facts: { step: f.step, error: f.error },
    hint: "install Docker Distribution (on Debian: apt-get install docker-registry)",
  }),
};

export const registryCauses: Causes<RegistryCause> = {
  "registry-served": "served until stopped",
  "registry-attached": "another run served it",
  "registry-logged-in": "logged in",
  "registry-logged-out": "logged out",
  "registry-not-logged-in": "was not logged in",
};

const referenceProblems = {
  "host-missing": "it does not begin with a registry host",
  "host-invalid": "the registry host is not a host name",
  "repository-invalid": "the repository has other than lower-case letters, digits and . _ - /",
  "tag-invalid": "the tag has other than letters, digits and . _ - or is too long",
  "digest-invalid": "the digest is not sha256: and 64 hex digits",
} as const;

const credentialProblems = {
  "not-json": "it is not JSON",
  "not-an-object": "it has no object of hosts in `auths`",
  "auth-invalid": "`auth` is not user:password in base64",
} as const;

const responseProblems = {
  "location-missing": "an upload was opened without a location",
  "manifest-too-large": "a manifest of more than 4 MiB",
  "manifest-invalid": "no manifest of an image",
  "tags-invalid": "the list of tags is not one",
  "tags-too-many": "more than 100000 tags",
  "next-page-seen": "the pages of tags lead round in a ring",
  "referrers-invalid": "the list of what refers to a manifest is none",
  "next-page-foreign": "the next page of tags is on another host",
  "token-invalid": "the token server gave no token",
  "realm-insecure": "credentials would have to be sent without TLS to the token server",
  "range-invalid": "it gave or took another part of a blob than was asked for",
  "encoding-unasked": "it packed its answer, and was asked not to",
} as const;

function refusalHint(status: number, url: string, retryable: boolean): string {
  const host = URL.parse(url)?.host ?? "<registry>";
  const login = `slipway pkg login ${host} -u <user>`;
  if (status === 401) return `check the credentials for this registry: ${login}`;
  if (status === 403)
    return `check the credentials for this registry, and what they allow: ${login}`;
  return retryable ? "run it again later" : "check the reference and the registry's log";
}
