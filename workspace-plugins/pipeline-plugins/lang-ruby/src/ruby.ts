import { firstLine, toolVersions } from "@slipway/pipeline-kit/language";
import type { Folder, Install, Language, Texts } from "@slipway/pipeline-kit/language";
import { checkVersion } from "@slipway/pipeline-kit/setup";

/** `ruby-3.3.0`, as rvm writes it, is 3.3.0; other engines have versions of their own. */
function rubyFile(text: string): string | undefined {
  return firstLine(text)?.replace(/^ruby-/, "");
}

export const ruby: Language = {
  name: "ruby",
  markers: ["Gemfile", "gems.rb"],
  versions: [
    { file: ".ruby-version", read: rubyFile },
    toolVersions("ruby"),
    { file: "Gemfile.lock", read: lockedRuby },
    { file: "gems.locked", read: lockedRuby },
    { file: "Gemfile", read: requiredRuby },
    { file: "gems.rb", read: requiredRuby },
  ],
  managers: [
    {
      name: "bundler",
      locks: ["Gemfile.lock", "gems.locked"],
      install: (folder, inputs) => bundle(folder, inputs, { BUNDLE_DEPLOYMENT: "true" }),
      facts: (folder) => ({ bundler_version: lockedBundler(folder) }),
    },
  ],
  unlocked: (folder, inputs) => bundle(folder, inputs, {}),
  inputs: ["bundler_version", "install_path"],
  // It knows no ranges: of one the lowest version, which may be a line of them, is within it.
  github: ({ version }) => ({
    reference: "ruby/setup-ruby@v1",
    with: { "ruby-version": version },
  }),
  setup: checkVersion({ name: "ruby", version: "ruby --version", image: "ruby" }),
};

/** The section below `RUBY VERSION`: `   ruby 3.3.0p0` */
function lockedRuby(text: string): string | undefined {
  return /^RUBY VERSION\s+ruby (\d+(?:\.\d+)*)/m.exec(text)?.[1];
}

/** `ruby "~> 3.3.0"`, with as many requirements as it has, and without its options. */
function requiredRuby(text: string): string | undefined {
  const line = /^[ \t]*ruby[ (]+(?<said>(?:["'][^"']*["'][ \t]*,?[ \t]*)+)/m.exec(text);
  return line?.groups?.["said"];
}

/** The section below `BUNDLED WITH`: `   2.6.3` */
function lockedBundler(folder: Folder): string | undefined {
  const lock = folder.text("Gemfile.lock") ?? folder.text("gems.locked") ?? "";
  return /^BUNDLED WITH\s+(\d+(?:\.\d+)*)/m.exec(lock)?.[1];
}

/** Settings are variables of the job, so that `bundle exec` of later steps finds the gems. */
function bundle(
  folder: Folder,
  { bundler_version: version, install_path: place = "vendor/bundle" }: Texts,
  env: Readonly<Record<string, string>>,
): Install {
  return {
    name: "bundle install",
    command:
      version === undefined
        ? "bundle install\n"
        : 'gem install bundler --conservative --no-document --version "$BUNDLER_VERSION"\nbundle install\n',
    env: {
      ...env,
      BUNDLE_PATH: place,
      ...(version === undefined ? {} : { BUNDLER_VERSION: version }),
    },
    cache: { id: "bundler", paths: [place, ".bundle"] },
    keyFiles: folder.has("Gemfile") ? ["Gemfile", "Gemfile.lock"] : ["gems.rb", "gems.locked"],
  };
}
