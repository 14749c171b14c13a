import { mkdir, readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythons } from "../test/interpreters.ts";
import { openLinkRig } from "../test/linked-project.ts";
import type { LinkRig, Package } from "../test/linked-project.ts";

const python = (key: string, files: Package["files"]): Package => {
  return { key, language: "python", files };
};

const packages = [
  python("greet", {
    "greet.py": [
      "from .lib.names import name",
      "from .lib import names",
      "",
      "class Greeting: pass",
      "",
      "def greet(): return 'hello ' + name",
      "def fail(): raise ValueError('refused')",
      "if __name__ == '__main__': print('run', greet())",
    ].join("\n"),
    "lib/names.py": "name = 'ada'\n",
    "data.txt": "data",
    "aigogo.json": "{}",
  }),
  python("words", { "text.py": "def count(text): return len(text.split())\n" }),
  python("usual", { "__init__.py": "from .inner import value\n", "inner.py": "value = 1\n" }),
  python("pair", { "left.py": "side = 'left'\n", "right.py": "side = 'right'\n" }),
  python("sys", { "tool.py": "def tool(): return 'own sys'\n" }),
  python("script", { "__main__.py": "print('script', __name__)\n" }),
  python("both", {
    "it.py": "one = 1\n",
    "__main__.py": "from . import one\nprint('both', one)\n",
  }),
  python("broken", { "broken.py": "raise RuntimeError('at import')\n" }),
];

const programs = {
  "one module by both its names": `
    from aigogo.greet import greet
    from aigogo.greet.greet import greet as long
    import aigogo.greet, aigogo.words.text
    print(greet(), greet is long, aigogo.words.text.count("a b"), aigogo.words.count is aigogo.words.text.count)`,
  "a module once, whichever name comes first": `
    import aigogo.words.text as first
    import aigogo.words as second
    print(first is second)`,
  "pickles made under the long name": `
    import pickle
    from aigogo.greet import Greeting
    old = pickle.loads(b"caigogo.greet.greet\\nGreeting\\n.")
    print(old is Greeting, type(pickle.loads(pickle.dumps(Greeting()))) is Greeting)`,
  "a name replaced by a test, as the package itself sees it": `
    from unittest import mock
    import aigogo.greet
    with mock.patch("aigogo.greet.name", "bob"): print(aigogo.greet.greet())`,
  "usual packages, and those of several modules, as ever": `
    from aigogo.usual import value
    from aigogo.usual.inner import value as inner
    from aigogo.pair import right
    from aigogo.pair.left import side
    import aigogo.pair
    print(value, inner, right.side, side, getattr(aigogo.pair, "__file__", None))`,
  "a package named like a module of Python": `
    from aigogo.sys import tool
    from aigogo.words import count
    import sys
    print(tool(), count("a"), sys.modules["aigogo.sys"] is not sys)`,
  "what fails, with the line of the real file": `
    import traceback, os.path
    from aigogo.greet import fail
    try: fail()
    except ValueError as error: line = traceback.extract_tb(error.__traceback__)[-1]
    print(os.path.relpath(line.filename), line.lineno, line.line)`,
  "no half of a module that fails": `
    import sys
    for _ in range(2):
        try: import aigogo.broken.broken
        except RuntimeError as error: print(error)
    print([name for name in sys.modules if "broken" in name])`,
  "no package that is not locked": `
    try: import aigogo.none
    except ModuleNotFoundError as error: print(error)`,
  "packages from a folder that is gone": `
    import os, sys
    os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")
    sys.path[:0] = ["", b"bytes"]
    from aigogo.words import count
    print(count("a b"))`,
  "a module again, when it is reloaded": `
    import importlib, aigogo.greet as module
    importlib.invalidate_caches()
    print(importlib.reload(module) is module)`,
};

