import { detected, installCommand, planned } from "@slipway/pipeline-kit/test/language";
import { expect, test } from "vitest";
import { ruby } from "./ruby.ts";

const lock = `GEM
  specs:
    rake (13.2.1)

RUBY VERSION
   ruby 3.3.0p0

BUNDLED WITH
   2.6.3
`;

test.for([
  [{ ".ruby-version": "ruby-3.2.1\n" }, "3.2.1"],
  [{ ".ruby-version": "jruby-9.4.0.0\n" }, undefined],
  [{ ".tool-versions": "ruby 3.1.4\n" }, "3.1.4"],
  [{ "Gemfile.lock": lock }, "3.3.0"],
  [{ Gemfile: 'source "s"\nruby "3.0.2"\n' }, "3.0.2"],
  [{ Gemfile: "ruby '~> 3.2', '>= 3.2.1', engine: 'ruby'\n" }, "3.2"],
  [{ Gemfile: 'ruby file: ".ruby-version"\n' }, undefined],
  [{ "gems.rb": 'ruby("3.1")\n' }, "3.1"],
] as const)("%j is of ruby %s", ([files, expected]) => {
  const { facts } = detected(ruby, { Gemfile: "", ...files });
  expect(facts?.["ruby_version"]).toBe(expected);
});

test("what is there is told as signals, facts and a confidence", () => {
  expect(detected(ruby, { Gemfile: "", "Gemfile.lock": lock })).toEqual({
    signals: ["ruby_detected", "has_gemfile", "has_gemfile_lock"],
    facts: { ruby_version: "3.3.0", ruby_manager: "bundler", bundler_version: "2.6.3" },
    confidence: 1,
    told: [],
  });
});

test("a package of a job becomes its version, its install and its cache", () => {
  const files = { Gemfile: "", "Gemfile.lock": lock };
  expect(planned(ruby, [{}], { files })).toEqual({
    uses: [
      {
        steps: [
          "github: ruby/setup-ruby@v1 ruby-version=3.3.0",
          "jenkins: ruby 3.3.0",
          "bundle install",
        ],
        env: ["BUNDLE_DEPLOYMENT=true", "BUNDLE_PATH=vendor/bundle"],
        caches: ["bundler"],
      },
    ],
    caches: [
      {
        id: "bundler",
        paths: ["vendor/bundle", ".bundle"],
        key: ["platform", "ruby:3.3.0", "Gemfile", "Gemfile.lock"],
      },
    ],
    told: [],
  });
});

test("inputs say the version of bundler and the place of gems", () => {
  const inputs = { version: "3.3", bundler_version: "2.5.0", install_path: "gems" };
  const { uses, caches } = planned(ruby, [inputs], { files: { "gems.rb": "" } });
  expect(uses).toEqual([
    {
      steps: ["github: ruby/setup-ruby@v1 ruby-version=3.3", "jenkins: ruby 3.3", "bundle install"],
      env: ["BUNDLER_VERSION=2.5.0", "BUNDLE_PATH=gems"],
      caches: ["bundler"],
    },
  ]);
  expect(caches).toEqual([
    { id: "bundler", paths: ["gems", ".bundle"], key: ["platform", "ruby:3.3", "gems.rb"] },
  ]);
});

test("bundler installs what the lock says", () => {
  expect(installCommand(ruby, { Gemfile: "", "Gemfile.lock": lock })).toBe("bundle install\n");
});
