--- The workspace of the cases: two Python files, one of which calls the other, and what becomes
--- of them.
local tools = require('tools')

local M = {}

M.SHOP = assert(tools.read('shop.py'))
M.CART = assert(tools.read('cart.py'))
M.RENAMED_SHOP = M.SHOP:gsub('pay%(', 'charge(')
M.RENAMED_CART = M.CART:gsub('pay%(', 'charge('):gsub('import pay', 'import charge')

---@param shop string
---@param cart string
---@param what string
function M.wait_for_buffers(shop, cart, what)
  tools.wait(what, function()
    return tools.buffer('shop.py') == shop and tools.buffer('cart.py') == cart
  end)
end

function M.wait_until_renamed()
  M.wait_for_buffers(M.RENAMED_SHOP, M.RENAMED_CART, 'renamed buffers')
  tools.settle()
end

function M.wait_until_as_before()
  M.wait_for_buffers(M.SHOP, M.CART, 'buffers as they were')
  tools.settle()
end

--- Has `pay` renamed by its code action, up to the diff that asks.
function M.propose_rename()
  tools.open('shop.py')
  tools.cursor_on('pay')
  vim.ui.input = function(options, on_confirm)
    tools.same(options.default, 'pay', 'the name that is offered')
    on_confirm('charge')
  end
  tools.act('Rename symbol')
end

---@return string diff
function M.rename_by_action()
  M.propose_rename()
  return tools.answer_diff('apply')
end

return M
