--- What has to hold, in the order in which a user meets it.
local tools = require('tools')

local SHOP = assert(tools.read('shop.py'))
local CART = assert(tools.read('cart.py'))
local RENAMED_SHOP = SHOP:gsub('pay%(', 'charge(')
local RENAMED_CART = CART:gsub('pay%(', 'charge('):gsub('import pay', 'import charge')

---@return vim.lsp.Client
local function client()
  return assert(require('aios.commands').client())
end

---@return { uri: string, line: integer }[]
local function places(locations)
  local acc = {}
  for _, it in ipairs(locations) do
    acc[#acc + 1] = vim.fs.basename(it.uri) .. ':' .. it.range.start.line
  end
  table.sort(acc)
  return acc
end

local function wait_for_buffers(shop, cart, what)
  tools.wait(what, function()
    return tools.buffer('shop.py') == shop and tools.buffer('cart.py') == cart
  end)
end

--- Waits until nothing is under way at the server, so that its journal is written.
local function settle()
  tools.ask(client(), 'workspace/executeCommand', { command = 'aios.status' })
end

local function rename_by_action()
  tools.open('shop.py')
  tools.cursor_on('pay')
  vim.ui.input = function(options, on_confirm)
    tools.same(options.default, 'pay', 'the name that is offered')
    on_confirm('charge')
  end
  tools.act('Rename')
  return tools.answer_diff('apply')
end

local function enable()
  vim.lsp.config('aios', {
    -- The shell leaves the server's process id behind, for the case that kills it.
    cmd = {
      'sh',
      '-c',
      ('echo $$ > %s; exec "$AIOS_BIN" lsp'):format(vim.fn.shellescape(tools.pid_file)),
    },
  })
  vim.lsp.enable('aios')
end

local cases = {}

---@param name string
---@param run fun()
local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

case('a file of a known language starts the server', function()
  vim.fn.mkdir('.git')
  enable()
  local started = tools.open('shop.py')
  tools.same(started.offset_encoding, 'utf-8', 'encoding')
  tools.same(started.root_dir, vim.uv.cwd(), 'root')
  tools.wait_until_indexed(started)
end)

case('symbols, definition and references are answered', function()
  local shop = tools.open('shop.py')
  local document = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local symbols = tools.ask(shop, 'textDocument/documentSymbol', document)
  tools.same({ symbols[1].name, symbols[2].name }, { 'pay', 'refund' }, 'symbols')
  tools.open('cart.py')
  tools.cursor_on('return')
  tools.cursor_on('pay')
  local at = tools.at_cursor(shop)
  local definition = tools.ask(shop, 'textDocument/definition', at)
  tools.same(places(definition), { 'shop.py:0' }, 'definition')
  local references = tools.ask(shop, 'textDocument/references', at)
  local expected = { 'cart.py:0', 'cart.py:5', 'shop.py:0', 'shop.py:5' }
  tools.same(places(references), expected, 'references')
end)

case('a rename is proposed as a diff and made when it is applied there', function()
  local diff = rename_by_action()
  assert(diff:find('-def pay(amount):', 1, true), diff)
  assert(diff:find('+def charge(amount):', 1, true), diff)
  wait_for_buffers(RENAMED_SHOP, RENAMED_CART, 'renamed buffers')
  tools.same(tools.read('cart.py'), CART, 'nothing is saved unasked')
  settle()
end)

case(':Aios undo takes it back in all files at once', function()
  vim.cmd('Aios undo')
  wait_for_buffers(SHOP, CART, 'buffers as they were')
  settle()
end)

case('what was undone can be renamed again, and `u` takes back each buffer', function()
  rename_by_action()
  wait_for_buffers(RENAMED_SHOP, RENAMED_CART, 'renamed buffers')
  settle()
  for _, path in ipairs({ 'shop.py', 'cart.py' }) do
    vim.cmd.edit(path)
    vim.cmd('silent normal! u')
  end
  tools.same({ tools.buffer('shop.py'), tools.buffer('cart.py') }, { SHOP, CART }, 'after `u`')
  settle()
end)

case("Neovim's own rename is taken back by the server in all files at once", function()
  tools.open('shop.py')
  tools.cursor_on('pay')
  vim.lsp.buf.rename('charge')
  wait_for_buffers(RENAMED_SHOP, RENAMED_CART, 'renamed buffers')
  settle()
  vim.cmd('Aios undo')
  wait_for_buffers(SHOP, CART, 'buffers as they were')
  settle()
end)

case('a created file is taken back with its folder empty', function()
  tools.open('shop.py')
  vim.cmd('Aios settings')
  tools.answer_diff('apply')
  tools.wait('settings', function()
    local bufnr = vim.fn.bufnr(vim.fn.fnamemodify('.aios/config.toml', ':p'))
    return bufnr > 0 and #vim.api.nvim_buf_get_lines(bufnr, 0, -1, false) > 1
  end)
  assert(vim.uv.fs_stat('.aios/config.toml'), 'the file is there')
  settle()
  tools.open('shop.py')
  vim.cmd('Aios undo')
  tools.wait('file that is gone', function()
    return vim.uv.fs_stat('.aios/config.toml') == nil
  end)
  settle()
end)

case('an edit that was overtaken is refused', function()
  tools.open('shop.py')
  tools.cursor_on('pay')
  tools.act('Rename')
  tools.wait('diff document', function()
    return vim.api.nvim_buf_get_name(0):find('/proposals/', 1, true)
      and #vim.lsp.get_clients({ name = 'aios', bufnr = 0 }) > 0
  end)
  local diff = vim.api.nvim_get_current_buf()
  local shop = vim.fn.bufnr(vim.fn.fnamemodify('shop.py', ':p'))
  vim.api.nvim_buf_set_lines(shop, 0, 0, true, { '# typed' })
  vim.api.nvim_set_current_buf(diff)
  local told
  local show_message = vim.lsp.handlers['window/showMessage']
  vim.lsp.handlers['window/showMessage'] = function(_, params)
    told = params.message
  end
  tools.act('apply')
  tools.wait('refusal', function()
    return told
  end)
  vim.lsp.handlers['window/showMessage'] = show_message
  tools.same(tools.buffer('shop.py'), '# typed\n' .. SHOP, 'the buffer')
  tools.same(tools.buffer('cart.py'), CART, 'the other file')
  vim.api.nvim_buf_set_lines(shop, 0, 1, true, {})
  tools.act('reject')
  settle()
end)

case('a killed server comes back with its journal', function()
  rename_by_action()
  wait_for_buffers(RENAMED_SHOP, RENAMED_CART, 'renamed buffers')
  settle()
  vim.cmd('silent wall')
  tools.same(tools.read('cart.py'), RENAMED_CART, 'saved')
  local pid = assert(tonumber(tools.read(tools.pid_file)))
  vim.uv.kill(pid, 'sigkill')
  tools.wait('end of the client', function()
    return #vim.lsp.get_clients({ name = 'aios' }) == 0
  end)
  vim.lsp.enable('aios', false)
  enable()
  local again = tools.open('shop.py')
  vim.cmd.edit('shop.py')
  tools.wait_until_indexed(again)
  vim.cmd('Aios undo')
  wait_for_buffers(SHOP, CART, 'buffers as they were')
end)

case(':Aios search fills the quickfix list', function()
  tools.open('shop.py')
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

--- A server in this process that says it answers hovers.
---@return integer client_id
local function start_other()
  return assert(vim.lsp.start({
    name = 'other',
    cmd = function(dispatchers)
      local is_closing = false
      return {
        request = function(method, _, callback)
          local said = { capabilities = { hoverProvider = true } }
          callback(nil, method == 'initialize' and said or nil)
          return true, 1
        end,
        notify = function(method)
          if method == 'exit' then
            is_closing = true
            dispatchers.on_exit(0, 0)
          end
          return true
        end,
        is_closing = function()
          return is_closing
        end,
        terminate = function()
          is_closing = true
        end,
      }
    end,
  }))
end

case('what another server answers is left to it while it is there', function()
  local shop = tools.open('shop.py')
  tools.cursor_on('pay')
  local at = tools.at_cursor(shop)
  local function has_hover()
    return tools.ask(shop, 'textDocument/hover', at) ~= nil
  end
  assert(has_hover(), 'a hover of the only server')
  local other = start_other()
  tools.wait('silence', function()
    return not has_hover()
  end)
  assert(tools.ask(shop, 'textDocument/definition', at), 'a definition all the same')
  vim.lsp.stop_client(other)
  tools.wait('hover', has_hover)
end)

case('health and completion say what there is', function()
  vim.cmd('silent checkhealth aios')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
  assert(report:find('server %d+ on'), report)
  local completed = vim.fn.getcompletion('Aios re', 'cmdline')
  tools.same(completed, { 'redo', 'reindex', 'reject', 'rename' }, 'completion')
end)

return cases
