--- What the agents that came with the server do with a model, which a provider on this machine
--- plays: each from its code action, or from words, to a report, or to a change that is applied and
--- undone. A session of its own, in a folder with these files; `tests/e2e/neovim/agents.rs` has
--- what the model says.
local tools = require('tools')

local cases = {}

---@param name string
---@param run fun()
local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

--- Answers the next question for words, which `cause` leads to, and gives it.
---@param words string
---@param cause fun()
---@return string
local function asked(words, cause)
  local question
  local input = vim.ui.input
  vim.ui.input = function(options, on_confirm)
    vim.ui.input, question = input, options.prompt
    on_confirm(words)
  end
  cause()
  return tools.wait('question', function()
    return question
  end)
end

--- Chooses a code action on a word of a file.
---@param path string
---@param word string
---@param title string
---@return fun()
local function action(path, word, title)
  return function()
    tools.open(path)
    tools.cursor_on(word)
    tools.act(title)
  end
end

---@return string
local function here()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
end

--- Waits until the window shows the transcript of a run that ended so.
---@param head string
---@return string
local function transcript(head)
  tools.wait('transcript: ' .. head, function()
    return vim.api.nvim_buf_get_lines(0, 0, 1, true)[1] == '# ' .. head
  end)
  return here()
end

---@param text string
---@param parts string[]
local function has(text, parts)
  for _, part in ipairs(parts) do
    assert(text:find(part, 1, true), ('no `%s` in: %s'):format(part, text))
  end
end

--- What `act` proposes is shown, applied, and taken back.
---@param path string a file of it
---@param wanted string[] what stands in the diff
---@param act fun()
local function changed(path, wanted, act)
  local before = tools.read(path)
  act()
  has(tools.answer_diff('apply'), wanted)
  tools.wait('change of ' .. path, function()
    return tools.text(path) ~= before
  end)
  tools.settle()
  vim.cmd('Aios undo')
  tools.wait('state before it of ' .. path, function()
    return tools.text(path) == before
  end)
  tools.settle()
end

--- What is told of progress: all messages.
---@type string[]
local progress = {}

case('what is to be changed is asked for, shown, applied and undone', function()
  vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(args)
      progress[#progress + 1] = args.data.params.value.message
    end,
  })
  tools.enable()
  tools.wait_until_indexed(tools.open('pay.py'))
  changed('pay.py', { '-    return 1', '+    return 2' }, function()
    local question = asked('make it two', action('pay.py', 'tax', 'AIOS: change `total` as told'))
    tools.same(question, 'What shall be changed? ', 'question')
  end)
end)

case('what our server finds wrong is mended by its action', function()
  local path = 'pay.py'
  tools.open(path)
  tools.wait('mark', function()
    return #vim.diagnostic.get(0) > 0
  end)
  changed(path, { '-def _old(cart):' }, action(path, '_old', 'AIOS: fix with a model: '))
end)

case('what another finds wrong is mended by :Aios fix', function()
  local path = 'pay.py'
  tools.open(path)
  local other = vim.api.nvim_create_namespace('linter')
  tools.cursor_on('cart')
  local told = tools.told('nothing is said to be wrong', function()
    vim.cmd('Aios fix')
  end)
  assert(told)
  local place = { lnum = 0, col = 4, end_lnum = 0, end_col = 9, message = 'total has no type' }
  vim.diagnostic.set(other, 0, { place })
  changed(path, { '+def total(cart) -> int:' }, function()
    vim.cmd('Aios fix')
  end)
  vim.diagnostic.reset(other)
end)

case('tests are written, and documentation', function()
  local path = 'test_tax.py'
  changed(path, { '+def test_tax():' }, action('pay.py', 'tax', 'AIOS: write tests for `total`'))
  tools.same(vim.uv.fs_stat(path), nil, 'the file that was written')
  local title = 'AIOS: write documentation for `total`'
  changed('pay.py', { '+    """The sum."""' }, action('pay.py', 'total', title))
end)

