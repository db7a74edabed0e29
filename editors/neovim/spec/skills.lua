--- What the agents that came with the server do without a model: each from its code action to a
--- report, or to a change that is applied and undone. A session of its own, in an empty folder.
local tools = require('tools')

local cases = {}

---@param name string
---@param run fun()
local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

local FILES = {
  ['pay.py'] = [[
import os


def total(cart):
    return tax(cart)


def _old(cart):
    return 2


def tax(cart):
    return 1
]],
  ['test_pay.py'] = [[
from pay import total


def test_total():
    assert total([]) == 1
]],
  ['one.py'] = [[
from two import b


def a():
    return b()
]],
  ['two.py'] = [[
from one import a


def b():
    return 1


def c():
    return a()
]],
}

--- Runs a code action on a word of a file, and gives the report that it opens.
---@param word string
---@param title string
---@return string
local function report(word, title)
  tools.open('pay.py')
  tools.cursor_on(word)
  tools.act(title)
  tools.wait('report of ' .. title, function()
    return vim.bo.filetype == 'markdown' and vim.fn.line('$') > 2
  end)
  local text = tools.buffer(vim.api.nvim_buf_get_name(0))
  vim.cmd.bwipeout()
  return text
end

--- Runs a code action on a word of a file, applies what it proposes, and takes it back.
---@param path string
---@param word string
---@param title string
---@param wanted string what stands in the diff
---@param meanwhile? fun() what is looked at before it is taken back
local function changed(path, word, title, wanted, meanwhile)
  tools.open(path)
  local before = tools.buffer(path)
  tools.cursor_on(word)
  tools.act(title)
  local diff = tools.answer_diff('apply')
  assert(diff:find(wanted, 1, true), diff)
  tools.wait('change by ' .. title, function()
    return tools.buffer(path) ~= before
  end)
  tools.settle()
  if meanwhile then
    meanwhile()
  end
  vim.cmd('Aios undo')
  tools.wait('text before ' .. title, function()
    return tools.buffer(path) == before
  end)
  tools.settle()
end

case('agents without a model report from their code actions', function()
  vim.fn.mkdir('.aios')
  tools.enable()
  for path, text in pairs(FILES) do
    vim.fn.writefile(vim.split(text, '\n'), path, 'b')
    tools.open(path)
    tools.wait_until_known(path)
  end
  for title, wanted in pairs({
    ['AIOS: explain `tax`'] = '## Who calls it',
    ['AIOS: impact of `tax`'] = 'test_total',
    ['AIOS: tests for `tax`'] = '1 test, each below the way to it',
    ['AIOS: review this file'] = 'nothing refers to it',
  }) do
    local text = report('tax', title)
    assert(text:find(wanted, 1, true), title .. ': ' .. text)
  end
end)

case('agents without a model change from their code actions, and are undone', function()
  changed('pay.py', 'total', 'Document `total`', ':param cart: the cart', function()
    local told = report('tax', 'AIOS: changelog of what was changed here')
    assert(told:find('Document `total`', 1, true), told)
  end)
  changed('pay.py', 'import', 'Organise imports', '-import os')
  changed('pay.py', '_old', 'Delete unused function', '-def _old')
end)

case('what a review finds is mended from its mark', function()
  tools.open('one.py')
  tools.cursor_on('from')
  tools.act('AIOS: review this file')
  tools.wait('report of the review', function()
    return vim.bo.filetype == 'markdown'
  end)
  vim.cmd.bwipeout()
  tools.open('one.py')
  tools.wait('mark of the cycle', function()
    return #vim.diagnostic.get(0, { lnum = 0 }) > 0
  end)
  changed('one.py', 'from', 'AIOS: mend (import-cycle)', '-from two import b')
  tools.run('aios.clearFindings')
end)

return cases