const outputs: Readonly<Record<keyof typeof programs, string>> = {
  "one module by both its names": "hello ada True 2 True",
  "a module once, whichever name comes first": "True",
  "pickles made under the long name": "True True",
  "a name replaced by a test, as the package itself sees it": "hello bob",
  "usual packages, and those of several modules, as ever": "1 1 right left None",
  "a package named like a module of Python": "own sys 1 True",
  "what fails, with the line of the real file":
    ".aigogo/imports/aigogo/greet/greet.py 7 def fail(): raise ValueError('refused')",
  "no half of a module that fails": "at import\nat import\n[]",
  "no package that is not locked": "No module named 'aigogo.none'",
  "packages from a folder that is gone": "2",
  "a module again, when it is reloaded": "True",
};

/** Writes bytecode of other code, which Python takes for that of the file. */
const plant = `
import importlib._bootstrap_external as loading, importlib.util, os, sys
source = sys.argv[1]
stat = os.stat(source)
code = compile("value = 'evil'", source, "exec")
target = importlib.util.cache_from_source(source)
os.makedirs(os.path.dirname(target), exist_ok=True)
with open(target, "wb") as file:
    file.write(loading._code_to_timestamp_pyc(code, int(stat.st_mtime), stat.st_size))`;

let rig: LinkRig;
beforeAll(async () => {
  rig = await openLinkRig();
  await rig.link("app", packages);
});
afterAll(async () => rig[Symbol.asyncDispose]());

