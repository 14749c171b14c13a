"use strict";

const { fold } = require("./lib/fold.cjs");

/** Lower-case words joined by a hyphen; the empty text where nothing of the title can be kept. */
function slugify(title, { separator = "-" } = {}) {
  return (
    fold(title)
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  ).join(separator);
}

/** A slug that is not in `taken`, counted up from 2 where it has to be. */
function distinctSlug(title, taken) {
  const slug = slugify(title);
  if (!taken.includes(slug)) return slug;
  for (let count = 2; ; count += 1) {
    if (!taken.includes(`${slug}-${count}`)) return `${slug}-${count}`;
  }
}

module.exports = { slugify, distinctSlug };
