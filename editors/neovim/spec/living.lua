--- Living with a user: other servers, settings, trust, odd and large files.
local tools = require('tools')

local cases = {}

---@param name string
---@param run fun()
local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

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
  local client = tools.open('shop.py')
  tools.cursor_on('pay')
  local at = tools.at_cursor(client)
  local function has_hover()
    return tools.ask(client, 'textDocument/hover', at) ~= nil
  end
  assert(has_hover(), 'a hover of the only server')
  local other = start_other()
  tools.wait('silence', function()
    return not has_hover()
  end)
  assert(tools.ask(client, 'textDocument/definition', at), 'a definition all the same')
  vim.lsp.stop_client(other)
  tools.wait('hover', has_hover)
end)

case('settings that are changed in the editor hold at once', function()
  local client = tools.open('shop.py')
  tools.cursor_on('pay')
  local at = tools.at_cursor(client)
  local function has_definition()
    local found = tools.ask(client, 'textDocument/definition', at)
    return found ~= nil and #found > 0
  end
  local function set(settings)
    client.settings = { aios = settings }
    client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  end
  assert(has_definition(), 'a definition')
  set({ navigation = { python = 'off' } })
  tools.wait('silence', function()
    return not has_definition()
  end)
  set({})
  tools.wait('definition', has_definition)
end)

case('settings of the workspace are proposed, and told when they are wrong', function()
  tools.open('shop.py')
  local path = vim.fn.fnamemodify('.aios/config.toml', ':p')
  local propose = { title = '', command = 'aios.propose' }
  propose.arguments = { { uri = vim.uri_from_fname(path), text = 'preview = "always"\n' } }
  tools.client():exec_cmd(propose)
  tools.answer_diff('apply')
  tools.wait('settings', function()
    return tools.read(path) == 'preview = "always"\n'
  end)
  tools.settle()
  tools.open(path)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'preview = "sometimes"' })
  vim.cmd.write()
  local diagnostics = tools.wait('diagnostic', function()
    local found = vim.diagnostic.get(0)
    return #found > 0 and found
  end)
  assert(diagnostics[1].message:find('sometimes', 1, true), diagnostics[1].message)
  tools.same(diagnostics[1].lnum, 0, 'line')
  vim.cmd.undo()
  vim.cmd.write()
  tools.settle()
  tools.open('shop.py')
  vim.cmd('Aios undo')
  tools.wait('file that is gone', function()
    return vim.uv.fs_stat(path) == nil
  end)
  tools.settle()
end)

case('nothing is run before the workspace is trusted', function()
  tools.open('shop.py')
  tools.told('trust', function()
    vim.cmd('Aios verify')
  end)
  vim.cmd('Aios trust')
  tools.wait('trust', function()
    local checked = tools.run('aios.verify')
    return not (checked.message or ''):find('trust', 1, true)
  end)
  vim.cmd('Aios untrust')
  tools.settle()
end)

case('what a repository brings is shown, and trusted by an action where it is shown', function()
  local path = vim.fn.fnamemodify('.aios/config.toml', ':p')
  vim.fn.mkdir('.aios', 'p')
  vim.fn.writefile({ '[verify]', 'commands = ["true"]' }, path)
  tools.open('shop.py')
  tools.run('aios.reindex')
  local shown = tools.trust_what_is_shown()
  assert(shown:find('+commands = ["true"]', 1, true), shown)
  tools.wait('checks that run', function()
    return tools.run('aios.verify').verdict == 'passed'
  end)
  vim.cmd.bwipeout()
  vim.uv.fs_unlink(path)
  tools.open('shop.py')
  tools.run('aios.untrust')
end)

case('what an agent has to be told is asked for where its action is chosen', function()
  local folder = vim.fn.fnamemodify('.aios/agents', ':p')
  vim.fn.mkdir(folder, 'p')
  local path = vim.fs.joinpath(folder, 'finder.yaml')
  vim.fn.writefile({
    'name: finder',
    'version: 1.0.0',
    'type: assistant',
    'instructions: Find it.',
    'capabilities:',
    '- name: look',
    '  description: Looks for what you want',
    '  skill: search',
    '  parameters: [{ name: query, type: string, required: true }]',
  }, path)
  tools.open('shop.py')
  tools.run('aios.reindex')
  tools.trust_what_is_shown()
  tools.wait('agent that may act', function()
    vim.fn.system({ vim.env.AIOS_BIN, 'agent', 'activate', 'finder' })
    return vim.v.shell_error == 0
  end)
  vim.cmd.bwipeout()
  tools.open('shop.py')
  tools.cursor_on('pay')
  local asked
  local input = vim.ui.input
  vim.ui.input = function(options, on_confirm)
    asked = options.prompt
    on_confirm('refund')
  end
  tools.act('AIOS: finder: Looks for what you want')
  tools.wait('transcript', function()
    return vim.api.nvim_buf_get_lines(0, 0, 1, true)[1] == '# finder, done'
  end)
  vim.ui.input = input
  tools.same(asked, 'query ', 'what is asked for')
  local said = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
  assert(said:find('refund', 1, true) and said:find('shop.py', 1, true), said)
  vim.cmd.bwipeout()
  vim.fn.delete(folder, 'rf')
  tools.open('shop.py')
  tools.run('aios.untrust')
  tools.run('aios.reindex')
end)

