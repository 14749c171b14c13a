import { expect, test } from "vitest";
import { openLuaText } from "./lua-text.ts";
import { minifyLua } from "./minify-lua.ts";

function check(text: string, expected: string): void {
  const lua = openLuaText(Buffer.from(text), "a.lua");
  if (lua === undefined) throw new Error("not UTF-8");
  expect(minifyLua(lua)).toBe(expected);
}

test("comments, spaces and long names of locals go; strings, globals, fields and labels stay", () => {
  check(
    `-- a comment
local skills, count = Skills, 0 --[[ another ]]
for name, skill in pairs(skills) do
  if skill.name == name then goto next end
  count = count + 1
  ::next::
end
return { skills = skills, count = count, text = [[ two
lines ]], other = "ü \\n" }`,
    'local b,a=Skills,0 for c,d in pairs(b)do if d.name==c then goto next end a=a+1::next::end return{skills=b,count=a,text=[[ two\nlines ]],other="ü \\n"}',
  );
});

test("parentheses that decide stay: of integer division, bits, one value, and equal ranks", () => {
  check("return (a + b) // c, (a | b) & c, a - (b - c)", "return(a+b)//c,(a|b)&c,a-(b-c)");
  check("return (f()), (...)", "return(f()),(...)");
});

test("tokens that would become others keep a space between them", () => {
  check(
    "return - - a, a[ [[k]] ], 1 .. 2, a .. .5, 0xA .. b",
    "return- -a,a[ [[k]]],1 .. 2,a.. .5,0xA ..b",
  );
  check("local t = { [ [==[x]==] ] = 1 }", "local a={[ [==[x]==]]=1}");
});

test("a local never takes the name of a global, of self, or of a keyword, and a global in the head of a loop stays", () => {
  check("local x = a; for i = i, b do print(x, i) end", "local d=a;for c=i,b do print(d,c)end");
  check("function T:m(v) self.v = v end", "function T:m(a)self.v=a end");
  check("local function f(_ENV) return x end", "local function a(_ENV)return x end");
});