for (const { name, program, reason } of pythons()) {
  describe.skipIf(program === undefined)(`${name}${reason}`, () => {
    const python3 = program ?? "";
    const run = async (args: readonly string[], environment: Package["files"] = {}) => {
      return rig.run("app", python3, args, { PYTHONPATH: ".aigogo/imports", ...environment });
    };

    test.each(Object.entries(programs))("imports %s", async (what, code) => {
      const output = await run(["-c", code.replaceAll(/^ {4}/gm, "")]);
      expect(output).toBe(Object.entries(outputs).find(([each]) => each === what)?.[1]);
    });

    test("runs a module as a program, by both its names", async () => {
      expect(await run(["-m", "aigogo.greet"])).toBe("run hello ada");
      expect(await run(["-m", "aigogo.greet.greet"])).toBe("run hello ada");
    });

    test("runs the program that a package has, once", async () => {
      expect(await run(["-m", "aigogo.script"])).toBe("script __main__");
      expect(await run(["-m", "aigogo.both"])).toBe("both 1");
    });

    test("leaves no bytecode in the store", async () => {
      const fresh = python(`fresh${name.replace(/\W/g, "_")}`, { "__init__.py": "", "a.py": "" });
      await rig.link("fresh", [fresh]);
      const untouched = await rig.storeState();
      const environment = { PYTHONPATH: rig.at("fresh/.aigogo/imports") };
      await run(["-c", `import aigogo.${fresh.key}.a`], environment);
      expect(await rig.storeState()).toBe(untouched);
    });

    test("runs no bytecode that another has left there", async () => {
      const value = "from aigogo.planted.tool import value; print(value)";
      const planted = python("planted", { "tool.py": "value = 'own'\n", "more.py": "" });
      await rig.link("planted", [planted]);
      const environment = { PYTHONPATH: rig.at("planted/.aigogo/imports") };
      const { filesFolder } = await rig.store(planted);
      await rig.run("planted", "chmod", ["u+w", filesFolder]);
      await rig.run("planted", python3, ["-c", plant, `${filesFolder}/tool.py`]);
      expect(await rig.run(filesFolder, python3, ["-c", "import tool; print(tool.value)"])).toBe(
        "evil",
      );
      expect(await rig.run("planted", python3, ["-c", value], environment)).toBe("own");
    });

    describe("in an environment that projects share", () => {
      const shared = `shared-${name}`.replaceAll(" ", "-");
      const say = (project: string) => python("say", { "say.py": `said = "${project}"\n` });
      const own = (project: string) => python(`only_${project}`, { "x.py": `y = "${project}"\n` });
      const several = python("mixed", { "left.py": "", "right.py": "" });
      const whole = python("mixed", { "__init__.py": "from . import only", "only.py": "" });
      const code =
        "from aigogo.say import said; import aigogo.only_one, aigogo.only_two; print(said)";

      beforeAll(async () => {
        await rig.write({ "elsewhere/empty": "", "elsewhere/deep/main.py": code });
        await rig.run("app", python3, ["-m", "venv", "--without-pip", rig.at(shared)]);
        for (const project of ["one", "two"]) {
          await rig.write({ [`${project}/src/main.py`]: code });
          const mixed = project === "one" ? several : whole;
          await rig.link(project, [say(project), own(project), mixed], rig.at(shared));
        }
      });

      const inEnvironment = async (folder: string, args: readonly string[], environment = {}) => {
        return rig.run(folder, rig.at(shared, "bin/python3"), args, environment);
      };

      test("a program has its own project's packages first, then the others'", async () => {
        expect(await inEnvironment("elsewhere", [rig.at("one/src/main.py")])).toBe("one");
        expect(await inEnvironment("elsewhere", [rig.at("two/src/main.py")])).toBe("two");
        expect(await inEnvironment("one", [rig.at("two/src/main.py")])).toBe("two");
      });

      test("without a file, it is the project that is worked in", async () => {
        expect(await inEnvironment("one", ["-c", code])).toBe("one");
        expect(await inEnvironment("two/src", ["-c", code])).toBe("two");
      });

      test("a package is all of one project, whatever it is in the other", async () => {
        const parts =
          "import aigogo.mixed, pkgutil; print([p.name for p in pkgutil.iter_modules(aigogo.mixed.__path__)])";
        expect(await inEnvironment("one", ["-c", parts])).toBe("['left', 'right']");
        expect(await inEnvironment("two", ["-c", parts])).toBe("['only']");
      });

      test("PYTHONPATH comes before both", async () => {
        const environment = { PYTHONPATH: rig.at("two/.aigogo/imports") };
        expect(await inEnvironment("one", ["-c", code], environment)).toBe("two");
      });

      test("a project that the environment does not name is not taken", async () => {
        const files = { "untold/.aigogo/imports/aigogo/__init__.py": "", "untold/main.py": code };
        await rig.write({ ...files, "untold/.aigogo/imports/aigogo/say.py": "said = 'stolen'\n" });
        expect(await inEnvironment("untold", ["main.py"])).toMatch(/^(one|two)$/);
      });

      test("where aigg's project comes first it has its own alone, and ours have theirs", async () => {
        const folder = rig.at(shared, "lib");
        const [version = ""] = await readdir(folder);
        const site = `${shared}/lib/${version}/site-packages`;
        await mkdir(rig.at("aigg"), { recursive: true });
        await rig.write({
          "aigg/.aigogo/imports/aigogo/__init__.py": "# Auto-generated by aigogo - do not edit\n",
          "aigg/.aigogo/imports/aigogo/theirs/tool.py": "x = 'theirs'\n",
          [`${site}/aigogo.pth`]: `${rig.at("aigg/.aigogo/imports")}\n`,
        });
        await rig.link("one", [say("one"), own("one")], rig.at(shared));
        expect(await inEnvironment("one", ["-c", code])).toBe("one");
        const theirs = "from aigogo.theirs.tool import x; print(x)";
        expect(await inEnvironment("aigg", ["-c", theirs])).toBe("theirs");
      });
    });

    test("finds packages in a copy without links, by PYTHONPATH alone", async () => {
      await rig.run("app", "mkdir", ["-p", "dist"]);
      await rig.run("app", "cp", ["-rL", ".aigogo/imports/", "dist/aigogo-imports/"]);
      await rig.run("app", "mv", [rig.at("home"), rig.at("away")]);
      try {
        const code = "from aigogo.greet import greet; print(greet())";
        const environment = { PYTHONPATH: "dist/aigogo-imports" };
        expect(await run(["-c", code], environment)).toBe("hello ada");
      } finally {
        await rig.run("app", "mv", [rig.at("away"), rig.at("home")]);
        await rig.run("app", "chmod", ["-R", "u+w", "dist"]);
        await rig.run("app", "rm", ["-r", "dist"]);
      }
    });
  });
}
