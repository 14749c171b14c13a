"use strict";

const letters = { ß: "ss", æ: "ae", ø: "o", ł: "l", đ: "d", þ: "th", œ: "oe" };

/** Accents fall off; letters that Unicode does not take apart are spelled out. */
function fold(text) {
  const bare = text.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return bare.replaceAll(/[ßæøłđþœ]/giu, (letter) => letters[letter.toLowerCase()] ?? letter);
}

module.exports = { fold };