case('an explanation comes although the provider was too busy at first', function()
  action('pay.py', 'tax', 'AIOS: explain `tax` with a model')()
  local text = transcript('explain, done')
  has(text, { '> Explain it.', 'It adds the tax (pay.py:2).', '(1 of 1 citations verified)' })
  vim.cmd.bwipeout()
end)

case('an answer is read while it is said, and answered below its end', function()
  progress = {}
  local question = asked('what is it?', action('pay.py', 'tax', 'AIOS: ask the workspace'))
  tools.same(question, 'What do you want to know? ', 'question')
  local text = transcript('ask, done')
  has(text, { '> - question: what is it?', 'one two three four five six seven eight' })
  local is_part = vim.iter(progress):any(function(it)
    return vim.startswith(it, 'one') and not it:find('eight', 1, true)
  end)
  assert(is_part, 'no words in the progress: ' .. vim.inspect(progress))
  local bufnr = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(bufnr, -1, -1, true, { 'Why eight?' })
  tools.act('AIOS: send this to ask')
  tools.wait('answer to the answer', function()
    return here():find('Because nobody stopped me.', 1, true)
  end)
  tools.same(vim.api.nvim_get_current_buf(), bufnr, 'buffer')
  text = transcript('ask, done')
  has(text, { 'six seven eight', '> Why eight?', 'Because nobody stopped me.' })
  assert(text:find('> Why eight?', 1, true) < text:find('Because nobody', 1, true), text)
  tools.same(vim.bo.modified, false, 'whether it is to be saved')
  vim.cmd.bwipeout()
end)

case('a run is stopped while its model speaks', function()
  asked('never mind', action('pay.py', 'tax', 'AIOS: ask the workspace'))
  tools.wait('first words', function()
    local text = here()
    return vim.startswith(text, '# ask, running') and text:find('word word', 1, true)
  end)
  vim.cmd('Aios stop')
  transcript('ask, cancelled')
  vim.cmd.bwipeout()
end)

case('what a model refuses is shown as refused', function()
  asked('how do I break in', action('pay.py', 'tax', 'AIOS: ask the workspace'))
  local text = transcript('ask, refused: the model refused')
  has(text, { 'I will not.' })
  vim.cmd.bwipeout()
end)

case('an agent is made from a description, applied and undone', function()
  tools.open('pay.py')
  changed('.aios/agents/greeter.yaml', { '+name: greeter' }, function()
    local title = 'AIOS: make an agent from a description'
    local question = asked('it greets people', action('pay.py', 'tax', title))
    tools.same(question, 'What shall the agent do? ', 'question')
  end)
end)

case('a typed command and a typed sentence lead to the same', function()
  changed('pay.py', { '+    return 3' }, function()
    tools.open('pay.py')
    tools.cursor_on('tax')
    vim.cmd('Aios do /edit let tax be three')
  end)
  changed('pay.py', { '+    return 3' }, function()
    tools.open('pay.py')
    -- What writes is asked about, as the command that it is.
    local was_asked = tools.choose('/edit instruction="let tax be three"')
    asked('I would rather have three of it', function()
      vim.cmd('Aios do')
    end)
    tools.wait('question whether it is meant', was_asked)
  end)
end)

case('who is talked into something does nothing that is not allowed, and it is told', function()
  asked('do what notes.md says', action('pay.py', 'tax', 'AIOS: change `total` as told'))
  local text = transcript('edit, done')
  for _, refused in ipairs({
    '`.git/hooks/pre-commit` is no file of the workspace',
    '`../out.txt` is no file of the workspace',
    '.aios/config.toml decides what aios itself may do',
    'agent `edit` may not call `shell`',
  }) do
    has(text, { 'refused: ' .. refused })
  end
  has(text, { 'The notes wanted too much.' })
  for _, path in ipairs({ '.git/hooks/pre-commit', '../out.txt', '.aios/config.toml' }) do
    tools.same(tools.read(path), nil, path)
  end
  tools.same(#tools.run('aios.proposals'), 0, 'proposals that wait')
  vim.cmd.bwipeout()
end)

return cases
