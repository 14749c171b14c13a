import type { ScanFailure, SourceFault } from "@slipway/packages";
import type { Texts } from "../text.ts";

export const scanTexts: Texts<ScanFailure> = {
  "source-unparsable": ({ problems }) => {
    const [first] = problems;
    return {
      what: "a source file of the package cannot be read",
      facts: Object.fromEntries(
        problems.map((one) => [`${one.at.file}:${one.line}:${one.column}`, faultText(one)]),
      ),
      hint: "mend it, or leave it out by files.exclude or .aigogoignore",
      ...(first === undefined ? {} : { at: first.at }),
    };
  },
  "source-too-large": (f) => ({
    what: "a source file of the package is too large to be read for its imports",
    facts: { file: f.path, bytes: f.sizeBytes, "at most": f.mostBytes },
    hint: "keep data in a file of its own",
  }),
  "source-reader-missing": (f) => ({
    what: `${f.program} is not there, which reads the files of the package`,
    facts: { program: f.program },
    hint:
      f.program === "oxc-parser"
        ? "it reads JavaScript, and is native code: npm install --global oxc-parser puts it beside slipway"
        : "install Python 3.9 or newer (Debian: apt install python3) so that python3 is on the PATH",
  }),
  "source-reader-timed-out": (f) => ({
    what: "reading the imports of the package took too long",
    facts: { ...whereAt(f), seconds: f.limitMs / 1000 },
    hint: "leave generated files out by files.exclude or .aigogoignore",
  }),
  "source-reader-crashed": (f) => ({
    what: "the parser broke down",
    facts: { ...whereAt(f), "it said": f.complaint },
    hint: "a file that is nested very deeply does this: leave it out by files.exclude or .aigogoignore",
  }),
};

function whereAt(f: { readonly program: string; readonly path: string | undefined }) {
  return { program: f.program, ...(f.path === undefined ? {} : { "at file": f.path }) };
}

function faultText({ problem, message }: SourceFault): string {
  switch (problem) {
    case "syntax":
      return message;
    case "encoding":
      return `its bytes are no text: ${message}`;
    case "too-deep":
      return `it is nested too deeply: ${message}`;
  }
}
