import type { DeployFailure } from "@slipway/processes";
import type { Texts } from "../text.ts";

/** Wallets, signed items and plans of deployments. */
export const deployTexts: Texts<DeployFailure> = {
  "wallet-unreadable": (f) => ({
    what: "there is no wallet",
    facts: { source: f.source },
    hint: "set the variable or write the file that ao.yml names; a wallet is never made for you",
  }),
  "wallet-invalid": (f) => ({
    what: "the wallet is not an Arweave key in JWK form",
    facts: { source: f.source },
    hint: "give the whole key file of an Arweave wallet, with its private parts",
  }),
  "wallet-exposed": (f) => ({
    what: "others than you may read the wallet",
    facts: { file: f.source, mode: f.mode },
    hint: `close it: chmod 600 ${f.source}`,
  }),
  "wallet-not-ignored": (f) => ({
    what: "git does not ignore the wallet: a commit of everything would publish its key",
    facts: { file: f.source },
    hint: "name it in .gitignore, or keep it elsewhere; one that was committed is no wallet any more",
  }),
  "wallet-git-unanswered": (f) => ({
    what: "git does not say whether a commit would publish the wallet, so it signs nothing",
    facts: { file: f.source, git: f.problem },
    hint: "mend what git says (a folder of another owner: git config --global --add safe.directory <folder>), or keep the wallet outside of the repository",
  }),
  "signer-invalid": (f) => ({
    what: "the module that should sign cannot be used",
    facts: { signer: f.source, problem: f.problem },
    hint: "its default export is a signer as aoconnect takes it; it may export address too; run by itself it shows all that it throws",
  }),
  "signer-failed": (f) => ({
    what: "nothing was signed, and nothing sent",
    facts: { signer: f.source, problem: f.problem },
    hint: "see wallet of the target in ao.yml",
  }),
  "item-tags-too-long": (f) => ({
    what: "the tags do not fit into a signed item",
    facts: { tags: `${f.tags} of 128`, bytes: `${f.bytes} of 4096` },
    hint: "shorten or remove tags in ao.yml",
  }),
  "code-lost": (f) => ({
    what: "the code of that digest is neither here nor on the network",
    facts: { code: f.codeDigest, message: f.message },
    hint: "check out the commit that it was deployed from, and deploy that",
  }),
  "export-outside": (f) => ({
    what: "ao.yml wants ids in a file outside of the workspace",
    facts: { file: f.file },
    hint: "see export of the target; its paths are relative to the project",
  }),
  "plan-missing": (f) => ({
    what: "there is no plan",
    facts: { file: f.file },
    hint: `write one: slipway ao plan --out ${f.file}`,
  }),
  "plan-invalid": (f) => ({
    what: "the plan cannot be read",
    facts: { file: f.file, problem: f.problem },
    hint: "plan again with this version",
  }),
  "plan-stale": (f) => ({
    what: "what the plan was made from has changed since: nothing was signed",
    facts: { changed: f.moved.join(", ") },
    hint: "look at a new plan, and apply that",
  }),
  "module-unknown": (f) => ({
    what: "the gateway knows no such AO module: nothing was signed",
    facts: { module: f.module, problem: f.problem },
    hint: "see module in ao.yml, of the target or of the process",
  }),
};
