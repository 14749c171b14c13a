--- Which skills a query means, the best first.

local search = {}

local worth = { exact = 100, prefix = 50, name = 20, keyword = 15, description = 5, author = 3 }

--- ASCII letters are folded; Lua's string library sees bytes, so all others match as they are written.
local function words_of(query)
  local words = {}
  for word in string.gmatch(string.lower(query), "%S+") do words[#words + 1] = word end
  return words
end

local function contains(text, word)
  return text ~= nil and string.find(string.lower(text), word, 1, true) ~= nil
end

local function worth_of_name(name, word)
  if name == word then return worth.exact end
  local at = string.find(name, word, 1, true)
  if not at then return 0 end
  return at == 1 and worth.prefix or worth.name
end

local function worth_of(skill, word)
  local sum = worth_of_name(skill.name, word)
  for _, keyword in ipairs(skill.keywords or {}) do
    if keyword == word then sum = sum + worth.keyword end
  end
  if contains(skill.description, word) then sum = sum + worth.description end
  if contains(skill.author, word) then sum = sum + worth.author end
  return sum
end

--- Skills in which every word is found. Equal ones: what is downloaded more first, then by name.
function search.find(skills, query)
  local found, worths, words = {}, {}, words_of(query)
  for _, skill in ipairs(skills) do
    local sum, hits = 0, 0
    for _, word in ipairs(words) do
      local value = worth_of(skill, word)
      sum, hits = sum + value, hits + (value > 0 and 1 or 0)
    end
    if hits == #words and hits > 0 then
      found[#found + 1] = skill
      worths[skill] = sum
    end
  end
  table.sort(found, function(a, b)
    if worths[a] ~= worths[b] then return worths[a] > worths[b] end
    if a.downloads ~= b.downloads then return a.downloads > b.downloads end
    return a.name < b.name
  end)
  return found
end

return search
