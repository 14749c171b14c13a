import type { ReleaseCause, ReleaseFailure } from "@slipway/processes";
import type { Causes, Texts } from "../text.ts";

const again = "run the same command again: what is done stays, nothing is done twice";

const notAllowed = {
  ENEEDAUTH: "log in with npm login, or give npm a token in an .npmrc",
  EOTP: "give the one-time code in npm_config_otp, or use a token that needs none",
  E401: "npm's token is not one that this registry knows: log in anew with npm login, or mend the .npmrc",
};
const mayNot =
  "npm's token is known and may not do this: see the rights of the token and of its owner, and the name of the package";

function hintOf(code: string): string {
  return Object.entries(notAllowed).find(([each]) => each === code)?.[1] ?? mayNot;
}

export const releaseTexts: Texts<ReleaseFailure> = {
  "release-undeclared": (f) => ({
    what: "this ao.yml has no release",
    facts: { file: f.file },
    hint: "write release: with target and packages",
  }),
  "release-package-unknown": (f) => ({
    what: `no package of the release is called ${f.name}`,
    facts: { packages: f.known },
  }),
  "release-undeployed": (f) => ({
    what: `not every process is deployed to ${f.deployTarget}`,
    facts: { record: f.file },
    hint: "deploy first: a package is published for processes that run",
  }),
  "release-running": (f) => ({
    what: "another run is releasing this project",
    facts: { lock: f.file },
    hint: "wait until it has ended",
  }),
  "npm-absent": () => ({
    what: "there is no npm on this machine",
    facts: {},
    hint: "install npm, or put it on PATH",
  }),
  "npm-stopped": () => ({ what: "stopped before the release was whole", facts: {}, hint: again }),
  "npm-timed-out": (f) => ({
    what: `npm took too long to ${f.asked}`,
    facts: { "time limit ms": f.limitMs },
    hint: again,
  }),
  "npm-not-allowed": (f) => ({
    what: `the registry does not let npm ${f.asked}`,
    facts: { code: f.code, answer: f.answer },
    hint: `${hintOf(f.code)}; then run the same command again`,
  }),
  "npm-unreachable": (f) => ({
    what: `npm could not ${f.asked}: the registry did not answer as it should`,
    facts: { code: f.code, answer: f.answer },
    hint: `see npm config get registry, and npm ping; ${again}`,
  }),
  "npm-unreadable": (f) => ({
    what: `the answer to npm ${f.asked} is none of a registry`,
    facts: { answer: f.answer },
    hint: "a proxy may stand before it; see npm config get registry",
  }),
  "npm-failed": (f) => ({
    what: `npm could not ${f.asked}`,
    facts: { ...(f.code === "" ? {} : { code: f.code }), answer: f.answer },
    hint: "npm says more when it is called by hand in the folder of the package",
  }),
  "npm-package-missing": (f) => ({
    what: "there is no npm package",
    facts: { folder: f.folder },
    hint: "folder in release of ao.yml is relative to the project, and has a package.json",
  }),
  "npm-package-outside": (f) => ({
    what: "a package of the release lies outside of the workspace",
    facts: { folder: f.folder },
  }),
  "npm-package-invalid": (f) => ({
    what: "this is no npm package",
    facts: { folder: f.folder, problem: f.problem },
  }),
  "npm-package-private": (f) => ({
    what: "the package is private",
    facts: { folder: f.folder },
    hint: "remove private from its package.json, or the package from the release",
  }),
  "release-ids-missing": (f) => ({
    what: `${f.package} has no file with ids of processes`,
    facts: { file: f.file },
    hint: "export the ids into the package, and see its files in package.json",
  }),
  "release-ids-differ": (f) => ({
    what: `${f.package} is not for the processes of ${f.deployTarget}`,
    facts: {
      file: f.file,
      ...Object.fromEntries(f.problems.map((problem, i) => [`${i + 1}`, problem])),
    },
    hint: "export the ids of this target again and release that; withdraw --no-patch publishes nothing",
  }),
  "version-differs": (f) => ({
    what: `${f.version} is published with other content`,
    facts: { packed: f.packed, published: f.published },
    hint: "a version cannot be published twice: raise version in package.json",
  }),
  "version-withdrawn": (f) => ({
    what: `${f.version} has been withdrawn`,
    facts: { deprecated: f.text },
    hint: "raise version in package.json",
  }),
  "tag-would-move-back": (f) => ({
    what: `${f.version} is older than what ${f.tag} is at`,
    facts: { [f.tag]: f.from },
    hint: "name another tag with --tag, or let it go back with --move-back",
  }),
  "version-unpublished": (f) => ({
    what: `there is no version ${f.version}`,
    facts: { packages: f.package },
  }),
  "good-version-unfit": (f) => ({
    what: `${f.version} is no version to go back to: it is ${f.problem}`,
    facts: { package: f.package },
  }),
  "step-without-effect": (f) => ({
    what: "npm said that it is done, and the registry does not show it",
    facts: { step: f.step, "waited ms": f.waitedMs },
    hint: `a proxy may answer for the registry; ${again}`,
  }),
};

export const releaseCauses: Causes<ReleaseCause> = {
  "versions-published": "published",
  "versions-published-already": "the registry has these versions",
};