case('what takes long is told and stopped', function()
  local client = tools.open('shop.py')
  client.settings = { aios = { verify = { commands = { 'sleep 600' } } } }
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  tools.run('aios.reindex')
  tools.same(tools.run('aios.trust').outcome, 'done', 'trust')
  local has_begun, is_over = false, false
  local watch = vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(args)
      local value = args.data.params.value
      -- Neovim gives every step of a progress its title.
      if value.title == 'Checking' then
        has_begun, is_over = true, value.kind == 'end'
      end
    end,
  })
  vim.cmd('Aios verify')
  tools.wait('begin of the checks', function()
    return has_begun
  end)
  local was_asked = tools.choose('stop: Checking')
  vim.cmd('Aios runs')
  tools.wait('choice among the runs', was_asked)
  tools.wait('end of the checks', function()
    return is_over
  end)
  tools.same(tools.run('aios.running'), {}, 'what still runs')
  vim.api.nvim_del_autocmd(watch)
  client.settings = {}
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  tools.run('aios.untrust')
end)

case('odd names are no obstacle', function()
  local odd = 'a b/ü %20 #1 $x.py'
  vim.fn.mkdir('a b')
  vim.fn.writefile({ 'def odd():', '    return 1', '', '', 'odd()' }, odd)
  local client = tools.open(odd)
  local document = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local symbols = tools.wait('symbols', function()
    local symbols = tools.ask(client, 'textDocument/documentSymbol', document)
    return symbols and #symbols > 0 and symbols
  end)
  tools.same(symbols[1].name, 'odd', 'symbol')
  tools.cursor_on('odd')
  vim.cmd('Aios rename even')
  tools.answer_diff('apply')
  tools.wait('renamed buffer', function()
    return tools.buffer(odd) == 'def even():\n    return 1\n\n\neven()\n'
  end)
  tools.settle()
  tools.open('shop.py')
  vim.cmd('Aios undo')
  tools.wait('buffer as it was', function()
    return tools.buffer(odd) == assert(tools.read(odd))
  end)
end)

case('a file of 50,000 lines is edited and asked like any other', function()
  local lines = {}
  for nth = 1, 12500 do
    vim.list_extend(lines, { ('def f%d(x):'):format(nth), '    return x', '', '' })
  end
  vim.fn.writefile(lines, 'large.py')
  local client = tools.open('large.py')
  vim.api.nvim_buf_set_lines(0, 24996, 24997, true, { 'def typed_just_now(x):' })
  local document = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local symbols = tools.ask(client, 'textDocument/documentSymbol', document)
  tools.same(symbols[6250].name, 'typed_just_now', 'symbol that was typed')
  vim.cmd.edit({ bang = true })
end)

case('the status line says how the server is', function()
  tools.open('shop.py')
  tools.wait('calm', function()
    return require('aios').statusline() == 'aios'
  end)
  vim.cmd.enew()
  tools.same(require('aios').statusline(), '', 'in a buffer without server')
end)

case('health and completion say what there is', function()
  vim.cmd('silent checkhealth aios')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
  assert(report:find('server %d+ on'), report)
  local completed = vim.fn.getcompletion('Aios re', 'cmdline')
  tools.same(completed, { 'redo', 'reindex', 'reject', 'rename' }, 'completion')
end)

case('every subcommand, map and tag of the help is there', function()
  local doc = assert(tools.read(vim.env.AIOS_CLIENT .. '/doc/aios.txt'))
  local subcommands = require('aios.commands').subcommands
  for name in pairs(subcommands) do
    local is_told = doc:find(':Aios ' .. name, 1, true) or doc:find('`' .. name .. '`', 1, true)
    assert(is_told, 'the help does not tell of :Aios ' .. name)
  end
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder)
  vim.fn.writefile(vim.split(doc, '\n'), folder .. '/aios.txt')
  vim.cmd.helptags(folder)
  local tags = assert(tools.read(folder .. '/tags'))
  for tag in doc:gmatch('%*([:%w-]+)%*') do
    assert(tags:find('\n?' .. vim.pesc(tag) .. '\taios.txt'), 'no tag ' .. tag)
  end
  local n_maps = 0
  for _, map in ipairs(vim.api.nvim_get_keymap('n')) do
    local name = map.lhs:match('^<Plug>%(aios%-(.+)%)$')
    if name then
      n_maps = n_maps + 1
      assert(subcommands[name], 'a map for no subcommand: ' .. name)
    end
  end
  assert(n_maps > 10, n_maps .. ' maps')
end)

return cases
