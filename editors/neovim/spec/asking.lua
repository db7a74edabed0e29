--- Questions, in the order in which a user meets them.
local tools = require('tools')

local cases = {}

---@param name string
---@param run fun()
local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

---@return string[] the file and line of each, sorted
local function places(locations)
  local acc = {}
  for _, it in ipairs(locations) do
    acc[#acc + 1] = vim.fs.basename(it.uri) .. ':' .. it.range.start.line
  end
  table.sort(acc)
  return acc
end

--- What the server said of its progress: the titles that began, and how many ended.
local progress = { titles = {}, n_ended = 0 }

case('a file of a known language starts the server', function()
  vim.fn.mkdir('.git')
  -- Enough files that reading them is worth a progress bar.
  vim.fn.mkdir('many')
  for nth = 1, 300 do
    vim.fn.writefile({ ('value_%d = %d'):format(nth, nth) }, ('many/part_%d.py'):format(nth))
  end
  vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(args)
      local value = args.data.params.value
      if value.kind == 'begin' then
        progress.titles[#progress.titles + 1] = value.title
      elseif value.kind == 'end' then
        progress.n_ended = progress.n_ended + 1
      end
    end,
  })
  tools.enable()
  local started = tools.open('shop.py')
  tools.same(started.offset_encoding, 'utf-8', 'encoding')
  tools.same(started.root_dir, vim.uv.cwd(), 'root')
  tools.wait_until_indexed(started)
end)

case('the reading is shown as progress, which ends', function()
  tools.wait('end of the progress', function()
    return #progress.titles > 0 and progress.n_ended == #progress.titles
  end)
end)

case('symbols, definition and references are answered', function()
  local client = tools.open('shop.py')
  local document = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local symbols = tools.ask(client, 'textDocument/documentSymbol', document)
  tools.same({ symbols[1].name, symbols[2].name }, { 'pay', 'refund' }, 'symbols')
  tools.open('cart.py')
  tools.cursor_on('return')
  tools.cursor_on('pay')
  local at = tools.at_cursor(client)
  local definition = tools.ask(client, 'textDocument/definition', at)
  tools.same(places(definition), { 'shop.py:0' }, 'definition')
  local references = tools.ask(client, 'textDocument/references', at)
  local expected = { 'cart.py:0', 'cart.py:5', 'shop.py:0', 'shop.py:5' }
  tools.same(places(references), expected, 'references')
end)

case('symbols of the workspace and definitions are found in other languages too', function()
  local client = tools.open('src/paint.ts')
  local symbols = tools.ask(client, 'workspace/symbol', { query = 'mix' })
  tools.same(symbols[1].name, 'mix', 'symbol')
  tools.cursor_on('return')
  tools.cursor_on('mix')
  local definition = tools.ask(client, 'textDocument/definition', tools.at_cursor(client))
  tools.same(places(definition), { 'colour.ts:1' }, 'definition')
  local hover = tools.ask(client, 'textDocument/hover', tools.at_cursor(client))
  local text = type(hover.contents) == 'table' and hover.contents.value or hover.contents
  assert(text:find('Mixes two colours', 1, true), text)
end)

case('what is typed and not saved is found', function()
  tools.open('cart.py')
  vim.api.nvim_buf_set_lines(0, -1, -1, true, { '', '', 'def zebra_crossing():', '    return 1' })
  vim.fn.setqflist({})
  vim.cmd('Aios search zebra crossing')
  local items = tools.wait('hits', function()
    local items = vim.fn.getqflist()
    return #items > 0 and items
  end)
  assert(items[1].text:find('zebra_crossing', 1, true), items[1].text)
  vim.cmd.cclose()
  vim.cmd.edit({ args = { 'cart.py' }, bang = true })
end)

case(':Aios pick offers the hits to choose among', function()
  tools.open('shop.py')
  local was_asked = tools.choose('checkout')
  vim.cmd('Aios pick checkout the cart')
  tools.wait('chosen hit', function()
    return was_asked() and vim.fs.basename(vim.api.nvim_buf_get_name(0)) == 'cart.py'
  end)
end)

case(':Aios search fills the quickfix list', function()
  tools.open('shop.py')
  vim.fn.setqflist({})
  vim.cmd('Aios search checkout the cart')
  local items = tools.wait('hits', function()
    local items = vim.fn.getqflist()
    return #items > 0 and items
  end)
  tools.same(vim.fs.basename(vim.api.nvim_buf_get_name(items[1].bufnr)), 'cart.py', 'first hit')
  vim.cmd.cclose()
end)

case(':Aios impact fills the quickfix list with how each was found', function()
  tools.open('shop.py')
  tools.cursor_on('pay')
  vim.fn.setqflist({})
  vim.cmd('Aios impact')
  local items = tools.wait('dependents', function()
    local items = vim.fn.getqflist()
    return #items > 0 and items
  end)
  assert(items[1].text:find('%(calls, exact%)'), items[1].text)
  vim.cmd.cclose()
end)

return cases
