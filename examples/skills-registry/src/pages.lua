--- One page of a sorted list.

local pages = {}

local default_limit = 20

--- { <key> = items, count, total, limit, offset, hasNextPage }; `shape` says what is told of an item.
function pages.of(key, items, input, shape)
  local limit, offset = input.limit or default_limit, input.offset or 0
  local shown = {}
  for i = offset + 1, math.min(offset + limit, #items) do shown[#shown + 1] = shape(items[i]) end
  return {
    [key] = shown,
    count = #shown,
    total = #items,
    limit = limit,
    offset = offset,
    hasNextPage = offset + #shown < #items,
  }
end

--- Sorts in place by `value(item)`. Equal ones go by name, always upwards, so that pages never overlap.
function pages.sort(items, value, order)
  table.sort(items, function(a, b)
    local x, y = value(a), value(b)
    if x == y then return a.name < b.name end
    if order == "desc" then return x > y end
    return x < y
  end)
  return items
end

return pages
