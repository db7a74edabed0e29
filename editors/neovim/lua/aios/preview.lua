--- The document in which a proposal is shown: its colours, and what was marked in it.
local M = {}

local HINT = 'aios: answer with code actions (gra), or :Aios accept | decline | apply | reject'
local TRUST_HINT = 'aios: read it, then trust it by its code action (gra), or close it'

--- The id of the proposal whose diff a buffer shows.
---@param bufnr integer
---@return string?
function M.proposal(bufnr)
  return vim.api.nvim_buf_get_name(bufnr):match('/proposals/(p%-[^/]+)%.diff$')
end

--- True where a buffer shows what of `.aios/` is not trusted.
---@param bufnr integer
---@return boolean
function M.is_trust(bufnr)
  return vim.endswith(vim.api.nvim_buf_get_name(bufnr), '/proposals/trust.diff')
end

--- True where a hunk of the diff is accepted or rejected.
---@param bufnr integer
---@return boolean
function M.has_marks(bufnr)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) do
    if line:find('^@@ .- @@ %[[xX-]%]') or line:find('^# %[[xX-]%]') then
      return true
    end
  end
  return false
end

--- Makes the window that shows the diff readable.
---@param bufnr integer
function M.dress(bufnr)
  vim.bo[bufnr].filetype = 'diff'
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.wo[window][0].foldenable = false
    vim.wo[window][0].winbar = M.is_trust(bufnr) and TRUST_HINT or HINT
  end
end

return M
